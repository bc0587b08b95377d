import '../compute/all-threads.ts';
import { describe, expect, it } from 'vitest';
import { createAdam } from '../../../src/engine/compute/adam.ts';
import { compile } from '../../../src/engine/compute/compile.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { presets } from '../../../src/engine/recipes/presets.ts';
import { Trainer, trainableVariables } from '../../../src/engine/train/trainer.ts';
import { thinRecipe, thinTask } from './thin.ts';

await openBackend({ prefer: 'tensorflow' });

/** Recipes whose networks are like the others' are not compiled again: these bring parts of their own. */
const LIKE_OTHERS = [
  'morph',
  'sketch',
  'vae',
  'beta-vae',
  'ae',
  'cyclical-vae',
  'gmm-prior',
  'tiny',
  'mlp-vae',
];
const SMALL_NETWORKS = [
  'encoder={"kind":"mlp","widths":[8],"activation":"tanh"}',
  'decoder={"kind":"mlp","widths":[8],"dropout":0.2}',
];

describe('what recipes bring', () => {
  for (const { name } of presets.filter((preset) => !LIKE_OTHERS.includes(preset.name)))
    it(`compiles into a graph that takes the same steps: ${name}`, { timeout: 60_000 }, () => {
      const settings = ['dropout-vae', 'res-vae', 'hierarchical'].includes(name) ? [] : SMALL_NETWORKS;
      const trainer = (): Trainer => {
        const task = thinTask(name, ...settings);
        const { optimiser } = thinRecipe(name, ...settings);
        return new Trainer(task, createAdam(trainableVariables(task), optimiser), optimiser.average);
      };
      const [eager, graph] = [trainer(), trainer()];
      expect(graph.compile(compile, 0).fallback).toBeUndefined();
      for (let step = 0; step < 4; step++) expect(graph.advance(step / 10)).toEqual(eager.advance(step / 10));
      eager.dispose();
      graph.dispose();
    });
});
