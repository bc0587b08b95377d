import * as tf from '@tensorflow/tfjs-core';
import { dense, type Layer } from '../model/layers.ts';
import { INFER, type Weights } from '../model/weights.ts';
import { standardNormalLogDensity } from './log-density.ts';
import { sampledRate, type PriorPart } from './prior.ts';

/** A change of variables `[m, z] → [m, z]` that can be undone. */
export interface Flow extends Pick<Layer, 'weights'> {
  /** Latents to noise, and log |det ∂noise/∂latents|, `[m]`. */
  forward(code: tf.Tensor2D, weights: Weights): { noise: tf.Tensor2D; logDeterminant: tf.Tensor1D };
  /** Noise to latents. */
  inverse(noise: tf.Tensor2D, weights: Weights): tf.Tensor2D;
}

/** Each layer scales by at most e^±1: enough together, and float32 can undo it. */
const LARGEST_LOG_SCALE = 1;

interface Coupling extends Pick<Layer, 'weights'> {
  /** Log-scales and shifts `[m, z]`, 0 where nothing changes, from the latents that do not change. */
  of(x: tf.Tensor2D, weights: Weights): { logScale: tf.Tensor2D; shift: tf.Tensor2D };
}

/** Every second direction decides how the others are scaled and moved; `parity` says which. */
function coupling(name: string, size: number, hidden: number, parity: number): Coupling {
  const kept = Array.from({ length: size }, (_, j) => (j % 2 === parity ? 1 : 0));
  const [first, second] = [dense(`${name}/dense0`, size, hidden), dense(`${name}/dense1`, hidden, hidden)];
  // It begins as the identity: the prior is N(0, 1) until the latents ask for another.
  const last = dense(`${name}/dense2`, hidden, 2 * size, 0);
  return {
    weights: [...first.weights, ...second.weights, ...last.weights],
    of: (x, weights) => {
      const mask = tf.tensor2d(kept, [1, size]);
      const changed = tf.sub(1, mask);
      const h = tf.tanh(first.apply(tf.mul(x, mask), weights, INFER));
      const raw = last.apply(tf.tanh(second.apply(h, weights, INFER)), weights, INFER);
      const [scale, shift] = tf.split<tf.Tensor2D>(raw, 2, 1);
      const logScale = tf.mul(tf.tanh(scale), LARGEST_LOG_SCALE);
      return { logScale: tf.mul(logScale, changed), shift: tf.mul(shift, changed) };
    },
  };
}

/** Real NVP (Dinh et al. 2017, arXiv 1605.08803): affine coupling layers, the two halves by turns. */
export function realNvp(size: number, layers: number, hidden: number): Flow {
  const couplings = Array.from({ length: layers }, (_, i) =>
    coupling(`prior/coupling${i}`, size, hidden, i % 2),
  );
  return {
    weights: couplings.flatMap(({ weights }) => weights),
    forward: (code, weights) => {
      let [x, logDeterminant] = [code, tf.zeros<tf.Rank.R1>([code.shape[0]])];
      for (const layer of couplings) {
        const { logScale, shift } = layer.of(x, weights);
        x = tf.add(tf.mul(x, tf.exp(logScale)), shift);
        logDeterminant = tf.add(logDeterminant, tf.sum(logScale, 1));
      }
      return { noise: x, logDeterminant };
    },
    inverse: (noise, weights) => {
      let x = noise;
      for (const layer of [...couplings].reverse()) {
        const { logScale, shift } = layer.of(x, weights);
        x = tf.mul(tf.sub(x, shift), tf.exp(tf.neg(logScale)));
      }
      return x;
    },
  };
}

/** A prior that a flow shapes: log p(z) = log N(f(z); 0, 1) + log |det ∂f/∂z|; the rate is estimated. */
export function flowPrior(size: number, layers: number, hidden: number): PriorPart {
  const flow = realNvp(size, layers, hidden);
  return {
    weights: flow.weights,
    with: ({ weights }) => {
      const logDensity = (code: tf.Tensor2D): tf.Tensor1D => {
        const { noise, logDeterminant } = flow.forward(code, weights);
        return tf.add(standardNormalLogDensity(noise), logDeterminant);
      };
      return {
        logDensity,
        rate: (posterior, code) => sampledRate(logDensity, posterior, code),
        draw: (noise) => flow.inverse(noise, weights),
      };
    },
  };
}
