import * as fs from 'node:fs/promises';
import { nativeImage, type WebContents } from 'electron';
import { log } from './log.ts';
import { iconFile } from './paths.ts';

const ICON_SIDE = 96;

/** Begins to drag a file out of the window; the system wants a picture to show under the pointer. */
export async function dragOut(file: string, contents: WebContents): Promise<void> {
  try {
    await fs.access(file);
  } catch (error) {
    log.warn('cannot be dragged:', error);
    return;
  }
  const icon = nativeImage.createFromPath(iconFile('drag.png')).resize({ width: ICON_SIDE });
  contents.startDrag({ file, icon });
}
