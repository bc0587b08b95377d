import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { highestLogVariance, softClip, toPosterior } from '../../../src/engine/model/posterior.ts';
import { freeBits, geco } from '../../../src/engine/objective/collapse.ts';
import { klPerDimension } from '../../../src/engine/objective/rate.ts';
import { gradientError, normal, numbers, relativeError, stepState, trainMode } from './state.ts';

await openBackend({ prefer: 'tensorflow' });

describe('free bits', () => {
  const state = stepState({ n: 4, z: 5 });
  const rates = numbers(tf.mean(klPerDimension(state.posterior ?? expect.fail()), 0));

  it('counts each direction by its mean rate, and at least by the floor', () => {
    const floor = [...rates].sort((a, b) => a - b)[2];
    const { loss, terms } = freeBits(floor)(state);
    const expected = rates.reduce((sum, rate) => sum + Math.max(rate, floor), 0);
    const [got, distortion] = [numbers(loss)[0], numbers(terms['distortion'])[0]];
    expect(relativeError(got, distortion + expected)).toBeLessThan(1e-5);
    expect(
      relativeError(
        numbers(terms['rate'])[0],
        rates.reduce((a, b) => a + b),
      ),
    ).toBeLessThan(1e-5);
  });

  it('has no gradient towards the posterior below the floor, and that of the rate above it', () => {
    const slope = (floor: number): number[] => {
      const [gradient] = tf.grads((mean) => {
        const posterior = { ...(state.posterior ?? expect.fail()), mean: mean as tf.Tensor2D };
        return freeBits(floor)({ ...state, posterior }).loss;
      })([state.posterior?.mean ?? expect.fail()]);
      return numbers(gradient);
    };
    expect(slope(1000).every((value) => value === 0)).toBe(true);
    const means = numbers(state.posterior?.mean ?? expect.fail());
    slope(0).forEach((value, i) => expect(value).toBeCloseTo(means[i] / 4, 5));
  });
});

describe('the least rate of a posterior', () => {
  it('is held in every direction, whatever the encoder says', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 5, noNaN: true }),
        fc.array(fc.double({ min: -80, max: 80, noNaN: true }), { minLength: 6, maxLength: 6 }),
        fc.constantFrom('hard' as const, 'soft' as const),
        (minRate, encoded, clip) => {
          const posterior = toPosterior(tf.tensor2d(encoded, [1, 6]), {
            clip,
            highest: highestLogVariance(minRate),
          });
          for (const rate of numbers(klPerDimension(posterior)))
            expect(rate).toBeGreaterThanOrEqual(minRate * (1 - 1e-4) - 1e-6);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is met where the mean is 0 and the variance as large as it may be', () => {
    for (const minRate of [0.01, 0.1, 1, 4]) {
      const l = highestLogVariance(minRate);
      expect(relativeError((Math.exp(l) - 1 - l) / 2, minRate)).toBeLessThan(1e-9);
      expect(l).toBeLessThan(0);
    }
  });
});

describe('soft clipping', () => {
  it('is the formula of the paper, stays within its bounds and rises everywhere', () => {
    const xs = Array.from({ length: 41 }, (_, i) => i - 20);
    const [low, high, s] = [-6, 3, 1.7];
    const expected = xs.map(
      (x) => Math.log((1 + Math.exp(s * (x - low))) / (1 + Math.exp(s * (x - high)))) / s + low,
    );
    const got = numbers(softClip(tf.tensor1d(xs), low, high, s));
    got.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-5));
    expect(Math.min(...got)).toBeGreaterThanOrEqual(low - 1e-5);
    expect(Math.max(...got)).toBeLessThanOrEqual(high + 1e-5);
    const slope = numbers(tf.grad((x) => softClip(x, low, high, s))(tf.tensor1d([-7.5, 0, 4.5])));
    for (const value of slope) expect(value).toBeGreaterThan(0.01);
    const at = normal([5], 3);
    expect(gradientError((x) => tf.sum(softClip(x, low, high, s)), at)).toBeLessThan(1e-2);
  });
});

describe('GECO', () => {
  const options = { tolerance: 0.2, speed: 0.1, memory: 0.9 };
  const at = (logMultiplier: number, constraint: number) => {
    const mode = trainMode();
    const values = new Map([
      ['geco/log-multiplier', tf.scalar(logMultiplier)],
      ['geco/constraint', tf.scalar(constraint)],
    ]);
    const weights = { get: (name: string): tf.Tensor => values.get(name) ?? expect.fail(name) };
    const state = stepState({ n: 3 }, { weights, mode });
    return { state, mode, ...geco(options)(state) };
  };

  it('weighs errors by the multiplier: with 1, as a Gaussian whose standard deviation is the tolerance', () => {
    const { state, loss, terms } = at(Math.log(2.5), 0);
    const squares = numbers(tf.squaredDifference(state.pixels, state.mean));
    const error = squares.reduce((a, b) => a + b) / squares.length;
    const constraint = error / 0.2 ** 2 - 1;
    const rate = numbers(terms['rate'])[0];
    expect(relativeError(numbers(terms['constraint'])[0], constraint)).toBeLessThan(1e-5);
    expect(relativeError(numbers(loss)[0], rate + 2.5 * 8 * constraint)).toBeLessThan(1e-5);
  });

  it('raises the multiplier while errors are too large, and lowers it once they are not', () => {
    const { mode, terms } = at(0.3, -0.5);
    const average = 0.9 * -0.5 + 0.1 * numbers(terms['constraint'])[0];
    expect(numbers(mode.updates['geco/constraint'])[0]).toBeCloseTo(average, 5);
    const step = 0.1 * Math.min(1, Math.max(-1, average));
    expect(numbers(mode.updates['geco/log-multiplier'])[0]).toBeCloseTo(0.3 + step, 5);
    expect(numbers(at(12, 50).mode.updates['geco/log-multiplier'])[0]).toBe(12);
    expect(numbers(at(0, -50).mode.updates['geco/log-multiplier'])[0]).toBeCloseTo(-0.1, 6);
  });

  it('its variables are no weights that are learned', () => {
    expect(geco(options).weights?.map(({ trainable }) => trainable)).toEqual([false, false]);
  });
});
