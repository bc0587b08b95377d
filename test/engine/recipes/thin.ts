import type { Recipe } from '../../../src/contract/recipe.ts';
import { createRng } from '../../../src/core/rng.ts';
import { composeModel } from '../../../src/engine/recipes/compose.ts';
import { composeTask } from '../../../src/engine/recipes/task.ts';
import { applySetting, parseRecipe, presetNamed, withClasses } from '../../../src/engine/recipes/resolve.ts';
import type { TrainingTask } from '../../../src/engine/train/task.ts';

const LABELS = ['calm', 'wild'];

/** A preset, thinned so that a step takes milliseconds. */
export function thinRecipe(name: string, ...settings: string[]): Recipe {
  const document = presetNamed(name);
  const thin = ['latent.size=6', 'optimiser.batch=8', 'encoder.widths=[4,8]', 'decoder.widths=[4,8]'];
  for (const setting of [...thin, ...settings]) applySetting(document, setting);
  return withClasses(parseRecipe(document), LABELS);
}

/** Its task on 24 pictures of 16 × 16, half of them of each label. */
export function thinTask(name: string, ...settings: string[]): TrainingTask {
  const model = composeModel(thinRecipe(name, ...settings), { width: 16, height: 16, channels: 3 });
  const size = 16 * 16 * 3;
  const readBatch = (indices: ArrayLike<number>, out: Uint8Array): void => {
    for (let i = 0; i < indices.length; i++) {
      const rng = createRng(9, indices[i]);
      const [from, to] = [rng.below(200), 40 + rng.below(16)];
      for (let at = 0; at < size; at++) out[i * size + at] = from + ((at * 7 + rng.below(8)) % to);
    }
  };
  return composeTask(model, { count: 24, readBatch, labelOf: (i) => LABELS[i % 2] }, 1);
}
