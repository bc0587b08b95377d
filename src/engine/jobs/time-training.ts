import { createAdam } from '../compute/adam.ts';
import { compile } from '../compute/compile.ts';
import type { Workload } from '../compute/trial.ts';
import { composeModel } from '../recipes/compose.ts';
import { recipeFrom } from '../recipes/resolve.ts';
import { composeTask } from '../recipes/task.ts';
import { Trainer, trainableVariables } from '../train/trainer.ts';

/** The first steps prepare what the others run: shaders, buffers, plans. */
const WARM_UP = 2;
const PICTURES = 64;

/** Pictures a second in training, on the backend that is open. */
export function timeTraining({ size, batch, seconds }: Workload): number {
  const recipe = recipeFrom('sketch', { 'optimiser.batch': batch });
  const pictures = {
    count: PICTURES,
    readBatch: (_: ArrayLike<number>, out: Uint8Array): void =>
      out.forEach((_, i) => (out[i] = (i * 31) % 256)),
  };
  const task = composeTask(composeModel(recipe, { width: size, height: size, channels: 3 }), pictures, 1);
  const adam = createAdam(trainableVariables(task), recipe.optimiser);
  const trainer = new Trainer(task, adam, recipe.optimiser.average);
  try {
    trainer.compile(compile, 0);
    for (let step = 0; step < WARM_UP; step++) trainer.advance(0);
    const started = performance.now();
    let steps = 0;
    let spent = 0;
    // Each step ends with its figures read, so nothing is under way when the clock is looked at.
    while (spent < seconds || steps < 2) {
      trainer.advance(0);
      steps++;
      spent = (performance.now() - started) / 1000;
    }
    return (steps * batch) / spent;
  } finally {
    trainer.dispose();
  }
}
