import * as tf from '@tensorflow/tfjs-core';
import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { createRng, fillNormal, STREAM, type Rng } from '../../core/rng.ts';
import { inTidy } from '../evaluate/inputs.ts';
import { drawLatents, fitLatentGaussian } from '../latent/aggregate.ts';
import { fitPrior, type FittedPrior } from '../latent/fitted-prior.ts';
import type { Instrument, Latents } from '../latent/instrument.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { runToEnd } from '../node/breathe.ts';
import { mixturePrior } from '../objective/mixture.ts';
import type { MixtureWishes, Prior } from '../objective/prior.ts';
import { encodeDataset } from './pictures.ts';

export interface SampleRequest {
  readonly count: number;
  /** Scales the distance from the middle, or from the middle of a component. */
  readonly temperature: number;
  /**
   * From a Gaussian fitted to where the pictures lie, from the prior as it was learned (or fitted, where the recipe
   * says so), or from a mixture of Gaussians fitted to where the pictures lie.
   */
  readonly from: 'pictures' | 'prior' | 'mixture';
  readonly seed: number;
  /** What all of them are to be, for a model that is told labels. */
  readonly label?: string | undefined;
}

/** More pictures do not move the fit by anything that is seen. */
export const MOST_FITTED = 4000;

const AS_MANY_AS_THERE_ARE: MixtureWishes = { gaussians: 0, covariance: 'auto' };

type Played = Pick<Instrument, 'latentSize' | 'model' | 'weights'>;
type Signal = { readonly aborted: boolean } | undefined;

/**
 * Draws pictures, `[count, h, w, c]` in [0, 1]. The same request gives the same pictures. Throws a `usage` error for
 * a label that the model is not told.
 */
export async function drawSamples(
  instrument: OpenedInstrument,
  request: SampleRequest,
  context: { onProgress?: OnProgress | undefined; signal?: AbortSignal | undefined } = {},
): Promise<Float32Array> {
  const { count, label } = request;
  if (label !== undefined) requireLabel(instrument, label);
  const told = label !== undefined;
  const encoded = (): Promise<Latents> => encodeDataset(instrument, { most: MOST_FITTED, told, ...context });
  const latents = await sampleLatents(instrument, request, encoded, context.signal);
  return instrument.decode(latents, count, told ? Array<string>(count).fill(label) : undefined);
}

function requireLabel({ model: { classes, recipe } }: Played, label: string): void {
  if (classes.includes(label)) return;
  const known =
    classes.length > 0
      ? `it knows ${classes.join(', ')}`
      : 'train with --recipe cvae on pictures that have labels';
  throw new MorphloomError(
    'usage',
    `The recipe "${recipe.name}" is not told the label "${label}"; ${known}.`,
  );
}

/**
 * The latents of samples, `[count, size]`.
 * @param encoded gives the latents of (at most {@link MOST_FITTED}) pictures; asked only where they are needed
 */
export async function sampleLatents(
  instrument: Played,
  { count, temperature, from, seed, label }: SampleRequest,
  encoded: () => Promise<Latents>,
  signal?: Signal,
): Promise<Float32Array> {
  const { latentSize: size, model, weights } = instrument;
  const rng = createRng(seed, STREAM.samples);
  if (from === 'pictures') {
    const { mean, logVariance } = await encoded();
    return drawLatents(fitLatentGaussian(mean, logVariance, size), count, temperature, rng);
  }
  const wishes = from === 'mixture' ? (model.afterwards ?? AS_MANY_AS_THERE_ARE) : model.afterwards;
  if (wishes === null) return drawFrom(model.prior(weights), count, size, temperature, rng);
  const { mixture } = await fittedPrior(instrument, wishes, encoded, signal, label !== undefined);
  return drawFrom(mixturePrior(mixture), count, size, temperature, rng);
}

/** Fitting takes seconds, and the same latents give the same mixture. */
const fits = { told: new WeakMap<object, FittedPrior>(), untold: new WeakMap<object, FittedPrior>() };

/**
 * The mixture that is fitted to a model's latents. The same model and the same pictures give the same one.
 * @param told whether the latents are of pictures whose labels the model was told
 */
export async function fittedPrior(
  { latentSize, weights }: Played,
  wishes: MixtureWishes,
  encoded: () => Promise<Latents>,
  signal?: Signal,
  told = false,
): Promise<FittedPrior> {
  const own = told ? fits.told : fits.untold;
  const known = own.get(weights);
  if (known !== undefined) return known;
  const steps = fitPrior(await encoded(), latentSize, wishes, createRng(FIT_SEED, STREAM.samples));
  const fitted = await runToEnd(steps, signal);
  own.set(weights, fitted);
  return fitted;
}

const FIT_SEED = 1;

function drawFrom(prior: Prior, count: number, size: number, temperature: number, rng: Rng): Float32Array {
  const noise = fillNormal(new Float32Array(count * size), rng).map((x) => x * temperature);
  const chance = Float32Array.from({ length: count }, () => rng.uniform());
  return inTidy(() =>
    Float32Array.from(prior.draw(tf.tensor2d(noise, [count, size]), tf.tensor1d(chance)).dataSync()),
  );
}
