import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createRng, fillNormal } from '../../../src/core/rng.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { squaredJacobianNorm } from '../../../src/engine/objective/codes.ts';
import { maximumMeanDiscrepancy } from '../../../src/engine/objective/mmd.ts';
import { normal, numbers } from '../objective/state.ts';
import { allBytes, learn, SMALL, squarePictures, type Learned } from './learn.ts';

await openBackend({ prefer: 'tensorflow' });

const pictures = squarePictures(384);
const strangers = squarePictures(96, 384);
const tensorOf = (set: typeof pictures): tf.Tensor4D =>
  tf.tensor4d(
    Float32Array.from(allBytes(set, 64), (byte) => byte / 255),
    [set.count, 8, 8, 1],
  );
const decibels = (a: tf.Tensor, b: tf.Tensor): number =>
  -10 * Math.log10(numbers(tf.mean(tf.squaredDifference(a, b)))[0]);
const codesOf = ({ model, weights }: Learned, x: tf.Tensor4D): tf.Tensor2D => model.encode(x, weights).code;

describe('the deterministic family', { timeout: 60_000 }, () => {
  it('a denoising autoencoder cleans pictures that it has not seen', () => {
    const { model, weights } = learn(
      'denoising-ae',
      [...SMALL, 'latent.size=16', 'corruption.standardDeviation=0.2'],
      pictures,
      1500,
    );
    const clean = tensorOf(strangers);
    const grain = fillNormal(new Float32Array(clean.size), createRng(77));
    const noisy = tf.clipByValue<tf.Tensor4D>(
      tf.add(clean, tf.mul(tf.tensor(grain, clean.shape), 0.2)),
      0,
      1,
    );
    const cleaned = model.decode(model.encode(noisy, weights).code, weights);
    const gain = decibels(cleaned, clean) - decibels(noisy, clean);
    expect(gain).toBeGreaterThan(3);
  });

  it('a sparse one keeps most of its code silent, and a plain one does not', () => {
    const settings = [...SMALL, 'latent.size=32'];
    const sparse = learn('sparse-ae', settings, pictures, 800);
    const plain = learn('sparse-ae', [...settings, 'regularisers=[]'], pictures, 800);
    const activity = (learned: Learned): number => numbers(tf.mean(codesOf(learned, tensorOf(pictures))))[0];
    expect(activity(sparse)).toBeLessThan(0.1);
    expect(activity(plain)).toBeGreaterThan(0.3);
  });

  it('L1 brings most of a code near 0', () => {
    const settings = [...SMALL, 'latent.size=32', 'latent.activation=relu'];
    const silent = (learned: Learned): number =>
      numbers(tf.mean(tf.cast(tf.less(codesOf(learned, tensorOf(pictures)), 0.02), 'float32')))[0];
    const sparse = silent(
      learn('ae', [...settings, 'regularisers=[{"kind":"l1","weight":2}]'], pictures, 800),
    );
    const plain = silent(learn('ae', settings, pictures, 800));
    expect(sparse).toBeGreaterThan(plain + 0.15);
  });

  it('a contractive one has a far smaller Jacobian', () => {
    const norm = (weight: number): number => {
      const learned = learn('contractive-ae', [...SMALL, `regularisers.0.weight=${weight}`], pictures, 800);
      const direction = normal([pictures.count, 8, 8, 1], 5) as tf.Tensor4D;
      const codes = (x: tf.Tensor4D): tf.Tensor2D => codesOf(learned, x);
      return numbers(tf.mean(squaredJacobianNorm(codes, tensorOf(pictures), direction, 1e-2)))[0];
    };
    const [held, free] = [norm(1), norm(1e-6)];
    expect(held).toBeLessThan(free / 2);
  });
});

describe('InfoVAE', { timeout: 60_000 }, () => {
  it('holds the latents as a whole nearer to the prior than its term’s absence does', () => {
    const settings = [...SMALL, 'schedules.beta.value=0.001'];
    const distance = (learned: Learned): number => {
      const codes = codesOf(learned, tensorOf(pictures));
      return numbers(maximumMeanDiscrepancy('imq', codes, normal(codes.shape, 9) as tf.Tensor2D))[0];
    };
    const held = distance(learn('info-vae', settings, pictures, 800));
    const free = distance(learn('info-vae', [...settings, 'regularisers=[]'], pictures, 800));
    expect(held).toBeLessThan(free / 4);
  });
});
