import { takeIn } from '../lib/intake.svelte.ts';
import { shell } from '../shell/index.ts';
import { dialogs } from './dialogs.svelte.ts';

/** Asks for a folder of pictures, the native way where there is one, and takes it in. */
export async function choosePictures(): Promise<void> {
  if (shell.choosePictures === undefined) {
    dialogs.open = 'choose-pictures';
    return;
  }
  const chosen = await shell.choosePictures();
  if (chosen !== null) await takeIn(chosen);
}
