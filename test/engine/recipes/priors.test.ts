import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { estimateLogLikelihood, type LogLikelihood } from '../../../src/engine/evaluate/log-likelihood.ts';
import { learn, SMALL, squarePictures, type Learned } from './learn.ts';

await openBackend({ prefer: 'tensorflow' });

const pictures = squarePictures(1024);
const strangers = squarePictures(128, 1024);
/** A likelihood whose figures can be compared, and a run that has settled. */
const SETTLED = [...SMALL, 'likelihood={"kind":"gaussian","standardDeviation":0.1}'];

function logLikelihood({ model, weights }: Learned, samples: number): LogLikelihood {
  const steps = estimateLogLikelihood(model, weights, strangers, samples, 5);
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

describe('bounds and priors, learned', { timeout: 120_000 }, () => {
  const plain = learn('vae', SETTLED, pictures, 1500);
  const elbo = plain.evaluate(strangers).figures.elbo ?? expect.fail();

  it('the estimate of log-likelihood rises with its samples, from the ELBO up, and tells its error', () => {
    const [few, many] = [logLikelihood(plain, 1), logLikelihood(plain, 300)];
    expect(Math.abs(few.mean - elbo)).toBeLessThan(3 * few.standardError);
    expect(many.mean).toBeGreaterThan(few.mean);
    expect(many.mean).toBeGreaterThan(elbo);
    expect(many.each).toHaveLength(128);
  });

  it.each(['vamp-prior', 'flow-prior'])('%s: the ELBO on strangers is not below that of N(0, 1)', (name) => {
    const prior = name === 'vamp-prior' ? ['prior.components=32'] : ['prior.layers=4', 'prior.hidden=32'];
    const learned = learn(name, [...SETTLED, ...prior], pictures, 1500);
    const { figures } = learned.evaluate(strangers);
    expect(figures.elbo ?? expect.fail()).toBeGreaterThan(elbo);
  });

  it('iwae: with five samples the likelihood of strangers is not below that with one', () => {
    const one = logLikelihood(learn('iwae', [...SETTLED, 'latent.samples=1'], pictures, 1500), 300).mean;
    const five = logLikelihood(learn('iwae', [...SETTLED, 'latent.samples=5'], pictures, 1500), 300).mean;
    expect(five).toBeGreaterThan(one);
  });

  it('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    logLikelihood(plain, 3);
    expect(tf.memory().numTensors).toBe(before);
  });
});
