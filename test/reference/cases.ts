import * as tf from '@tensorflow/tfjs-core';
import { createAdam } from '../../src/engine/compute/adam.ts';
import type { Encoded, GaussianPosterior } from '../../src/engine/model/posterior.ts';
import { reparameterise } from '../../src/engine/model/posterior.ts';
import { negativeElbo, type Bound, type StepState } from '../../src/engine/objective/bound.ts';
import { klSparsity, squaredJacobianNorm } from '../../src/engine/objective/codes.ts';
import { freeBits } from '../../src/engine/objective/collapse.ts';
import { factorBound } from '../../src/engine/objective/factor.ts';
import { importanceWeighted } from '../../src/engine/objective/importance.ts';
import {
  bernoulli,
  gaussian,
  optimalGaussian,
  type Likelihood,
} from '../../src/engine/objective/likelihood.ts';
import { posteriorLogDensity, standardNormalLogDensity } from '../../src/engine/objective/log-density.ts';
import { mixturePrior } from '../../src/engine/objective/mixture.ts';
import { maximumMeanDiscrepancy } from '../../src/engine/objective/mmd.ts';
import { standardNormal } from '../../src/engine/objective/prior.ts';
import { klBetween, klPerDimension } from '../../src/engine/objective/rate.ts';
import { ssim } from '../../src/engine/objective/ssim.ts';
import { totalCorrelationBound, type Sampling } from '../../src/engine/objective/total-correlation.ts';
import { vampPrior } from '../../src/engine/objective/vamp.ts';
import { createComposedAdam } from '../../src/engine/train/adam.ts';
import type { CreateAdam } from '../../src/engine/train/task.ts';
import { IMAGE_SIZE, LATENTS, SETTINGS, STEPS } from './inputs.ts';

type Inputs = Readonly<Record<string, tf.Tensor>>;
type Values = Record<string, tf.Tensor>;

const nothing = (name: string): never => {
  throw new Error(`"${name}" was asked for`);
};

/** A step of `bound` on the fixed tensors; what stands in `changed` takes their place. */
function stepOf(
  bound: Bound,
  given: Inputs,
  changed: Inputs,
  likelihood: Likelihood,
  changes: Partial<StepState> = {},
) {
  const of = (name: string): tf.Tensor => changed[name] ?? given[name];
  const posterior = { mean: of('mean'), logVariance: of('logVariance') } as GaussianPosterior;
  const logits = of('logits') as tf.Tensor4D;
  const copies = logits.shape[0] / posterior.mean.shape[0];
  const noise = tf.slice(given['noise'], [0, 0], [copies * posterior.mean.shape[0], LATENTS]);
  return bound({
    pixels: given['pixels'] as tf.Tensor4D,
    logits,
    mean: likelihood.mean(logits),
    posterior,
    code: reparameterise(posterior, noise as tf.Tensor2D),
    groups: [LATENTS],
    tags: null,
    likelihood,
    prior: standardNormal.with({ weights: { get: nothing }, encode: () => nothing('encode') }),
    scheduled: { beta: tf.scalar(SETTINGS.beta) },
    pictures: tf.scalar(SETTINGS.pictures),
    encode: () => nothing('encode'),
    weights: { get: nothing },
    mode: { kind: 'infer' },
    ...changes,
  });
}

/** Gradients of a scalar by some of the fixed tensors, by what they are called in the references. */
function gradients(
  f: (changed: Inputs) => tf.Tensor,
  given: Inputs,
  by: Readonly<Record<string, string>>,
): Values {
  const names = Object.values(by);
  const found = tf.grads((...values: tf.Tensor[]) =>
    f(Object.fromEntries(values.map((value, i) => [names[i], value]))),
  )(names.map((name) => given[name]));
  return Object.fromEntries(Object.keys(by).map((called, i) => [`gradient by ${called}`, found[i]]));
}

const POSTERIOR = { mean: 'mean', 'log variance': 'logVariance' };
const LEAVES = { ...POSTERIOR, logits: 'logits' };

function boundCase(
  bound: Bound,
  given: Inputs,
  likelihood: Likelihood = bernoulli,
  changes: (changed: Inputs) => Partial<StepState> = () => ({}),
  by: Readonly<Record<string, string>> = LEAVES,
): Values {
  const step = (changed: Inputs) => stepOf(bound, given, changed, likelihood, changes(changed));
  const { loss, terms } = step({});
  return { loss, ...terms, ...gradients((changed) => step(changed).loss, given, by) };
}

const one = (): Partial<StepState> => ({ scheduled: { beta: tf.scalar(1) } });

function adam(create: CreateAdam, given: Inputs): Values {
  const variable = tf.variable(given['weights']);
  const optimiser = create(new Map([['weights', variable]]), SETTINGS);
  const [gradients, rates] = [tf.unstack(given['gradients']), given['rates'].dataSync()];
  for (let step = 1; step <= STEPS; step++) {
    const numbers = Object.entries(optimiser.inputs(step, rates[step - 1]));
    const inputs = Object.fromEntries(numbers.map(([name, value]) => [name, tf.scalar(value)]));
    optimiser.apply({ weights: gradients[step - 1] }, inputs);
  }
  const moved = tf.sub(variable, given['weights']);
  optimiser.dispose();
  return { moved };
}

function factor(given: Inputs): Values {
  const bound = factorBound(LATENTS, given['discriminator1'].size);
  const names = bound.weights?.map(({ name }) => name) ?? [];
  const changes = (changed: Inputs): Partial<StepState> => ({
    weights: {
      get: (name) => {
        const own = `discriminator${names.indexOf(name)}`;
        return changed[own] ?? given[own];
      },
    },
  });
  const by = { ...LEAVES, 'first kernel': 'discriminator0', 'last bias': 'discriminator5' };
  const { loss, discriminator, ...rest } = boundCase(bound, given, bernoulli, changes, by);
  return { ...rest, discriminator, model: tf.sub(loss, discriminator) };
}

function vamp(given: Inputs): Values {
  const learned = given['pseudoInputs'];
  const [height, width, channels] = learned.shape.slice(1);
  const part = vampPrior(learned.shape[0], { width, height, channels });
  const encode = (pixels: tf.Tensor4D): Encoded => {
    const flat = tf.reshape(pixels, [pixels.shape[0], IMAGE_SIZE]);
    const numbers = tf.matMul(flat, given['encoder']);
    const [mean, logVariance] = tf.split<tf.Tensor2D>(numbers, 2, 1);
    return { code: mean, posterior: { mean, logVariance } };
  };
  const changes = (changed: Inputs): Partial<StepState> => ({
    ...one(),
    prior: part.with({ weights: { get: () => changed['pseudoInputs'] ?? learned }, encode }),
  });
  return boundCase(negativeElbo, given, bernoulli, changes, {
    ...POSTERIOR,
    'pseudo inputs': 'pseudoInputs',
  });
}

function mmd(kernel: 'rbf' | 'imq', given: Inputs): Values {
  const of = ({ code }: Inputs) =>
    maximumMeanDiscrepancy(kernel, code as tf.Tensor2D, given['draws'] as tf.Tensor2D);
  return { squared: of(given), ...gradients(of, given, { code: 'code' }) };
}

/** Its mean over random directions is the norm; so is its sum over those of the pixels. */
function contraction(given: Inputs): Values {
  const pixels = given['pixels'] as tf.Tensor4D;
  const encode = (x: tf.Tensor4D): tf.Tensor2D =>
    tf.tanh(tf.matMul(tf.reshape(x, [x.shape[0], IMAGE_SIZE]), given['encoder'] as tf.Tensor2D));
  const along = Array.from({ length: IMAGE_SIZE }, (_, i) => {
    const direction = tf.reshape(tf.oneHot(tf.tensor1d([i], 'int32'), IMAGE_SIZE), [
      1,
      ...pixels.shape.slice(1),
    ]);
    const each = tf.tile(tf.cast(direction, 'float32'), [pixels.shape[0], 1, 1, 1]);
    return squaredJacobianNorm(encode, pixels, each as tf.Tensor4D, 1e-2);
  });
  return { 'squared norm': tf.addN(along) };
}

function mixture(given: Inputs): Values {
  const rows = (name: string) => Float64Array.from(given[name].dataSync());
  const prior = mixturePrior({
    size: LATENTS,
    covariance: 'full',
    weights: rows('mixtureWeights'),
    means: rows('mixtureMeans'),
    factors: tf.unstack(given['mixtureFactors']).map((factor) => Float64Array.from(factor.dataSync())),
  });
  return { density: prior.logDensity(given['code'] as tf.Tensor2D) };
}

/** Ours by case, under the names that the references give them. */
export function computeOurs(given: Inputs): Record<string, Values> {
  const posterior = { mean: given['mean'], logVariance: given['logVariance'] } as GaussianPosterior;
  const changedPosterior = (changed: Inputs) => ({ ...posterior, ...changed });
  const code = reparameterise(
    posterior,
    tf.slice(given['noise'], [0, 0], given['mean'].shape) as tf.Tensor2D,
  );
  const [pixels, logits] = [given['pixels'] as tf.Tensor4D, given['logits'] as tf.Tensor4D];
  const rates = (changed: Inputs) => klPerDimension(changedPosterior(changed));
  const free = (changed: Inputs) => {
    const { loss, terms } = stepOf(freeBits(SETTINGS.floor), given, changed, bernoulli, one());
    return tf.sub(loss, terms['distortion']);
  };
  const told = (likelihood: Likelihood, { logits: own }: Inputs) =>
    likelihood.distortion(pixels, own as tf.Tensor4D, likelihood.mean(own as tf.Tensor4D));
  const likelihoodCase = (likelihood: Likelihood): Values => ({
    each: told(likelihood, given),
    ...gradients((changed) => tf.sum(told(likelihood, changed)), given, { logits: 'logits' }),
  });
  const alike = ({ estimate }: Inputs) => ssim(given['target'] as tf.Tensor4D, estimate as tf.Tensor4D);
  const sparsity = ({ activities }: Inputs) => klSparsity(activities as tf.Tensor2D, SETTINGS.activity);
  const correlated = (sampling: Sampling) => boundCase(totalCorrelationBound(sampling), given);
  const many = { ...given, logits: given['manyLogits'] };
  const other = { mean: given['otherMean'], logVariance: given['otherLogVariance'] } as GaussianPosterior;
  return {
    rate: { each: rates({}), ...gradients((changed) => tf.sum(rates(changed)), given, POSTERIOR) },
    'rate between two Gaussians': { each: klBetween(posterior, other) },
    'density of latents': {
      posterior: posteriorLogDensity(posterior, code),
      prior: standardNormalLogDensity(code),
    },
    'free bits': { rate: free({}), ...gradients(free, given, POSTERIOR) },
    'least rate (δ-VAE)': { rate: tf.scalar(SETTINGS.minRate) },
    'Bernoulli likelihood, of black and white': {
      each: bernoulli.distortion(given['seen'] as tf.Tensor4D, logits, bernoulli.mean(logits)),
    },
    'Gaussian likelihood': likelihoodCase(gaussian(SETTINGS.deviation)),
    'Gaussian likelihood of the best width': likelihoodCase(optimalGaussian),
    ELBO: boundCase(negativeElbo, given, bernoulli, one),
    'β-VAE, Gaussian': boundCase(negativeElbo, given, gaussian(1)),
    IWAE: boundCase(importanceWeighted, many, bernoulli, one),
    'β-TCVAE, weighted': correlated('weighted'),
    'β-TCVAE, stratified': correlated('stratified'),
    FactorVAE: factor(given),
    'MMD, rbf': mmd('rbf', given),
    'MMD, imq': mmd('imq', given),
    VampPrior: vamp(given),
    'mixture prior': mixture(given),
    'KL sparsity': { sum: sparsity(given), ...gradients(sparsity, given, { activities: 'activities' }) },
    contraction: contraction(given),
    SSIM: {
      each: alike(given),
      ...gradients((changed) => tf.sum(alike(changed)), given, { estimate: 'estimate' }),
    },
    'Adam, 20 steps': adam(createAdam, given),
    'Adam composed of tfjs, 20 steps': adam(createComposedAdam, given),
  };
}
