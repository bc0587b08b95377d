import { createAdam } from '../compute/adam.ts';
import { compile } from '../compute/compile.ts';
import { composeModel } from '../recipes/compose.ts';
import { composeTask } from '../recipes/task.ts';
import { recipeFrom } from '../recipes/resolve.ts';
import type { CompileReport } from '../train/program.ts';
import { Trainer, trainableVariables } from '../train/trainer.ts';

const IMAGE = { width: 16, height: 16, channels: 3 };
const SMALL = { 'encoder.widths': [8], 'decoder.widths': [8], 'latent.size': 4, 'optimiser.batch': 2 };
const PICTURES = 4;

/** Compiles the training step of a very small model, to see whether this machine does. The backend is open already. */
export function probeCompile(): CompileReport {
  const recipe = recipeFrom('sketch', SMALL);
  const pictures = {
    count: PICTURES,
    readBatch: (_: ArrayLike<number>, out: Uint8Array): void => void out.fill(127),
  };
  const task = composeTask(composeModel(recipe, IMAGE), pictures, 1);
  const trainer = new Trainer(
    task,
    createAdam(trainableVariables(task), recipe.optimiser),
    recipe.optimiser.average,
  );
  try {
    return trainer.compile(compile, 0.5);
  } finally {
    trainer.dispose();
  }
}

/** What compiling said, in a sentence for people. */
export function describeCompiled({ operations, seconds, fallback }: CompileReport): string {
  return (
    fallback ??
    `The training step runs as one graph of ${operations} operations, compiled in ${seconds.toFixed(1)} s.`
  );
}
