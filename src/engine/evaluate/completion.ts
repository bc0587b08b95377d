import * as tf from '@tensorflow/tfjs-core';
import { spanMembrane } from '../../core/membrane.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { createAdam } from '../compute/adam.ts';
import { type LatentGaussian, whiten } from '../latent/aggregate.ts';
import { type Instrument, toBytes } from '../latent/instrument.ts';
import { breathe } from '../node/breathe.ts';

/** Pictures with parts missing. */
export interface Incomplete {
  /** `[n, h, w, c]` in [0, 1]; what stands in the holes does not count. */
  readonly pixels: Float32Array;
  /** `[n, h, w]`, 1 where a part is missing. */
  readonly hole: Uint8Array;
}

/** What is known of the pictures that a model was trained on. */
export interface Expected {
  /** `[h, w, c]` in [0, 1]: what is put into holes at first. */
  readonly meanPicture: Float32Array;
  /** Where latents lie. */
  readonly latents: LatentGaussian;
}

/**
 * The optimum of a problem with a perturbed prior is a sample of the posterior, exactly so for a linear decoder
 * (perturb and optimise, Papandreou & Yuille 2011; Bardsley et al. 2014).
 */
export interface Draws {
  /**
   * `[n, z]`, standard deviations from the middle of where latents lie: what latents are pulled to. Drawn from
   * N(0, 1), another for each way; 0 for the most probable one.
   */
  readonly pulls: Float32Array;
  /**
   * `[n]`, what part of the visible values has a say, in (0, 1]. Neighbouring values tell nearly the same: with all of
   * them, as if each were independent, nothing is left open.
   */
  readonly trust: readonly number[];
}

export interface CompletionOptions {
  /** Rounds of decoding and filling in. */
  readonly rounds?: number;
  /** Gradient steps on the latents. */
  readonly steps?: number;
  /** Not the most probable way to fill in each picture, but one of the probable ones. */
  readonly draws?: Draws | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

const ROUNDS = 8;
const STEPS = 120;
const LEARNING_RATE = 0.05;
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
/** Pictures at a time. */
const BATCH = 16;
/** A quarter of a grey level, squared: below it a fit is perfect. */
const SMALLEST_ERROR = 1e-6;

/**
 * Fills in what is missing. The latents are inferred from what is left: the hole is filled with the mean picture,
 * encoded, decoded, filled with what was decoded, and so on (Rezende et al. 2014, arXiv 1401.4082, appendix F); then
 * they take gradient steps towards the most probable ones, −log p(visible | z) − log p(z), the likelihood a
 * Gaussian as sharp as the visible part allows and p(z) where the latents of the known pictures lie. What the
 * model draws differs from the picture at the rim; that difference is carried into the hole as a membrane.
 * @returns pictures `[n, h, w, c]`, all as it was outside of the holes
 */
export async function completePictures(
  instrument: Player,
  expected: Expected,
  incomplete: Incomplete,
  options: CompletionOptions = {},
): Promise<Float32Array> {
  const { width, height, channels } = instrument.image;
  const area = width * height;
  const size = area * channels;
  const count = incomplete.pixels.length / size;
  const out = new Float32Array(incomplete.pixels.length);
  const { onProgress, signal, steps = STEPS } = options;
  for (let start = 0; start < count; start += BATCH) {
    const end = Math.min(count, start + BATCH);
    const part = {
      pixels: incomplete.pixels.slice(start * size, end * size),
      hole: incomplete.hole.subarray(start * area, end * area),
    };
    fillHoles(part, (i) => expected.meanPicture[i % size]);
    const first = await refill(instrument, part, options.rounds ?? ROUNDS, signal);
    const { draws } = options;
    const z = instrument.latentSize;
    const latents = await climb(instrument, expected.latents, part, first, {
      steps,
      signal,
      draws: {
        pulls: draws?.pulls.subarray(start * z, end * z) ?? new Float32Array((end - start) * z),
        trust: draws?.trust.slice(start, end) ?? new Array<number>(end - start).fill(1),
      },
      onStep: (step) =>
        onProgress?.({
          stage: 'Filling in',
          done: start + ((end - start) * step) / steps,
          total: count,
          unit: 'pictures',
        }),
    });
    out.set(blend(part, instrument.decode(latents, end - start), instrument.image), start * size);
  }
  return out;
}

/** Puts values into the holes, in place. */
function fillHoles({ pixels, hole }: Incomplete, value: (index: number) => number): void {
  const channels = pixels.length / hole.length;
  for (let i = 0; i < pixels.length; i++) if (hole[Math.floor(i / channels)]) pixels[i] = value(i);
}

type Player = Pick<Instrument, 'model' | 'weights' | 'image' | 'latentSize' | 'encode' | 'decode'>;

/** Encodes and decodes, filling the holes with what was decoded; the latents of the last round, `[n, z]`. */
async function refill(
  { image, encode, decode }: Player,
  part: Incomplete,
  rounds: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const count = part.hole.length / (image.width * image.height);
  for (let round = 0; ; round++) {
    await breathe(signal);
    const { mean } = encode(toBytes(part.pixels), count);
    if (round === rounds) return mean;
    const decoded = decode(mean, count);
    fillHoles(part, (i) => decoded[i]);
  }
}

/** Gradient steps on the latents, whitened by where they lie, from `first`; `[n, z]`. */
async function climb(
  { model, weights, image, latentSize }: Player,
  gaussian: LatentGaussian,
  { pixels, hole }: Incomplete,
  first: Float32Array,
  {
    steps,
    signal,
    draws,
    onStep,
  }: {
    steps: number;
    signal: AbortSignal | undefined;
    draws: Draws;
    onStep: (step: number) => void;
  },
): Promise<Float32Array> {
  const { width, height, channels } = image;
  const count = first.length / latentSize;
  const mean = tf.tensor1d(Float32Array.from(gaussian.mean));
  const spread = tf.tensor2d(Float32Array.from(gaussian.factor), [latentSize, latentSize]);
  const target = tf.tensor4d(pixels, [count, height, width, channels]);
  const visible = tf.tensor4d(
    Float32Array.from(hole, (missing) => (missing ? 0 : 1)),
    [count, height, width, 1],
  );
  const values = tf.tidy(() => tf.mul<tf.Tensor1D>(tf.sum(visible, [1, 2, 3]), channels));
  const start = new Float32Array(first.length);
  for (let at = 0; at < first.length; at += latentSize)
    start.set(whiten(first.subarray(at, at + latentSize), gaussian), at);
  const pull = tf.tensor2d(draws.pulls, [count, latentSize]);
  const trust = tf.tensor1d([...draws.trust]);
  const whitened = tf.variable(tf.tensor2d(start, [count, latentSize]));
  const adam = createAdam(new Map([['latents', whitened]]), ADAM);
  const latents = (): tf.Tensor2D => tf.add(tf.matMul(whitened, spread, false, true), mean);
  try {
    for (let step = 1; step <= steps; step++) {
      await breathe(signal);
      tf.tidy(() => {
        const { grads } = tf.variableGrads(() => {
          const difference = tf.mul(tf.sub(model.decode(latents(), weights), target), visible);
          const error = tf.div(tf.sum(tf.square(difference), [1, 2, 3]), tf.maximum(values, 1));
          const distortion = tf.mul(
            tf.mul(tf.mul(values, trust), 0.5),
            tf.log(tf.add(error, SMALLEST_ERROR)),
          );
          const rate = tf.mul(tf.sum(tf.squaredDifference(whitened, pull), 1), 0.5);
          return tf.sum<tf.Scalar>(tf.add(distortion, rate));
        }, [whitened]);
        const scalars = Object.entries(adam.inputs(step, LEARNING_RATE));
        adam.apply(
          { latents: grads[whitened.name] },
          Object.fromEntries(scalars.map(([name, value]) => [name, tf.scalar(value)])),
        );
      });
      onStep(step);
    }
    const found = tf.tidy(latents);
    const out = (await found.data<'float32'>()).slice();
    found.dispose();
    return out;
  } finally {
    adam.dispose();
    tf.dispose([mean, spread, target, visible, values, pull, trust, whitened]);
  }
}

/** Puts what was decoded into the holes, moved by what it is off by at their rims. */
function blend(
  { pixels, hole }: Incomplete,
  decoded: Float32Array,
  { width, height, channels }: Instrument['image'],
): Float32Array {
  const area = width * height;
  const out = Float32Array.from(pixels);
  for (let n = 0; n < hole.length / area; n++) {
    const own = hole.subarray(n * area, (n + 1) * area);
    for (let c = 0; c < channels; c++) {
      const at = (i: number): number => (n * area + i) * channels + c;
      const off = spanMembrane(
        Float64Array.from(own, (_, i) => pixels[at(i)] - decoded[at(i)]),
        own,
        width,
        height,
      );
      own.forEach((missing, i) => {
        if (missing) out[at(i)] = Math.min(1, Math.max(0, decoded[at(i)] + off[i]));
      });
    }
  }
  return out;
}
