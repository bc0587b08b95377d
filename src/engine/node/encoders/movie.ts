import * as fs from 'node:fs/promises';
import { MorphloomError, throwIfCancelled } from '../../../contract/errors.ts';
import type { Frame } from '../../export/frame.ts';
import { gifEnd, gifStart } from '../../export/gif.ts';
import { webpEnd, webpStart } from '../../export/webp.ts';
import { framesInSegment, gifSegment, type Segment, webpSegment } from './segments.ts';
import { createQueue, type FrameSink, type SinkSettings } from './sink.ts';

/** RIFF counts its bytes in 32 bits. */
const MAX_WEBP_BYTES = 2 ** 32 - 2;
/** Segments that are encoded at a time, while the next one is being filled. */
const IN_FLIGHT = 2;

interface Container {
  encode(segment: Segment): Promise<Uint8Array[]>;
  /** The file's start for its whole length; the same number of bytes whatever that is. */
  start(fileBytes: number): Uint8Array;
  readonly end: Uint8Array;
  readonly maxBytes: number;
}

/** Opens a GIF at `file` for frames like `first`. */
export function openGif(file: string, first: Frame, settings: SinkSettings): Promise<FrameSink> {
  return openMovie(file, first, settings, {
    encode: (segment) => gifSegment(segment, settings.quality),
    start: () => gifStart(first.width, first.height, settings.plays, settings.recipe),
    end: gifEnd,
    maxBytes: Infinity,
  });
}

/** Opens an animated WebP at `file` for frames like `first`. */
export function openWebp(file: string, first: Frame, settings: SinkSettings): Promise<FrameSink> {
  const { width, height, channels } = first;
  const header = { width, height, alpha: channels === 4, animation: { plays: settings.plays } };
  return openMovie(file, first, settings, {
    encode: (segment) => webpSegment(segment, settings.quality),
    start: (fileBytes) => webpStart(header, fileBytes),
    end: webpEnd(settings.recipe),
    maxBytes: MAX_WEBP_BYTES,
  });
}

async function openMovie(
  file: string,
  { width, height, channels, data }: Frame,
  { pace, onWritten, signal }: SinkSettings,
  container: Container,
): Promise<FrameSink> {
  const handle = await fs.open(file, 'w');
  const segmentLength = framesInSegment({ width, height });
  let roll = new Uint8Array(segmentLength * data.length);
  let delays: number[] = [];
  let added = 0;
  let written = 0;
  let bytes = 0;

  const append = async (part: Uint8Array): Promise<void> => {
    if (bytes + part.length > container.maxBytes) {
      throw new MorphloomError(
        'usage',
        'The animation exceeds the 4 GB that a WebP can be; make it shorter or smaller.',
      );
    }
    await handle.write(part, 0, part.length, bytes);
    bytes += part.length;
  };
  const queue = createQueue<{ images: Uint8Array[]; frames: number }>(
    IN_FLIGHT,
    async ({ images, frames }) => {
      throwIfCancelled(signal);
      for (const image of images) await append(image);
      written += frames;
      onWritten(written);
    },
  );
  const encode = async (): Promise<void> => {
    const segment = { width, height, channels, roll: roll.subarray(0, delays.length * data.length), delays };
    const encoded = container.encode(segment).then((images) => ({ images, frames: segment.delays.length }));
    roll = new Uint8Array(roll.length);
    delays = [];
    await queue.push(encoded);
  };

  await append(container.start(0));
  return {
    add: async (frame) => {
      roll.set(frame.data, delays.length * data.length);
      delays.push(pace.delay(added++));
      if (delays.length === segmentLength) await encode();
    },
    finish: async () => {
      if (delays.length > 0) await encode();
      await queue.drain();
      await append(container.end);
      const start = container.start(bytes);
      await handle.write(start, 0, start.length, 0);
      await handle.sync();
    },
    close: () => handle.close(),
  };
}
