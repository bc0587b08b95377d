import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { createRequire } from 'node:module';
import type * as Tfjs from '@tensorflow/tfjs-core';
import { ensureNativeRuntime } from '../src/engine/node/runtime/ensure.ts';
import { loadTensorflow } from '../src/engine/node/runtime/load.ts';
import { openBackend } from '../src/engine/compute/select.ts';
import { createAdam } from '../src/engine/compute/adam.ts';
import { composeModel, composeTask } from '../src/engine/recipes/compose.ts';
import { instrumentWith } from '../src/engine/latent/instrument.ts';
import { parseRecipe, presetNamed } from '../src/engine/recipes/resolve.ts';
import { Trainer, trainableVariables } from '../src/engine/train/trainer.ts';
import { createRng } from '../src/core/rng.ts';
import { createBareModel } from './bare.ts';
import { median } from './support.ts';

/**
 * Training and decoding against plain tfjs-node with its stock Adam, on the same model and batch, in turns
 * within one run: `npm run bench -- training [side] [batch]`. Data loading is included on both sides: the
 * engine's from a file of packed pictures, the yardstick's from memory.
 */
const ROUNDS = 7;
const STEPS = 10;
const DECODES = 60;
const PICTURES = 1024;

interface Contender {
  train(steps: number): void;
  decode(times: number): void;
}

async function contender(kind: string, side: number, batch: number): Promise<Contender> {
  const size = side * side * 3;
  if (kind === 'bare') {
    // Loaded as anyone would, without what the engine registers.
    loadTensorflow(await ensureNativeRuntime());
    const tf = createRequire(path.join(process.cwd(), 'package.json'))('@tensorflow/tfjs') as typeof Tfjs;
    const model = createBareModel(side, batch, tf.train.adam(1e-3));
    const pixels = noisyPictures(size, batch);
    return {
      train: (steps) => {
        for (let i = 0; i < steps; i++) model.step(pixels);
      },
      decode: (times) => {
        for (let i = 0; i < times; i++) model.decode(new Float32Array(128));
      },
    };
  }
  await openBackend({ prefer: 'tensorflow' });
  const file = path.join(os.tmpdir(), `morphloom-bench-${process.pid}.bin`);
  fs.writeFileSync(file, noisyPictures(size, PICTURES));
  const handle = fs.openSync(file, 'r');
  fs.rmSync(file);
  const recipe = parseRecipe(presetNamed('morph'));
  const model = composeModel(recipe, { width: side, height: side, channels: 3 });
  const readBatch = (indices: ArrayLike<number>, out: Uint8Array): void => {
    for (let i = 0; i < indices.length; i++) fs.readSync(handle, out, i * size, size, indices[i] * size);
  };
  const task = composeTask(
    { ...model, recipe: { ...recipe, optimiser: { ...recipe.optimiser, batch } } },
    { count: PICTURES, readBatch },
    1,
  );
  const trainer = new Trainer(
    task,
    createAdam(trainableVariables(task), recipe.optimiser),
    recipe.optimiser.average,
  );
  const instrument = instrumentWith(model, { get: (name) => task.variables.get(name)! });
  return {
    train: (steps) => {
      for (let i = 0; i < steps; i++) trainer.advance(0.5);
    },
    decode: (times) => {
      for (let i = 0; i < times; i++) instrument.decode(new Float32Array(128), 1);
    },
  };
}

function noisyPictures(size: number, count: number): Uint8Array {
  const rng = createRng(5);
  return Uint8Array.from({ length: size * count }, () => rng.uint32() & 255);
}

/** A child: does what it is told, a line at a time, and answers with the seconds that it took. */
async function serve(kind: string, side: number, batch: number): Promise<void> {
  const it = await contender(kind, side, batch);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [what, count] = line.split(' ');
    const started = performance.now();
    if (what === 'train') it.train(Number(count));
    else it.decode(Number(count));
    process.stdout.write(`${(performance.now() - started) / 1000} ${process.resourceUsage().maxRSS}\n`);
  }
}

class Child {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  constructor(kind: string, side: number, batch: number) {
    this.#process = spawn(process.execPath, [process.argv[1], String(side), String(batch), kind], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = readline.createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }
  async time(what: 'train' | 'decode', count: number): Promise<{ seconds: number; megabytes: number }> {
    this.#process.stdin!.write(`${what} ${count}\n`);
    const { value } = (await this.#lines.next()) as { value: string };
    const [seconds, kilobytes] = value.split(' ').map(Number);
    return { seconds, megabytes: kilobytes / 1024 };
  }
  stop(): void {
    this.#process.kill();
  }
}

async function compare(side: number, batch: number): Promise<void> {
  const [bare, ours] = [new Child('bare', side, batch), new Child('ours', side, batch)];
  for (const child of [bare, ours]) {
    await child.time('train', 3);
    await child.time('decode', 10);
  }
  const training: [number, number][] = [];
  const decoding: [number, number][] = [];
  let memory = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const [a, b] = [await bare.time('train', STEPS), await ours.time('train', STEPS)];
    training.push([a.seconds, b.seconds]);
    decoding.push([
      (await bare.time('decode', DECODES)).seconds,
      (await ours.time('decode', DECODES)).seconds,
    ]);
    memory = [a.megabytes, b.megabytes];
    process.stderr.write(
      `round ${round + 1} of ${ROUNDS}: training × ${(a.seconds / b.seconds).toFixed(2)}\n`,
    );
  }
  bare.stop();
  ours.stop();
  const speed = (k: 0 | 1): string => ((STEPS * batch) / median(training.map((t) => t[k]))).toFixed(0);
  const ratio = median(training.map(([a, b]) => a / b));
  const decode = (k: 0 | 1): string => ((1000 * median(decoding.map((t) => t[k]))) / DECODES).toFixed(2);
  const decodeRatio = median(decoding.map(([a, b]) => b / a));
  process.stdout.write(
    `${side} × ${side}, batch ${batch}, medians of ${ROUNDS} rounds in turns\n` +
      `training: ${speed(1)} pictures/s, plain tfjs-node ${speed(0)}: × ${ratio.toFixed(2)} (asked: ≥ 1.30)\n` +
      `decoding one: ${decode(1)} ms, a bare call ${decode(0)} ms: × ${decodeRatio.toFixed(2)} (asked: ≤ 1.10)\n` +
      `peak memory: ${memory[1].toFixed(0)} MB, plain tfjs-node ${memory[0].toFixed(0)} MB\n`,
  );
}

const [side = '64', batch = '32', kind] = process.argv.slice(2);
void (kind === undefined ? compare(Number(side), Number(batch)) : serve(kind, Number(side), Number(batch)));
