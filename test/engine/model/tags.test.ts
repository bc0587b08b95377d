import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { productOfExperts, tagNetworks } from '../../../src/engine/model/tags.ts';
import { INFER, type Weights } from '../../../src/engine/model/weights.ts';
import { multimodalElbo } from '../../../src/engine/objective/multimodal.ts';
import {
  gradientError,
  normal,
  numbers,
  randomLatents,
  relativeError,
  stepState,
  trainMode,
} from '../objective/state.ts';

await openBackend({ prefer: 'tensorflow' });

const heard = (...each: number[]): tf.Tensor2D => tf.tensor2d(each, [each.length, 1]);

describe('the product of experts', () => {
  const [a, b] = [randomLatents(3, 2, 300).posterior, randomLatents(3, 2, 310).posterior];

  it('is the Gaussian that densities multiplied give, N(0, 1) among them', () => {
    const { mean, logVariance } = productOfExperts([
      { posterior: a, heard: heard(1, 1, 0) },
      { posterior: b, heard: heard(1, 0, 0) },
    ]);
    const [m1, v1, m2, v2] = [a.mean, a.logVariance, b.mean, b.logVariance].map((x) => x.arraySync());
    for (const [i, [first, second]] of [
      [1, 1],
      [1, 0],
      [0, 0],
    ].entries())
      // prettier-ignore
      for (const d of [0, 1]) {
        const [p1, p2] = [first / Math.exp(v1[i][d]), second / Math.exp(v2[i][d])];
        const precision = 1 + p1 + p2;
        expect(mean.arraySync()[i][d]).toBeCloseTo((p1 * m1[i][d] + p2 * m2[i][d]) / precision, 5);
        expect(logVariance.arraySync()[i][d]).toBeCloseTo(-Math.log(precision), 5);
      }
  });

  it('has the gradients of its parts', () => {
    const of = (mean: tf.Tensor): tf.Tensor =>
      tf.sum(
        tf.square(
          productOfExperts([{ posterior: { ...a, mean: mean as tf.Tensor2D }, heard: heard(1, 1, 1) }]).mean,
        ),
      );
    expect(gradientError(of, a.mean)).toBeLessThan(0.01);
  });
});

describe('networks of tags', () => {
  const tags = tagNetworks([2, 1], 2, 8);
  const values = new Map(
    (tags.weights ?? []).map(({ name, shape }, i) => [name, normal(shape, 320 + i, 0.4)]),
  );
  const weights: Weights = { get: (name) => values.get(name) ?? expect.fail(name) };

  it('take nothing from a value that is not known', () => {
    const known = tf.tensor2d([[1, 0, 1]]);
    const mean = (value: number): number[] =>
      numbers(tags.expert(tf.tensor2d([[0.2, value, 1]]), known, weights).mean);
    expect(mean(0.9)).toEqual(mean(0.1));
    expect(numbers(tags.expert(tf.tensor2d([[0.7, 0, 1]]), known, weights).mean)).not.toEqual(mean(0.1));
  });

  it('show a third of pictures, of tags, and of both; all of them where nothing is random', () => {
    const mode = trainMode({
      'tags/shown': tf.tensor2d([[0.1], [0.5], [0.9]]),
      'tags/kept': tf.tensor2d([[0.5, 0.4, 0.6], [0.5, 0.6, 0.4], [0.9, 0.1, 0.2]]), // prettier-ignore
    });
    const { picture, tags: shown, kept } = tags.shown(3, mode);
    expect([numbers(picture), numbers(shown)]).toEqual([[1, 1, 0], [0, 1, 1]]); // prettier-ignore
    // The first tag is two numbers, which stay together.
    expect(kept.arraySync()).toEqual([[1, 1, 0], [0, 0, 1], [1, 1, 1]]); // prettier-ignore
    const all = tags.shown(2, INFER);
    expect([...numbers(all.picture), ...numbers(all.tags)]).toEqual([1, 1, 1, 1]);
    expect(numbers(all.kept)).toEqual([1, 1, 1, 1, 1, 1]);
  });
});

describe('the bound of pictures and tags', () => {
  const logits = normal([4, 3], 330) as tf.Tensor2D;
  const logitsByPicture = normal([4, 3], 331) as tf.Tensor2D;
  const tags = {
    values: tf.tensor2d([[1, 0, 0.3], [0, 1, 0.8]]), // prettier-ignore
    known: tf.tensor2d([[1, 1, 0], [1, 1, 1]]), // prettier-ignore
    picture: heard(1, 0),
    shown: tf.tensor2d([[0, 0, 0], [1, 1, 0]]), // prettier-ignore
    byPicture: randomLatents(2, 3, 340).posterior,
    byTags: randomLatents(2, 3, 350).posterior,
    logits,
    logitsByPicture,
  };
  const state = stepState({ n: 2, z: 3, k: 2 }, { tags, scheduled: { beta: tf.scalar(0.5) } });

  it('asks for what was shown, and for all that is known by the picture alone; tags by cross-entropy', () => {
    const { loss, terms } = multimodalElbo(7, 0.3)(state);
    const each = numbers(
      state.likelihood.distortion(tf.tile(state.pixels, [2, 1, 1, 1]), state.logits, state.mean),
    );
    // Sample-major: the first picture is shown, the second is not.
    const distortion = (each[0] + each[2]) / 4;
    let told = 0;
    for (const [all, asked] of [
      [logits, tags.shown],
      [logitsByPicture, tags.known],
    ] as const)
      for (const [i, row] of all.arraySync().entries())
        for (const [t, logit] of row.entries()) {
          const value = tags.values.arraySync()[i % 2][t];
          const chance = 1 / (1 + Math.exp(-logit));
          const missed = value * Math.log(chance) + (1 - value) * Math.log(1 - chance);
          told -= (7 * asked.arraySync()[i % 2][t] * missed) / 4;
        }
    expect(relativeError(numbers(terms['distortion'])[0], distortion)).toBeLessThan(1e-5);
    expect(relativeError(numbers(terms['tags'])[0], told)).toBeLessThan(1e-5);
    const rate = numbers(terms['rate'])[0];
    const [m1, v1] = [tags.byPicture.mean, tags.byPicture.logVariance].map(numbers);
    const [m2, v2] = [tags.byTags.mean, tags.byTags.logVariance].map(numbers);
    const apart = m1.reduce(
      (sum, m, i) => sum + ((Math.exp(v1[i]) + (m - m2[i]) ** 2) / Math.exp(v2[i]) - 1 + v2[i] - v1[i]) / 4,
      0,
    );
    expect(relativeError(numbers(terms['agreement'])[0], 0.3 * apart)).toBeLessThan(1e-5);
    const total = distortion + told + 0.3 * apart + 0.5 * rate;
    expect(relativeError(numbers(loss)[0], total)).toBeLessThan(1e-5);
  });

  it('has the gradient of its cross-entropy', () => {
    for (const which of ['logits', 'logitsByPicture'] as const) {
      const of = (x: tf.Tensor): tf.Tensor =>
        multimodalElbo(7, 0.3)({ ...state, tags: { ...tags, [which]: x as tf.Tensor2D } }).terms['tags'];
      expect(gradientError(of, tags[which])).toBeLessThan(0.01);
    }
  });
});
