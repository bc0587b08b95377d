import { fitMixture, parametersOf, type Covariance, type GaussianMixture } from '../../core/mixture.ts';
import type { Rng } from '../../core/rng.ts';
import type { MixtureWishes, Prior } from '../objective/prior.ts';
import type { Model } from '../recipes/compose.ts';
import type { Latents } from './instrument.ts';

/** What was fitted, and how well it does. */
export interface FittedPrior {
  readonly mixture: GaussianMixture;
  /** Bayes's information criterion by pictures, of the mixture and of N(0, 1), nats: lower is better. */
  readonly criterion: number;
  readonly criterionOfNormal: number;
}

/** Latents that a mixture is fitted to: more of them move nothing that is seen. */
const POINTS = 2000;
/** Each posterior stands for at most so many of them. */
const MOST_SAMPLES = 8;
/** In more directions a full covariance has more numbers than pictures can tell. */
const MOST_FOR_FULL = 64;
/** Where latents lie in no clouds at all, more Gaussians go on paying for a while, and take minutes. */
const MOST_GAUSSIANS = 16;

const LOG_2_PI = Math.log(2 * Math.PI);

/**
 * Fits a mixture of Gaussians to the aggregate posterior by expectation maximisation over samples of each
 * picture's posterior, whose mean log-density is what the ELBO asks of a prior. How many, and of which shape, is
 * told by Bayes's information criterion (Schwarz 1978), which counts pictures and not samples: their number is
 * doubled for as long as it gets better, and N(0, 1) itself, which costs nothing, is kept where none is.
 * Yields often.
 * @param latents of at least one picture
 */
export function* fitPrior(
  { mean, logVariance }: Latents,
  size: number,
  { gaussians, covariance }: MixtureWishes,
  rng: Rng,
): Generator<void, FittedPrior> {
  const pictures = mean.length / size;
  const samples =
    logVariance === null ? 1 : Math.max(1, Math.min(MOST_SAMPLES, Math.floor(POINTS / pictures)));
  const points = Float64Array.from({ length: samples * mean.length }, (_, i) => {
    const at = i % mean.length;
    return logVariance === null ? mean[at] : mean[at] + Math.exp(logVariance[at] / 2) * rng.normal();
  });
  const criterionOfNormal = points.reduce((sum, x) => sum + x * x + LOG_2_PI, 0) / samples;
  // A code that promised no N(0, 1) in training is not drawn from it.
  let best: FittedPrior | null =
    gaussians > 0 || logVariance === null
      ? null
      : { mixture: standardNormalMixture(size), criterion: criterionOfNormal, criterionOfNormal };
  const shapes: readonly Covariance[] =
    covariance === 'auto' ? (size <= MOST_FOR_FULL ? ['diagonal', 'full'] : ['diagonal']) : [covariance];
  const most = Math.min(gaussians || MOST_GAUSSIANS, pictures);
  for (const shape of shapes) {
    let last = Infinity;
    for (let components = gaussians > 0 ? most : 1; components <= most; components *= 2) {
      const { mixture, logLikelihood } = yield* fitMixture(points, size, {
        components,
        covariance: shape,
        restarts: 1,
        rng,
      });
      const numbers = parametersOf(components, size, shape);
      const criterion = (-2 * logLikelihood) / samples + numbers * Math.log(pictures);
      if (best === null || criterion < best.criterion) best = { mixture, criterion, criterionOfNormal };
      if (criterion >= last) break;
      last = criterion;
    }
  }
  return best as FittedPrior;
}

/** N(0, 1) in every direction, as a mixture of one. */
const standardNormalMixture = (size: number): GaussianMixture => ({
  size,
  covariance: 'diagonal',
  weights: Float64Array.of(1),
  means: new Float64Array(size),
  factors: [new Float64Array(size).fill(1)],
});

/** The same model to be measured under another prior; its objective stays that of the training. */
export const withPrior = (model: Model, prior: Prior): Model => ({
  ...model,
  prior: () => prior,
  forward: (inputs, weights, mode) => ({ ...model.forward(inputs, weights, mode), prior }),
});
