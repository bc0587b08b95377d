import type { Shell } from '../../contract/studio/shell.ts';
import { WIRE_PATH, wireOverSocket } from '../../contract/studio/socket.ts';

/** What a browser has: a line to the engine that served this page, and notifications where they are allowed. */
export const browserShell = (): Shell => ({
  kind: 'browser',
  connect: () => {
    const address = new URL(WIRE_PATH, location.origin);
    address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    return wireOverSocket(new WebSocket(address));
  },
  // Browsers tell no paths: what is dropped is uploaded.
  pathsOf: () => [],
  notify: (title, body) => {
    if ('Notification' in window && Notification.permission === 'granted' && document.hidden)
      new Notification(title, { body });
  },
});
