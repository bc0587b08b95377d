import * as path from 'node:path';
import { throwIfCancelled } from '../../../contract/errors.ts';
import type { Frame } from '../../export/frame.ts';
import { syncFolder, writeSynced } from '../files.ts';
import { FOLDER_RECIPE } from './recipe.ts';
import { createQueue, type OpenSink } from './sink.ts';
import { encodePng } from './still.ts';
import { frameName } from './target.ts';

const IN_FLIGHT = 4;

/** Opens an (existing) folder for numbered PNG frames; each carries the recipe, and so does the folder. */
export const openFrameFolder: OpenSink = (folder, _first, { recipe, onWritten, signal }) => {
  let added = 0;
  let written = 0;
  const queue = createQueue<{ name: string; png: Uint8Array }>(IN_FLIGHT, async ({ name, png }) => {
    throwIfCancelled(signal);
    await writeSynced(path.join(folder, name), png);
    onWritten(++written);
  });
  return Promise.resolve({
    add: async (frame: Frame) => {
      const name = frameName(++added);
      const own = { ...frame, data: frame.data.slice() };
      await queue.push(encodePng(own, recipe).then((png) => ({ name, png })));
    },
    finish: async () => {
      await queue.drain();
      await writeSynced(path.join(folder, FOLDER_RECIPE), `${recipe}\n`);
      await syncFolder(folder);
    },
    close: () => Promise.resolve(),
  });
};
