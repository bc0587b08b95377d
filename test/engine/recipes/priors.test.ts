import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { estimateLogLikelihood, type LogLikelihood } from '../../../src/engine/evaluate/log-likelihood.ts';
import { createRng } from '../../../src/core/rng.ts';
import { evaluateNow } from '../../../src/engine/evaluate/reconstruction.ts';
import { fitPrior, withPrior } from '../../../src/engine/latent/fitted-prior.ts';
import { instrumentWith } from '../../../src/engine/latent/instrument.ts';
import { mixturePrior } from '../../../src/engine/objective/mixture.ts';
import { allBytes, learn, SMALL, squarePictures, type Learned } from './learn.ts';

await openBackend({ prefer: 'tensorflow' });

const pictures = squarePictures(1024);
const strangers = squarePictures(128, 1024);
/** A likelihood whose figures can be compared, and a run that has settled. */
const SETTLED = [...SMALL, 'likelihood={"kind":"gaussian","standardDeviation":0.1}'];

function logLikelihood({ model, weights }: Learned, samples: number, pictures = strangers): LogLikelihood {
  const steps = estimateLogLikelihood(model, weights, pictures, samples, 5);
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

  it('the estimate goes on as it began where it is long enough to be compiled', () => {
    const some = { ...strangers, count: 4 };
    const [short, long] = [74_000, 75_000].map((samples) => logLikelihood(plain, samples, some).each);
    short.forEach((value, i) => expect(Math.abs(long[i] - value)).toBeLessThan(0.05));
    expect(long).not.toEqual(short);
  });

  it.each(['vamp-prior', 'flow-prior'])('%s: the ELBO on strangers is not below that of N(0, 1)', (name) => {
    const prior = name === 'vamp-prior' ? ['prior.components=32'] : ['prior.layers=4', 'prior.hidden=32'];
    const learned = learn(name, [...SETTLED, ...prior], pictures, 1500);
    const { figures } = learned.evaluate(strangers);
    expect(figures.elbo ?? expect.fail()).toBeGreaterThan(elbo);
  });

  it('gmm-prior: fitted afterwards, the ELBO on strangers is not below that of N(0, 1)', () => {
    const learned = learn('gmm-prior', [...SETTLED, 'prior.gaussians=8'], pictures, 1500);
    const latents = instrumentWith(learned.model, learned.weights).encode(
      allBytes(pictures, 64),
      pictures.count,
    );
    const steps = fitPrior(latents, 4, learned.model.afterwards ?? expect.fail(), createRng(1));
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    const { mixture, criterion, criterionOfNormal } = step.value;
    expect(mixture.weights).toHaveLength(8);
    expect(criterion).toBeLessThan(criterionOfNormal);
    const fitted = withPrior(learned.model, mixturePrior(mixture));
    const under = evaluateNow(fitted, learned.weights, strangers, 3).figures.elbo ?? expect.fail();
    expect(under).toBeGreaterThan((learned.evaluate(strangers).figures.elbo ?? expect.fail()) + 0.5);
    expect(under).toBeGreaterThan(elbo);
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
