import * as tf from '@tensorflow/tfjs-core';
import { dense, needsOf } from './layers.ts';
import type { Needs } from './noise.ts';
import { cutColumns } from './ops.ts';
import { toPosterior, type GaussianPosterior } from './posterior.ts';
import type { Mode, Weights } from './weights.ts';

/** What is known of pictures beside their pixels, as a second modality: seen, or told by the latents, or both. */
export interface Tags extends Needs {
  /** How many numbers in [0, 1] tags are. */
  readonly size: number;
  /** What tags alone say of the latents: `[n, size]` each, `known` 1 where a value is known; `[n, z]`. */
  expert(values: tf.Tensor2D, known: tf.Tensor2D, weights: Weights): GaussianPosterior;
  /** Logits of the tags that latents `[m, z]` tell, `[m, size]`. */
  logits(code: tf.Tensor2D, weights: Weights): tf.Tensor2D;
  /** What is shown in this step, of 0 and 1. */
  shown(pictures: number, mode: Mode): Shown;
}

export interface Shown {
  /** Whether each picture is, and whether any of its tags are, `[n, 1]`. */
  readonly picture: tf.Tensor2D;
  readonly tags: tf.Tensor2D;
  /** Which of its tags would be, `[n, size]`. */
  readonly kept: tf.Tensor2D;
}

const SHOWN = 'tags/shown';
const KEPT = 'tags/kept';

/**
 * Tags by two small networks: one tells latents of them, the other them of latents.
 * @param lengths how many numbers each tag is; those of one tag are shown or withheld together
 */
export function tagNetworks(lengths: readonly number[], latents: number, hidden: number): Tags {
  const size = lengths.reduce((sum, length) => sum + length, 0);
  const inwards = [
    dense('tags/encoder0', 2 * size, hidden, Math.SQRT2),
    dense('tags/encoder1', hidden, hidden, Math.SQRT2),
  ];
  const posterior = dense('tags/posterior', hidden, 2 * latents);
  const outwards = dense('tags/decoder0', latents, hidden, Math.SQRT2);
  const last = dense('tags/logits', hidden, size);
  const infer: Mode = { kind: 'infer' };
  return {
    ...needsOf([...inwards, posterior, outwards, last]),
    noise: [
      { name: SHOWN, distribution: 'uniform', per: 'picture', shape: [1] },
      { name: KEPT, distribution: 'uniform', per: 'picture', shape: [1 + lengths.length] },
    ],
    size,
    expert: (values, known, weights) => {
      const seen = tf.concat([tf.mul<tf.Tensor2D>(values, known), known], 1);
      const h = inwards.reduce((x, layer) => tf.relu(layer.apply(x, weights, infer)), seen);
      return toPosterior(posterior.apply(h, weights, infer));
    },
    logits: (code, weights) => last.apply(tf.relu(outwards.apply(code, weights, infer)), weights, infer),
    shown: (pictures, mode) => {
      const all = tf.ones<tf.Rank.R2>([pictures, 1]);
      if (mode.kind === 'infer') return { picture: all, tags: all, kept: tf.ones([pictures, size]) };
      const draw = mode.noise(SHOWN) as tf.Tensor2D;
      // A third of the pictures alone, a third of the tags alone, and a third of both.
      const picture = tf.cast<tf.Tensor2D>(tf.less(draw, 2 / 3), 'float32');
      const tags = tf.cast<tf.Tensor2D>(tf.greaterEqual(draw, 1 / 3), 'float32');
      // Any number of them is as likely as any other, since people say few.
      const [share, ...each] = cutColumns(mode.noise(KEPT) as tf.Tensor2D, [1, ...lengths.map(() => 1)]);
      const kept = each.map((one, i) => tf.tile(tf.cast(tf.less(one, share), 'float32'), [1, lengths[i]]));
      return { picture, tags, kept: tf.concat2d(kept as tf.Tensor2D[], 1) };
    },
  };
}

/** One opinion on latents, and whether it is heard, `[n, 1]` of 0 and 1. */
export interface Expert {
  readonly posterior: GaussianPosterior;
  readonly heard: tf.Tensor2D;
}

/**
 * The product of experts with N(0, 1) among them (Wu & Goodman 2018, arXiv 1802.05335, §2.1): precisions add up,
 * and means weigh as much as they are precise. Nobody heard, it is N(0, 1).
 */
export function productOfExperts(experts: readonly Expert[]): GaussianPosterior {
  let precision: tf.Tensor = tf.scalar(1);
  let pull: tf.Tensor = tf.scalar(0);
  for (const { posterior, heard } of experts) {
    const own = tf.mul(heard, tf.exp(tf.neg(posterior.logVariance)));
    precision = tf.add(precision, own);
    pull = tf.add(pull, tf.mul(own, posterior.mean));
  }
  return {
    mean: tf.div(pull, precision),
    logVariance: tf.neg(tf.log(precision as tf.Tensor2D)),
  };
}
