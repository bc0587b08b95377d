import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { ladderDecoder, ladderEncoder, splitLatents } from '../../../src/engine/model/ladder.ts';
import { reparameterise, toPosterior, type Encoded } from '../../../src/engine/model/posterior.ts';
import { INFER, type Weights } from '../../../src/engine/model/weights.ts';
import { groupedElbo } from '../../../src/engine/objective/grouped.ts';
import { klPerDimension } from '../../../src/engine/objective/rate.ts';
import { gradientError, normal, numbers, stepState } from '../objective/state.ts';

await openBackend({ prefer: 'tensorflow' });

const IMAGE = { width: 16, height: 16, channels: 2 };
const OPTIONS = { widths: [6, 8], normalisation: 'group' as const };
const DOWN = { ...OPTIONS, groups: [3, 2] };
const [encoder, decoder] = [ladderEncoder(IMAGE, DOWN, OPTIONS), ladderDecoder(IMAGE, DOWN)];
/** Far from the first values, so that the conditional prior is no N(0, 1). */
const values = new Map(
  [...encoder.weights, ...decoder.weights].map(({ name, shape }, i) => [name, normal(shape, 200 + i, 0.25)]),
);
const weights: Weights = { get: (name) => values.get(name) ?? expect.fail(name) };

/** Draws by this noise for each group; the means for none. */
function encode(pictures: tf.Tensor4D, noise: readonly (tf.Tensor2D | null)[], samples = 1): Encoded {
  const draw = (told: tf.Tensor2D, g: number): Encoded => {
    const posterior = toPosterior(told);
    const own = noise[g] ?? null;
    return { posterior, code: own === null ? posterior.mean : reparameterise(posterior, own) };
  };
  return encoder.inTurn(pictures, samples, draw, weights, INFER, false);
}
const posteriorOf = ({ posterior }: Encoded) => posterior ?? expect.fail('no posterior');
const rows = (x: tf.Tensor2D, from: number, size: number): number[] =>
  numbers(tf.slice(x, [0, from], [-1, size]));

describe('the ladder', () => {
  const pictures = normal([3, 16, 16, 2], 7) as tf.Tensor4D;

  it('divides latents evenly, the rest to the top, and no further than there are sizes', () => {
    expect(splitLatents(96, 3, 4)).toEqual([32, 32, 32]);
    expect(splitLatents(7, 3, 4)).toEqual([3, 2, 2]);
    expect(splitLatents(7, 5, 2)).toEqual([4, 3]);
    expect(splitLatents(1, 3, 4)).toEqual([1]);
  });

  it('tells lower groups by what was drawn of the upper ones, and never the other way', () => {
    const means = encode(pictures, []);
    const above = encode(pictures, [normal([3, 3], 8) as tf.Tensor2D]);
    const below = encode(pictures, [null, normal([3, 2], 9) as tf.Tensor2D]);
    const mean = (encoded: Encoded, group: number): number[] =>
      rows(posteriorOf(encoded).mean, group === 0 ? 0 : 3, group === 0 ? 3 : 2);
    expect(mean(above, 0)).toEqual(mean(means, 0));
    expect(mean(above, 1)).not.toEqual(mean(means, 1));
    expect(mean(below, 1)).toEqual(mean(means, 1));
    expect(rows(means.code, 0, 5)).toEqual(rows(posteriorOf(means).mean, 0, 5));
  });

  it('goes through a picture once for each sample, as it would alone', () => {
    const noise = [normal([6, 3], 10), normal([6, 2], 11)] as tf.Tensor2D[];
    const both = encode(pictures, noise, 2);
    const second = encode(
      pictures,
      noise.map((x) => tf.slice(x, [3, 0], [3, -1])),
    );
    expect(both.code.shape).toEqual([6, 5]);
    const got = numbers(tf.slice(both.code, [3, 0], [3, -1]));
    numbers(second.code).forEach((value, i) => expect(got[i]).toBeCloseTo(value, 5));
  });

  it('goes the way once for both, to the same pictures', () => {
    const noise = [normal([3, 3], 16), normal([3, 2], 17)] as tf.Tensor2D[];
    const draw = (told: tf.Tensor2D, g: number): Encoded => {
      const posterior = toPosterior(told);
      return { posterior, code: reparameterise(posterior, noise[g]) };
    };
    const { code, end } = encoder.inTurn(pictures, 1, draw, weights, INFER, true);
    expect(numbers(code)).toEqual(numbers(encode(pictures, noise).code));
    const finished = decoder.finish?.(end ?? expect.fail('no end'), weights, INFER) ?? expect.fail();
    expect(numbers(finished)).toEqual(numbers(decoder.apply(code, weights, INFER)));
  });

  it('draws from every group', () => {
    const latents = normal([2, 5], 12) as tf.Tensor2D;
    const drawn = decoder.apply(latents, weights, INFER);
    expect(drawn.shape).toEqual([2, 16, 16, 2]);
    for (const column of [0, 4]) {
      const mask = tf.oneHot(tf.tensor1d([column], 'int32'), 5);
      const moved = decoder.apply(tf.add(latents, mask), weights, INFER);
      expect(numbers(tf.max(tf.abs(tf.sub(moved, drawn))))[0]).toBeGreaterThan(1e-3);
    }
  });

  // In small steps: ReLUs have corners.
  it('has the gradients of decoding and encoding', () => {
    const scale = 1 / (16 * 16);
    const decoded = (x: tf.Tensor): tf.Tensor =>
      tf.mul(tf.sum(tf.square(decoder.apply(x as tf.Tensor2D, weights, INFER))), scale);
    expect(gradientError(decoded, normal([2, 5], 13), 1e-3)).toBeLessThan(0.02);
    // Through what the lower group makes of the upper one.
    const below = normal([3, 2], 15) as tf.Tensor2D;
    const encoded = (x: tf.Tensor): tf.Tensor =>
      tf.sum(tf.square(encode(pictures, [x as tf.Tensor2D, below]).code));
    expect(gradientError(encoded, normal([3, 3], 14), 1e-3)).toBeLessThan(0.05);
  });

  it('keeps latents for which KL to N(0, 1) is the KL to the prior that the groups above give', () => {
    // One direction: q(e) = N(m, v) and p(z | above) = N(a, b²), z = a + b·e.
    const [m, v, a, b] = [0.4, 0.3, -1.2, 0.7];
    const kept = klPerDimension({ mean: tf.tensor2d([[m]]), logVariance: tf.tensor2d([[Math.log(v)]]) });
    const [mean, variance] = [a + b * m, b * b * v];
    const stated = 0.5 * (variance / b ** 2 + (mean - a) ** 2 / b ** 2 - 1 - Math.log(variance / b ** 2));
    expect(numbers(kept)[0]).toBeCloseTo(stated, 6);
  });
});

describe('the bound by groups', () => {
  const state = stepState({ n: 4, z: 5, k: 2 }, { groups: [3, 2], scheduled: { beta: tf.scalar(0.5) } });
  const each = numbers(tf.mean(klPerDimension(state.posterior ?? expect.fail()), 0));
  const rates = [each[0] + each[1] + each[2], each[3] + each[4]];
  const value = (floor: number) => {
    const { loss, terms } = groupedElbo(floor)(state);
    return {
      loss: numbers(loss)[0],
      ...Object.fromEntries(Object.entries(terms).map(([k, t]) => [k, numbers(t)[0]])),
    };
  };

  it('is the bound, its rate told by groups', () => {
    const got = value(0) as Record<string, number>;
    expect(got['rate/1']).toBeCloseTo(rates[0], 4);
    expect(got['rate/2']).toBeCloseTo(rates[1], 4);
    expect(got['rate']).toBeCloseTo(rates[0] + rates[1], 4);
    expect(got['loss']).toBeCloseTo(got['distortion'] + 0.5 * (rates[0] + rates[1]), 4);
  });

  it('has a gradient where there is one group only', () => {
    const one = stepState({ n: 2, z: 3 });
    const of = (mean: tf.Tensor): tf.Scalar =>
      groupedElbo(0)({
        ...one,
        posterior: { mean: mean as tf.Tensor2D, logVariance: tf.zeros([2, 3]) },
      }).loss;
    // The rate of a picture is ½·μ², and there are two of them.
    const at = normal([2, 3], 90);
    const expected = numbers(tf.div(at, 2));
    numbers(tf.grad(of)(at)).forEach((got, i) => expect(got).toBeCloseTo(expected[i], 5));
  });

  it('asks nothing of a group below the floor', () => {
    const floor = Math.max(...rates) + 1;
    const got = value(floor) as Record<string, number>;
    expect(got['loss']).toBeCloseTo(got['distortion'] + 0.5 * 2 * floor, 3);
  });
});
