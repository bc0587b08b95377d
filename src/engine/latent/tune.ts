import * as tf from '@tensorflow/tfjs-core';
import type { OnProgress } from '../../contract/progress.ts';
import { createAdam } from '../compute/adam.ts';
import { uploadPixels } from '../compute/pixels.ts';
import { breathe } from '../node/breathe.ts';
import { snapshotVariable } from '../train/adam.ts';
import { type Instrument, instrumentWith } from './instrument.ts';

/** A picture, and the latent that a decoder is to draw it from. */
export interface Example {
  /** `[latentSize]` */
  readonly latent: Float32Array;
  /** uint8 sRGB, `[height, width, channels]`, premultiplied where there is alpha */
  readonly pixels: Uint8Array;
}

export interface TuneHooks {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

const STEPS = 40;
/** Pictures a step. Where there are more, there are as many more steps. */
const BATCH = 16;
const LEARNING_RATE = 1e-3;
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

/**
 * Tunes a copy of a model's decoder to a few pictures: forty Adam steps on the mean squared error, normalisation
 * by the running statistics as they are. The model stays what it was, and so does what its latents mean. Nothing
 * is drawn at random: on one backend of one machine the same examples give the same decoder. Throws `cancelled`
 * when asked to stop.
 * @returns `decode` of the tuned copy, which holds nothing on the backend; good for as long as the instrument is
 */
export async function tuneDecoder(
  instrument: Omit<Instrument, 'dispose'>,
  examples: readonly Example[],
  { onProgress, signal }: TuneHooks = {},
): Promise<Instrument['decode']> {
  const { model, weights } = instrument;
  const variables = new Map(
    model.weights
      .filter(({ name, trainable }) => trainable && name.startsWith('decoder/'))
      .map(({ name }) => [name, tf.tidy(() => tf.variable(tf.clone(weights.get(name))))]),
  );
  const adam = createAdam(variables, ADAM);
  const copy = { get: (name: string) => variables.get(name) ?? weights.get(name) };
  const rounds = Math.ceil(examples.length / BATCH);
  try {
    for (let step = 0; step < STEPS * rounds; step++) {
      await breathe(signal);
      const batch = batchOf(examples, step, rounds);
      tf.tidy(() => {
        const [latents, pictures] = upload(instrument, batch);
        const { grads } = tf.variableGrads(
          () => tf.mean(tf.squaredDifference(model.decode(latents, copy), pictures)),
          [...variables.values()],
        );
        const scalars = Object.entries(adam.inputs(step + 1, LEARNING_RATE));
        adam.apply(
          Object.fromEntries([...variables].map(([name, variable]) => [name, grads[variable.name]])),
          Object.fromEntries(scalars.map(([name, value]) => [name, tf.scalar(value)])),
        );
      });
      onProgress?.({ stage: 'Fitting the model to these pictures', done: step + 1, total: STEPS * rounds, unit: 'steps' }); // prettier-ignore
    }
    return decoderWith(instrument, new Map([...variables].map(([name, v]) => [name, snapshotVariable(v)])));
  } finally {
    adam.dispose();
    tf.dispose([...variables.values()]);
  }
}

/** {@link tuneDecoder} of one model. */
export const tunerOf =
  (instrument: Omit<Instrument, 'dispose'>) =>
  (examples: readonly Example[], hooks: TuneHooks): Promise<Instrument['decode']> =>
    tuneDecoder(instrument, examples, hooks);

/** Every picture has its turn once a round. */
function batchOf(examples: readonly Example[], step: number, rounds: number): readonly Example[] {
  const size = Math.ceil(examples.length / rounds);
  const start = (step % rounds) * size;
  return examples.slice(start, start + size);
}

function upload(
  { image, latentSize }: Pick<Instrument, 'image' | 'latentSize'>,
  batch: readonly Example[],
): [tf.Tensor2D, tf.Tensor4D] {
  const { height, width, channels } = image;
  const latents = new Float32Array(batch.length * latentSize);
  const pixels = new Uint8Array(batch.length * height * width * channels);
  batch.forEach((example, i) => {
    latents.set(example.latent, i * latentSize);
    pixels.set(example.pixels, i * height * width * channels);
  });
  return [
    tf.tensor2d(latents, [batch.length, latentSize]),
    uploadPixels(pixels, [batch.length, height, width, channels]),
  ];
}

function decoderWith(
  { model, weights }: Omit<Instrument, 'dispose'>,
  tuned: ReadonlyMap<string, ReturnType<typeof snapshotVariable>>,
): Instrument['decode'] {
  return (latents, count) => {
    const own = new Map(
      [...tuned].map(([name, { values, shape }]) => [name, tf.tensor(values, [...shape], 'float32')]),
    );
    try {
      return instrumentWith(model, { get: (name) => own.get(name) ?? weights.get(name) }).decode(
        latents,
        count,
      );
    } finally {
      tf.dispose([...own.values()]);
    }
  };
}
