import { BrowserWindow, nativeTheme, screen } from 'electron';
import { log } from './log.ts';
import { PAGE_URL } from './page.ts';
import { iconFile, PRELOAD_FILE } from './paths.ts';
import { LEAST_SIZE, placeWindow } from './placement.ts';
import type { Settings } from './settings.ts';

/** The colours of the page before its first paint, as in the renderer's tokens. */
const BACKGROUND = { dark: '#0f1013', light: '#f6f6f7' };

const RELOAD_MS = 200;
/** A page that crashes again so soon, so often, is not loaded again without being asked. */
const CRASHES = { most: 3, withinMs: 60_000 };

export interface WindowEvents {
  /** The page crashed again and again; it is left as it is. */
  failed(): void;
  /** The page went away, by a crash or a reload: nobody listens any more. */
  unloaded(): void;
}

/** The studio's window, where it was last, with a page that can reach nothing but the preload's bridge. */
export function createWindow(settings: Settings, events: WindowEvents): BrowserWindow {
  const { bounds, maximized } = settings.get();
  const areas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(({ workArea }) => workArea);
  const window = new BrowserWindow({
    ...placeWindow(bounds, areas),
    minWidth: LEAST_SIZE.width,
    minHeight: LEAST_SIZE.height,
    show: false,
    title: 'Morphloom',
    icon: iconFile('morphloom.png'),
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload: PRELOAD_FILE,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      webviewTag: false,
      // Another window computes; the page has no use for the card.
      disableBlinkFeatures: 'WebGPU',
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  const remember = (): void => {
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
    const maximized = window.isMaximized();
    settings.set(maximized ? { maximized } : { maximized, bounds: window.getBounds() });
  };
  for (const event of ['resized', 'moved', 'maximize', 'unmaximize', 'close', 'hide'] as const)
    window.on(event as 'close', remember);
  recover(window, events);
  void window.loadURL(PAGE_URL);
  return window;
}

/** Loads the page again when its process crashed. */
function recover(window: BrowserWindow, events: WindowEvents): void {
  let crashes: number[] = [];
  const contents = window.webContents;
  contents.on('did-start-navigation', (_event, _address, isInPlace, isMainFrame) => {
    if (isMainFrame && !isInPlace) events.unloaded();
  });
  contents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return;
    log.error('the window ended:', reason, exitCode);
    events.unloaded();
    const now = Date.now();
    crashes = [...crashes.filter((at) => now - at < CRASHES.withinMs), now];
    if (crashes.length > CRASHES.most) {
      crashes = [];
      events.failed();
      return;
    }
    setTimeout(() => !window.isDestroyed() && contents.reload(), RELOAD_MS);
  });
  contents.on('unresponsive', () => log.warn('the window does not respond'));
}
