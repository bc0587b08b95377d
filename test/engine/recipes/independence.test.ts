import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { standardNormalLogDensity } from '../../../src/engine/objective/log-density.ts';
import { rateParts } from '../../../src/engine/objective/total-correlation.ts';
import { reparameterise } from '../../../src/engine/model/posterior.ts';
import { normal, numbers } from '../objective/state.ts';
import { allBytes, learn, SMALL, squarePictures, type Learned } from './learn.ts';

await openBackend({ prefer: 'tensorflow' });

const pictures = squarePictures(512);

/** The total correlation of the latents of all pictures, nats. */
function totalCorrelation({ model, weights }: Learned): number {
  const bytes = Float32Array.from(allBytes(pictures, 64), (byte) => byte / 255);
  const { posterior } = model.encode(tf.tensor4d(bytes, [pictures.count, 8, 8, 1]), weights);
  if (posterior === null) return expect.fail('no posterior');
  const code = reparameterise(posterior, normal(posterior.mean.shape, 8) as tf.Tensor2D);
  const all = tf.scalar(pictures.count);
  const parts = rateParts(posterior, code, standardNormalLogDensity(code), all, 'stratified');
  return numbers(parts.totalCorrelation)[0];
}

describe('independent directions', { timeout: 120_000 }, () => {
  const settings = [...SMALL, 'latent.size=6', 'likelihood={"kind":"gaussian","standardDeviation":0.1}'];
  const plain = totalCorrelation(learn('vae', settings, pictures, 1500));

  it.each(['weighted', 'stratified'])('beta-tcvae lowers the total correlation, %s', (sampling) => {
    const learned = learn('beta-tcvae', [...settings, `bound.sampling=${sampling}`], pictures, 1500);
    expect(totalCorrelation(learned)).toBeLessThan(plain / 2);
  });

  it('factor-vae lowers it too, by its discriminator', () => {
    const learned = learn('factor-vae', [...settings, 'schedules.beta.value=20'], pictures, 1500);
    expect(totalCorrelation(learned)).toBeLessThan(plain * 0.75);
  });
});
