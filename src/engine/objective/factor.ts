import * as tf from '@tensorflow/tfjs-core';
import { dense } from '../model/layers.ts';
import type { Weights } from '../model/weights.ts';
import { meanDistortion, type Bound } from './bound.ts';

/** The same value, behind which no gradient flows. */
const stopGradient = <T extends tf.Tensor>(x: T): T =>
  tf.customGrad((input) => ({
    value: tf.clone(input as tf.Tensor),
    gradFunc: (dy) => tf.zerosLike(dy),
  }))(x) as T;

/** Turns each direction `j` of latents `[m, z]` by j + 1 rows, so that none keeps its neighbours. */
function mixed(code: tf.Tensor2D): tf.Tensor2D {
  const [m, z] = code.shape;
  const columns = tf.split<tf.Tensor2D>(code, z, 1);
  const turned = columns.map((column, j) => {
    const by = (j + 1) % m;
    return by === 0
      ? column
      : tf.concat([tf.slice(column, [by, 0], [m - by, 1]), tf.slice(column, [0, 0], [by, 1])], 0);
  });
  return tf.concat(turned, 1);
}

/**
 * FactorVAE (Kim & Mnih 2018, arXiv 1802.05983): distortion + rate + (β − 1) · total correlation, the latter
 * as a discriminator sees it, which tells latents from such whose directions come from different pictures.
 *
 * Both learn in one step by one optimiser: the model from the discriminator held still, the discriminator from
 * the latents held still. Latents are mixed by turning each direction by rows of its own, which is as good as
 * a random permutation, since the order of a batch is drawn anew each time.
 */
export function factorBound(size: number, hidden: number): Bound {
  const name = 'discriminator';
  const layers = [
    dense(`${name}/dense0`, size, hidden, Math.SQRT2),
    dense(`${name}/dense1`, hidden, hidden, Math.SQRT2),
  ];
  const last = dense(`${name}/logit`, hidden, 1);
  /** How sure it is that latents belong together, in nats, `[m, 1]`. */
  const judge = (code: tf.Tensor2D, weights: Weights): tf.Tensor2D => {
    const h = layers.reduce((x, layer) => tf.leakyRelu(layer.apply(x, weights, { kind: 'infer' })), code);
    return last.apply(h, weights, { kind: 'infer' });
  };
  const bound: Bound = (state) => {
    if (state.posterior === null) throw new TypeError('Total correlation needs a posterior.');
    const { code, weights } = state;
    const distortion = meanDistortion(state);
    const rate = tf.mean<tf.Scalar>(state.prior.rate(state.posterior, code));
    const still: Weights = { get: (key) => stopGradient(weights.get(key)) };
    const correlation = tf.mean<tf.Scalar>(judge(code, still));
    const seen = stopGradient(code);
    // −log σ(logit) for latents as they are, −log(1 − σ(logit)) for mixed ones.
    const missed = tf.mean(tf.softplus(tf.neg(judge(seen, weights))));
    const fooled = tf.mean(tf.softplus(judge(mixed(seen), weights)));
    const discriminator = tf.mul<tf.Scalar>(tf.add(missed, fooled), 0.5);
    const weighed = tf.mul(tf.sub(state.scheduled['beta'], 1), correlation);
    const loss = tf.add<tf.Scalar>(tf.add(tf.add(distortion, rate), weighed), discriminator);
    return { loss, terms: { distortion, rate, correlation, discriminator } };
  };
  return Object.assign(bound, { weights: [...layers, last].flatMap((layer) => layer.weights) });
}
