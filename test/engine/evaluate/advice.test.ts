import { afterEach, describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { createAdam } from '../../../src/engine/compute/adam.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { adviseOnLatents } from '../../../src/engine/evaluate/advice.ts';
import { evaluateNow } from '../../../src/engine/evaluate/reconstruction.ts';
import { composeTask } from '../../../src/engine/recipes/task.ts';
import { Trainer, trainableVariables } from '../../../src/engine/train/trainer.ts';
import { tinyModel, tinyPictures } from '../train/tiny-task.ts';

await openBackend({ prefer: 'tensorflow' });
afterEach(() => tf.disposeVariables());

/** Trains a tiny model, and says what the advice on it is. */
function adviceAfter(steps: number, ...settings: string[]) {
  const model = tinyModel('optimiser.learningRate=0.01', ...settings);
  const task = composeTask(model, tinyPictures(), 1);
  const trainer = new Trainer(task, createAdam(trainableVariables(task), model.recipe.optimiser), 0);
  for (let step = 0; step < steps; step++) trainer.advance(step / steps);
  const live = trainer.liveInferenceWeights();
  const weights = { get: (name: string) => live.get(name) ?? expect.fail(name) };
  const { figures, latents } = evaluateNow(model, weights, tinyPictures(), 0);
  trainer.dispose();
  return { figures, latents, advice: adviseOnLatents(figures, latents) };
}

describe('advice on the latents', () => {
  it('calls a collapsed run collapsed, and says what to change', () => {
    const { advice, latents, figures } = adviceAfter(150, 'schedules.beta.to=1e6', 'schedules.beta.from=1e6');
    expect(latents.activeUnits).toBe(0);
    expect(figures.rate).toBeLessThan(0.5);
    expect(advice).toMatch(/collapsed: none of 4 .* schedules\.beta\.to=/);
  });

  it('calls a run whose latents carry the pictures healthy', () => {
    const { advice, latents, figures } = adviceAfter(150);
    expect(latents.activeUnits).toBeGreaterThanOrEqual(2);
    expect(figures.rate).toBeGreaterThan(1);
    expect(advice).toMatch(/^Healthy: [2-4] of 4 /);
  });

  it('promises nothing of a plain autoencoder', () => {
    expect(adviceAfter(5, 'latent.kind=deterministic', 'schedules={}').advice).toMatch(/no posterior/);
  });

  it('mentions it where few directions are in use', () => {
    const { figures } = adviceAfter(5);
    const meanVariance = new Float32Array(64).fill(0.001);
    meanVariance.fill(1, 0, 3);
    const few = { meanVariance, ratePerDimension: meanVariance, activeUnits: 3 };
    expect(adviseOnLatents(figures, few)).toMatch(/^3 of 64 latent directions are in use/);
  });
});
