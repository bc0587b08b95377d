import { Menu, nativeImage, Tray } from 'electron';
import { log } from './log.ts';
import { iconFile } from './paths.ts';
import { strings } from './strings.ts';

export interface TrayActions {
  show(): void;
  quit(): void;
}

/** The sign that Morphloom works without a window. On a Mac the dock is that already. */
export class BackgroundTray {
  #tray: Tray | null = null;
  #part: number | null = null;
  readonly #actions: TrayActions;

  constructor(actions: TrayActions) {
    this.#actions = actions;
  }

  show(): void {
    if (this.#tray !== null || process.platform === 'darwin') return;
    try {
      this.#tray = new Tray(nativeImage.createFromPath(iconFile('tray.png')));
    } catch (error) {
      // Some desktops have none; opening Morphloom again brings the window back.
      log.warn('no tray:', error);
      return;
    }
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: strings.tray.show, click: () => this.#actions.show() },
        { type: 'separator' },
        { label: strings.tray.quit, click: () => this.#actions.quit() },
      ]),
    );
    this.#tray.on('click', () => this.#actions.show());
    this.progress(this.#part);
  }

  /** @param part of the work that is done, in [0, 1]; null when there is none */
  progress(part: number | null): void {
    this.#part = part;
    const percent = part === null ? null : Math.floor(part * 100);
    this.#tray?.setToolTip(strings.tray.working(percent));
  }

  hide(): void {
    // Where the desktop has no tray, Chromium falls back to GTK's a while after the icon was made. One destroyed
    // meanwhile takes the whole process with it, so there it stays until the app ends.
    if (process.platform === 'linux') return;
    this.#tray?.destroy();
    this.#tray = null;
  }
}
