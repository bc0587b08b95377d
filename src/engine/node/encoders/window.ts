import * as fs from 'node:fs/promises';
import { throwIfCancelled } from '../../../contract/errors.ts';
import { i420Bytes, toI420 } from '../../../core/i420.ts';
import { RECIPE_MARK } from '../../export/mark.ts';
import type { Frame } from '../../export/frame.ts';
import type { VideoFormat } from './ffmpeg.ts';
import type { FilmEncoder } from './film-encoder.ts';
import type { FrameSink, SinkSettings } from './sink.ts';

/**
 * Opens film for a window: frames are kept as I420 in a file beside the one to be, so that it may come late, or
 * go and another begin anew, without a frame being drawn twice.
 */
export async function openForWindow(
  format: VideoFormat,
  encoder: FilmEncoder,
  file: string,
  { width, height, channels }: Frame,
  { pace, quality, recipe, onWritten, signal }: SinkSettings,
): Promise<FrameSink> {
  const alpha = channels === 4;
  const size = i420Bytes(width, height, alpha);
  const spool = `${file}.frames`;
  await fs.writeFile(file, '');
  const handle = await fs.open(spool, 'w+');
  let frames = 0;
  return {
    later: true,
    add: async ({ data }) => {
      throwIfCancelled(signal);
      await handle.write(toI420(data, width, height, channels), 0, size, frames * size);
      frames++;
    },
    finish: async () => {
      await encoder.encode({
        ...{ format, width, height, alpha, frames, quality, file, signal },
        framesPerSecond: pace.framesPerSecond,
        comment: RECIPE_MARK + recipe,
        read: async (from, count) => {
          const bytes = new Uint8Array(Math.max(0, Math.min(count, frames - from)) * size);
          await handle.read(bytes, 0, bytes.length, from * size);
          return bytes;
        },
        onTaken: onWritten,
      });
      onWritten(frames);
    },
    close: async () => {
      await handle.close();
      await fs.rm(spool, { force: true });
    },
  };
}
