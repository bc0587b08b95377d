import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { evaluateNow, evaluateReconstruction } from '../../../src/engine/evaluate/reconstruction.ts';
import type { GaussianPosterior } from '../../../src/engine/model/posterior.ts';
import type { Weights } from '../../../src/engine/model/weights.ts';
import type { Model } from '../../../src/engine/recipes/compose.ts';
import { stepState } from '../objective/state.ts';
import { tensorsLeftBy, tinyModel, tinyPictures } from '../train/tiny-task.ts';

await openBackend({ prefer: 'tensorflow' });

const NONE: Weights = { get: (name) => expect.fail(`"${name}" was asked for`) };

/** A model that reconstructs each picture as `f` of it, and has such posteriors. */
function constructed(
  f: (x: tf.Tensor4D) => tf.Tensor,
  posterior: (x: tf.Tensor4D) => GaussianPosterior,
): Model {
  const base = tinyModel();
  let latest: tf.Tensor4D | null = null;
  return {
    ...base,
    encode: (pixels) => {
      latest = pixels;
      const of = posterior(pixels);
      return { code: of.mean, posterior: of };
    },
    decode: () =>
      tf.clipByValue(f(latest ?? expect.fail('decoded before anything was encoded')), 0, 1) as tf.Tensor4D,
    forward: ({ pixels }) =>
      stepState(
        {},
        {
          pixels,
          posterior: posterior(pixels),
          logits: pixels,
          mean: pixels,
          likelihood: { mean: (x) => x, distortion: (x) => tf.fill([x.shape[0]], 7) },
        },
      ),
  };
}

const Z = 4;
const flat = (x: tf.Tensor4D): tf.Tensor2D => tf.reshape(x, [x.shape[0], -1]);
/** A collapsed posterior: the prior, whatever the picture. */
const collapsed = (x: tf.Tensor4D): GaussianPosterior => ({
  mean: tf.zeros([x.shape[0], Z]),
  logVariance: tf.zeros([x.shape[0], Z]),
});

describe('figures of reconstruction', () => {
  it('PSNR of an error of 0.1 everywhere is 20 dB', () => {
    const shift = (x: tf.Tensor4D): tf.Tensor => tf.where(tf.greater(x, 0.5), tf.sub(x, 0.1), tf.add(x, 0.1));
    const { figures } = evaluateNow(constructed(shift, collapsed), NONE, tinyPictures(), 0);
    expect(figures.psnr).toBeCloseTo(20, 4);
    expect(figures.psnrOfMeanError).toBeCloseTo(20, 4);
    expect(figures.ssim).toBeLessThan(1);
    expect(figures.pictures).toBe(48);
  });

  it('perfect copies have an SSIM of 1, and a PSNR at the top of the scale', () => {
    const { figures } = evaluateNow(
      constructed((x) => x, collapsed),
      NONE,
      tinyPictures(),
      0,
    );
    expect(figures.ssim).toBeCloseTo(1, 5);
    expect(figures.psnr).toBe(120);
  });

  it('averages over pictures: half of them wrong by 0.1 and half by 0.01 are 30 dB, though their mean error says 23', () => {
    const count = 130;
    const byTurns = (x: tf.Tensor4D): tf.Tensor => {
      const sign = tf.where(tf.greater(x, 0.5), tf.fill(x.shape, -1), tf.onesLike(x));
      const sizes = Array.from({ length: x.shape[0] }, (_, i) => (i % 2 === 0 ? 0.1 : 0.01));
      return tf.add(x, tf.mul(sign, tf.tensor4d(sizes, [x.shape[0], 1, 1, 1])));
    };
    // More than two chunks, the last one of two pictures.
    const { figures } = evaluateNow(constructed(byTurns, collapsed), NONE, tinyPictures(count), 0);
    expect(figures.pictures).toBe(count);
    expect(figures.psnr).toBeCloseTo(30, 2);
    expect(figures.psnrOfMeanError).toBeCloseTo(-10 * Math.log10((0.1 ** 2 + 0.01 ** 2) / 2), 2);
    expect(figures.distortion).toBeCloseTo(7, 5);
  });

  it('rate, ELBO, active units and variances are those of the posteriors', () => {
    // The first direction follows the picture's brightness, the second is a constant, the others are the prior.
    const posterior = (x: tf.Tensor4D): GaussianPosterior => {
      const brightness: tf.Tensor2D = tf.mul(tf.mean(flat(x), 1, true), 20);
      const ones = tf.onesLike(brightness);
      const zeros = tf.zerosLike(brightness);
      return {
        mean: tf.concat([brightness, ones, zeros, zeros], 1),
        logVariance: tf.concat([zeros, zeros, zeros, tf.mul(ones, -2)], 1),
      };
    };
    const pictures = tinyPictures();
    const { figures, latents } = evaluateNow(
      constructed((x) => x, posterior),
      NONE,
      pictures,
      0,
    );
    const bytes = new Uint8Array(48 * 64);
    pictures.readBatch(Array.from({ length: 48 }, (_, i) => i), bytes); // prettier-ignore
    const brightness = Array.from({ length: 48 }, (_, n) => bytes.subarray(n * 64, n * 64 + 64).reduce((a, b) => a + b, 0) / (64 * 255) * 20); // prettier-ignore
    const mean = brightness.reduce((a, b) => a + b) / 48;
    const variance = brightness.reduce((sum, b) => sum + (b - mean) ** 2, 0) / 48;
    expect(latents.meanVariance[0]).toBeCloseTo(variance, 4);
    expect(latents.activeUnits).toBe(1);
    const rates = [
      brightness.reduce((sum, b) => sum + b ** 2 / 2, 0) / 48,
      0.5,
      0,
      (Math.exp(-2) - 1 + 2) / 2,
    ];
    rates.forEach((rate, k) => expect(latents.ratePerDimension[k]).toBeCloseTo(rate, 3));
    expect(figures.rate).toBeCloseTo(
      rates.reduce((a, b) => a + b),
      3,
    );
    expect(figures.elbo).toBeCloseTo(-7 - figures.rate, 4);
  });

  it('have no ELBO where there is no posterior', () => {
    const model: Model = { ...tinyModel('latent.kind=deterministic', 'schedules={}') };
    const zeros: Weights = {
      get: (name) => tf.zeros([...(model.weights.find((w) => w.name === name)?.shape ?? expect.fail(name))]),
    };
    const { figures, latents } = evaluateNow(model, zeros, tinyPictures(), 0);
    expect(figures).toMatchObject({ elbo: null, rate: 0 });
    expect(latents.activeUnits).toBe(0);
  });

  it('leave no tensors behind, not even where the measuring is given up half-way', () => {
    const model = constructed((x) => x, collapsed);
    expect(tensorsLeftBy(() => evaluateNow(model, NONE, tinyPictures(130), 0))).toBe(0);
    expect(
      tensorsLeftBy(() => {
        for (const done of evaluateReconstruction(model, NONE, tinyPictures(130), 0)) if (done > 0) break;
      }),
    ).toBe(0);
  });
});
