import { createRng, fillNormal, shuffle, STREAM, type Rng } from '../../core/rng.ts';
import type { NoiseSpec } from '../model/noise.ts';
import { sizeOf } from '../model/weights.ts';
import type { Known } from './tags.ts';
import type { Input } from '../train/program.ts';

/** Pictures to train on: uint8, HWC, one after the other. */
export interface TrainingPictures {
  readonly count: number;
  readBatch(indices: ArrayLike<number>, out: Uint8Array): void;
  /** The label of a picture, null where it has none; absent where no picture has one. */
  labelOf?(index: number): string | null;
  /** All that is known of a picture; absent where nothing is of any. */
  known?(index: number): Known;
}

/** The batches of an epoch: a permutation drawn from the seed and the epoch, cut into whole batches. */
export function createOrder(count: number, batch: number, seed: number): (step: number) => Uint32Array {
  const stepsPerEpoch = Math.floor(count / batch);
  let epochAtHand = -1;
  const order = new Uint32Array(count);
  return (step) => {
    const epoch = Math.floor((step - 1) / stepsPerEpoch);
    if (epoch !== epochAtHand) {
      for (let i = 0; i < count; i++) order[i] = i;
      shuffle(order, createRng(seed, STREAM.order, epoch));
      epochAtHand = epoch;
    }
    const start = ((step - 1) % stepsPerEpoch) * batch;
    return order.subarray(start, start + batch);
  };
}

/** Draws what a part declared, for one step. */
export function drawNoise(
  { distribution, per, shape }: NoiseSpec,
  batch: number,
  samples: number,
  rng: Rng,
): Input {
  const count = per === 'picture' ? batch : samples * batch;
  const values = new Float32Array(count * sizeOf(shape));
  if (distribution === 'normal') fillNormal(values, rng);
  else for (let i = 0; i < values.length; i++) values[i] = rng.uniform();
  return { shape: [count, ...shape], values };
}

/** Labels as a model takes them: `[n, classes]`, a 1 for the label, all 0 for one that is not known. */
export function encodeLabels(
  labels: readonly (string | null)[],
  classes: readonly string[],
): { shape: [number, number]; values: Float32Array } {
  const values = new Float32Array(labels.length * classes.length);
  for (const [i, label] of labels.entries()) {
    const at = label === null ? -1 : classes.indexOf(label);
    if (at >= 0) values[i * classes.length + at] = 1;
  }
  return { shape: [labels.length, classes.length], values };
}
