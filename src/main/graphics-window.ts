import { pathToFileURL } from 'node:url';
import { app, BrowserWindow, session, type MessagePortMain, type Session } from 'electron';
import { GRAPHICS_CHANNEL } from '../contract/graphics/messages.ts';
import { log } from './log.ts';
import { GRAPHICS } from './paths.ts';

/** Kept in memory only, and shared with no other window. */
const PARTITION = 'graphics';

/** Before the app is ready: on Linux, Chromium still keeps WebGPU behind a switch. */
export function allowGraphics(): void {
  if (process.platform === 'linux') app.commandLine.appendSwitch('enable-unsafe-webgpu');
}

let own: Session | null = null;

/** A session that grants nothing, and loads the one page. */
function graphicsSession(): Session {
  if (own !== null) return own;
  own = session.fromPartition(PARTITION, { cache: false });
  own.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  own.setPermissionCheckHandler(() => false);
  own.setDevicePermissionHandler(() => false);
  own.setSpellCheckerEnabled(false);
  const page = pathToFileURL(GRAPHICS.page).href;
  own.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: url !== page }));
  return own;
}

/**
 * Opens a window that nobody sees, for Chromium's WebGPU to compute in: an empty page, whose program has Node for the
 * line to the engine.
 * @param port the window's end of a line to the engine
 * @param ended called once; `how` is half a sentence
 * @returns what ends it
 */
export function openGraphicsWindow(port: MessagePortMain, ended: (how: string) => void): () => void {
  const window = new BrowserWindow({
    show: false,
    focusable: false,
    skipTaskbar: true,
    title: 'Morphloom',
    webPreferences: {
      preload: GRAPHICS.program,
      session: graphicsSession(),
      contextIsolation: true,
      sandbox: false,
      nodeIntegration: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      backgroundThrottling: false,
    },
  });
  let over = false;
  const end = (how: string): void => {
    if (over) return;
    over = true;
    ended(how);
    if (!window.isDestroyed()) window.destroy();
  };
  const contents = window.webContents;
  contents.on('render-process-gone', (_event, { reason, exitCode }) =>
    end(`it ended with code ${exitCode} (${reason})`),
  );
  contents.on('console-message', (...said: unknown[]) => log.info('[graphics]', messageOf(said)));
  window.on('closed', () => end('it was closed'));
  window.loadFile(GRAPHICS.page).then(
    () => contents.postMessage(GRAPHICS_CHANNEL, null, [port]),
    (error: unknown) => end((error as Error).message),
  );
  return () => end('it was asked to end');
}

/** Newer Electrons say it in the event, older ones beside it. */
function messageOf([event, , text]: readonly unknown[]): unknown {
  return (event as { message?: unknown }).message ?? text;
}
