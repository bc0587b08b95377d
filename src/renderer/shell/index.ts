import type { Shell } from '../../contract/studio/shell.ts';
import { browserShell } from './browser.ts';
import { desktopShell } from './desktop.ts';

/** What is around this window: the desktop's, where its preload offers itself, else a browser's. */
export const shell: Shell = desktopShell() ?? browserShell();
