import { MorphloomError } from '../../contract/errors.ts';
import type { GpuBuffer } from './webgpu.ts';

export interface MappableBuffer extends GpuBuffer {
  readonly mapState: 'unmapped' | 'pending' | 'mapped';
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
}

/** What a card that was reset says, whichever WebGPU reaches it. */
export const NO_ANSWER =
  'The graphics card gave no answer: it was reset or ran out of memory. What was committed to disk is untouched; go on with --resume, with smaller batches or another --backend.';

const MAP_READ = 1;

/** Looks that cost nothing before the thread begins to sleep between them; and the longest sleep. */
const EAGER_LOOKS = 20;
const LONGEST_SLEEP_MS = 1;
const SLEEPER = new Int32Array(new SharedArrayBuffer(4));

/**
 * Waits, without giving way to anything else, until a buffer is mapped for reading.
 *
 * WebGPU knows no such waiting: in a browser the event loop must turn. Dawn's binding turns by itself, through the
 * global `setImmediate`, for as long as something is awaited. Taken over for the time of one reading, its turns are
 * made here. What is read of a model is waited for in any case, and TensorFlow's calls hold the thread as well.
 * Nothing else may be under way on the device: its turns would be somewhere else already.
 * @throws MorphloomError `environment` where the device is lost, or the binding turns in another way
 */
export function mapNow(buffer: MappableBuffer): void {
  const turns: (() => void)[] = [];
  const host = globalThis as { setImmediate: unknown };
  const { setImmediate } = host;
  host.setImmediate = (turn: () => void) => void turns.push(turn);
  try {
    // Its state says how it went; the promise can be looked at in a turn of Node's only.
    buffer.mapAsync(MAP_READ).catch(() => undefined);
    for (let looks = 0, turn = turns.shift(); turn !== undefined; turn = turns.shift(), looks++) {
      if (looks > EAGER_LOOKS)
        Atomics.wait(SLEEPER, 0, 0, Math.min(LONGEST_SLEEP_MS, (looks - EAGER_LOOKS) / 100));
      turn();
    }
  } finally {
    host.setImmediate = setImmediate;
  }
  if (buffer.mapState !== 'mapped') {
    throw new MorphloomError('environment', NO_ANSWER);
  }
}
