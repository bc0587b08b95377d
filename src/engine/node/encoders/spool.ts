import * as fs from 'node:fs/promises';
import { throwIfCancelled } from '../../../contract/errors.ts';
import type { Frame } from '../../export/frame.ts';

/** Frames that were drawn once and are read several times: raw, in a file, so that memory does not grow with them. */
export interface Spool {
  readonly count: number;
  /** Any frame's, apart from the pixels. */
  readonly shape: Omit<Frame, 'data'>;
  /** The frames from one on, in order; each is a copy of its own. */
  read(from?: number, to?: number): AsyncGenerator<Frame, void, undefined>;
}

/** Writes all frames into a file, which the caller removes. Throws a RangeError when there are none. */
export async function fillSpool(
  file: string,
  frames: AsyncIterable<Frame>,
  signal: AbortSignal | undefined,
): Promise<Spool> {
  const handle = await fs.open(file, 'w');
  let shape: Spool['shape'] | null = null;
  let count = 0;
  try {
    for await (const { width, height, channels, data } of frames) {
      throwIfCancelled(signal);
      shape ??= { width, height, channels };
      await handle.write(data, 0, data.length, count * data.length);
      count++;
    }
  } finally {
    await handle.close();
  }
  if (shape === null) throw new RangeError('A spool without frames has no shape.');
  return { count, shape, read: (from = 0, to = count) => read(file, shape, from, to) };
}

async function* read(
  file: string,
  shape: Spool['shape'],
  from: number,
  to: number,
): AsyncGenerator<Frame, void, undefined> {
  const bytes = shape.width * shape.height * shape.channels;
  const handle = await fs.open(file, 'r');
  try {
    for (let i = from; i < to; i++) {
      const data = new Uint8Array(bytes);
      await handle.read(data, 0, bytes, i * bytes);
      yield { ...shape, data };
    }
  } finally {
    await handle.close();
  }
}
