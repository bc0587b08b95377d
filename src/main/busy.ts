import { dialog, powerSaveBlocker, type BrowserWindow } from 'electron';
import { strings } from './strings.ts';

export interface Busy {
  readonly training: boolean;
  readonly exporting: boolean;
}

/** Knows what runs, as the window last said; keeps the machine awake meanwhile, and asks before it ends. */
export class BusyState {
  #busy: Busy = { training: false, exporting: false };
  #blocker: number | null = null;

  get any(): boolean {
    return this.#busy.training || this.#busy.exporting;
  }

  set(busy: Busy): void {
    this.#busy = busy;
    if (this.any && this.#blocker === null) {
      this.#blocker = powerSaveBlocker.start('prevent-app-suspension');
    } else if (!this.any && this.#blocker !== null) {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = null;
    }
  }

  /** Asks what is to become of the work when the window closes. */
  async ask(window: BrowserWindow): Promise<'background' | 'quit' | 'cancel'> {
    const { closing } = strings;
    const { response } = await dialog.showMessageBox(window, {
      type: 'question',
      message: this.#busy.training ? closing.training : closing.exporting,
      detail: closing.detail,
      buttons: [closing.background, closing.quit, closing.cancel],
      defaultId: 0,
      cancelId: 2,
      noLink: true,
    });
    return (['background', 'quit', 'cancel'] as const)[response] ?? 'cancel';
  }
}
