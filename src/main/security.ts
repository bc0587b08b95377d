import { app, protocol, session, type IpcMainEvent, type IpcMainInvokeEvent } from 'electron';
import { serveAsset } from './assets.ts';
import { log } from './log.ts';
import { isOurAddress, PAGE_URL, SCHEME } from './page.ts';
import { RENDERER_FOLDER } from './paths.ts';

/** What has to be said before the app is ready: the private scheme, and that no name is ever looked up. */
export function hardenProcess(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
  app.commandLine.appendSwitch('disable-background-networking');
  app.commandLine.appendSwitch('disable-component-update');
  app.commandLine.appendSwitch('disable-domain-reliability');
  app.commandLine.appendSwitch('no-pings');
  app.on('web-contents-created', (_event, contents) => {
    const stay = (event: { preventDefault(): void }, address: string): void => {
      if (address === PAGE_URL) return; // The page may load itself anew.
      event.preventDefault();
      log.warn('refused to go to', address);
    };
    contents.on('will-navigate', stay);
    contents.on('will-redirect', stay);
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      log.warn('refused to open', url);
      return { action: 'deny' };
    });
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  });
}

/** The session serves the page's files, grants nothing, and lets no request out. */
export function hardenSession(): void {
  const { defaultSession } = session;
  protocol.handle(SCHEME, (request) => serveAsset(RENDERER_FOLDER, request));
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.setDevicePermissionHandler(() => false);
  // Dictionaries would be downloaded.
  defaultSession.setSpellCheckerEnabled(false);
  defaultSession.webRequest.onBeforeRequest((details, answer) => {
    const inside = isOurAddress(details.url) || details.url.startsWith('blob:') || isDevTools(details.url);
    if (!inside) log.warn('blocked a request to', details.url);
    answer({ cancel: !inside });
  });
}

const isDevTools = (address: string): boolean => !app.isPackaged && address.startsWith('devtools:');

/** Whether a message comes from our page itself, not from a frame in it or something that took its place. */
export function isFromOurPage(event: IpcMainEvent | IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && isOurAddress(frame.url);
}
