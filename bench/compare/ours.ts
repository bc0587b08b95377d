import type * as tf from '@tensorflow/tfjs-core';
import { createRng, fillNormal } from '../../src/core/rng.ts';
import { compileFunction, type CompiledFunction } from '../../src/engine/compute/compiled-function.ts';
import type { BackendName } from '../../src/engine/compute/select.ts';
import { trainProject, type TrainingView } from '../../src/engine/jobs/train.ts';
import { Project } from '../../src/engine/project/project.ts';
import type { Inputs } from '../../src/engine/train/program.ts';
import { RunControl } from '../../src/engine/train/run.ts';
import { serve } from './child.ts';
import { comparedRecipe, type Net } from './recipes.ts';

/** More than any comparison takes. */
const STEPS = 1_000_000;

/**
 * Morphloom itself: a run of the command's own job, with its reading, its logging and its checkpoints, that is
 * held between steps until it is told to go on.
 */
export async function serveOurs(
  net: Net,
  batch: number,
  folder: string,
  backend: BackendName,
): Promise<void> {
  let about = '';
  // What is compiled after the first step is there at the second.
  let left = 2;
  let goOn: (() => void) | undefined;
  let done: (() => void) | undefined;
  let serving: Promise<void> | null = null;
  let view: TrainingView | null = null;
  const seen = (): TrainingView => {
    if (view === null) throw new Error('The run has not begun.');
    return view;
  };
  const compiledDecoder = decoder();

  await trainProject({
    project: await Project.open(folder),
    begin: {
      kind: 'new',
      recipe: comparedRecipe(net, batch),
      budget: { kind: 'steps', steps: STEPS },
      seed: 1,
    },
    control: new RunControl(),
    backend,
    log: (line) => process.stderr.write(`${line}\n`),
    onBegin: ({ backend: used }) => (about = `Morphloom on ${used.version}; `),
    onCompiled: (compiled) => {
      about +=
        compiled.fallback ??
        `${compiled.operations} operations compiled in ${compiled.seconds.toFixed(2)} s, first run included`;
    },
    onStep: async (now) => {
      if (--left > 0) return;
      view = now;
      const held = new Promise<void>((resolve) => (goOn = resolve));
      done?.();
      serving ??= serve(about, {
        train: (steps) =>
          new Promise((resolve) => {
            left = steps;
            done = resolve;
            goOn?.();
          }),
        decode: (count, times) => {
          for (let i = 0; i < times; i++)
            seen().instrument.decode(noise(count * seen().instrument.latentSize, i), count);
        },
        otherwise: (count, times) => compiledDecoder(seen(), count, times),
      });
      await held;
    },
  });
}

/** One native call a time, compiled at its first use with the weights as they are then. */
function decoder(): (view: TrainingView, count: number, times: number) => void {
  const compiled = new Map<number, CompiledFunction>();
  return ({ instrument: { latentSize, model, weights } }, count, times) => {
    const latents = (seed: number): Inputs => ({
      latents: { shape: [count, latentSize], values: noise(count * latentSize, seed) },
    });
    const decode =
      compiled.get(count) ??
      compileFunction(
        (inputs) => model.decode(inputs['latents'] as tf.Tensor2D, weights),
        [latents(1), latents(2)],
      );
    if (decode === null) throw new Error('The decoder could not be compiled to the same bits.');
    compiled.set(count, decode);
    for (let i = 0; i < times; i++) decode.run(latents(i));
  };
}

const noise = (length: number, seed: number): Float32Array<ArrayBuffer> =>
  fillNormal(new Float32Array(length), createRng(seed)) as Float32Array<ArrayBuffer>;
