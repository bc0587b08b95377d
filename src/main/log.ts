import * as path from 'node:path';
import { app } from 'electron';
import log from 'electron-log/main';

const MOST_BYTES = 5_000_000;

/** Where the log lies; "Report a problem" shows it. */
export const logFile = (): string => path.join(app.getPath('logs'), 'main.log');

/** Begins the log, and catches what nobody caught. The file before the last is kept beside it. */
export function startLog(): void {
  log.transports.file.resolvePathFn = logFile;
  log.transports.file.maxSize = MOST_BYTES;
  log.transports.file.level = 'info';
  log.transports.console.level = app.isPackaged ? false : 'warn';
  log.errorHandler.startCatching({ showDialog: false });
  log.info('Morphloom', app.getVersion(), 'on Electron', process.versions['electron'], process.platform);
}

export { log };
