import * as fs from 'node:fs/promises';
import { throwIfCancelled } from '../../../contract/errors.ts';
import {
  apngEnd,
  apngImage,
  apngStart,
  changedRectangle,
  cut,
  pixelsOfPng,
  type Rectangle,
} from '../../export/apng.ts';
import type { Frame } from '../../export/frame.ts';
import { fromFrame } from './pixels.ts';
import { createQueue, type FrameSink, type OpenSink } from './sink.ts';

const IN_FLIGHT = 4;
/** From here on nothing is lost; below, colours are rounded, which compresses. */
const LOSSLESS_FROM = 90;

/** Opens an animated PNG at `file`: full colour, with alpha where the frames have it, lossless at quality 90 and more. */
export const openApng: OpenSink = async (
  file,
  first,
  { pace, plays, quality, recipe, onWritten, signal },
) => {
  const handle = await fs.open(file, 'w');
  const round = rounding(quality);
  let before: Uint8Array | null = null;
  let [added, written, sequence, bytes] = [0, 0, 0, 0];

  const append = async (part: Uint8Array): Promise<void> => {
    await handle.write(part, 0, part.length, bytes);
    bytes += part.length;
  };
  const queue = createQueue<{ place: Rectangle; delayMs: number; pixels: Uint8Array }>(
    IN_FLIGHT,
    async ({ place, delayMs, pixels }) => {
      throwIfCancelled(signal);
      const image = apngImage({ ...place, delayMs, pixels }, sequence);
      sequence = image.next;
      await append(image.bytes);
      onWritten(++written);
    },
  );

  const sink: FrameSink = {
    add: async (given) => {
      const frame: Frame = { ...given, data: round(given.data) };
      const place: Rectangle =
        before === null
          ? { left: 0, top: 0, width: frame.width, height: frame.height }
          : changedRectangle(frame, before);
      before = frame.data;
      const delayMs = pace.delay(added++);
      await queue.push(compress(cut(frame, place)).then((pixels) => ({ place, delayMs, pixels })));
    },
    finish: async () => {
      await queue.drain();
      await append(apngEnd);
      // The number of frames stands at the start, and is known at the end.
      const start = apngStart(first, written, plays, recipe);
      await handle.write(start, 0, start.length, 0);
      await handle.sync();
    },
    close: () => handle.close(),
  };
  await append(apngStart(first, 1, plays, recipe));
  return sink;
};

async function compress(frame: Frame): Promise<Uint8Array> {
  // The filter that PNG's authors advise for full colour is chosen row by row.
  const png = await fromFrame(frame)
    .png({ compressionLevel: 9, adaptiveFiltering: true, palette: false })
    .toBuffer();
  return pixelsOfPng(png);
}

/** A copy whose values are rounded to steps: 1 (nothing is lost) from quality 90 on, up to 10 for 1. */
function rounding(quality: number): (data: Uint8Array) => Uint8Array {
  const step = quality >= LOSSLESS_FROM ? 1 : 1 + Math.ceil((LOSSLESS_FROM - quality) / 10);
  if (step === 1) return (data) => data.slice();
  const table = Uint8Array.from({ length: 256 }, (_, v) =>
    v > 255 - step / 2 ? 255 : Math.min(255, step * Math.round(v / step)),
  );
  return (data) => data.map((value) => table[value]);
}
