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
import { compile, compileInBfloat16 } from '../src/engine/compute/compile.ts';
import { composeModel } from '../src/engine/recipes/compose.ts';
import { composeTask } from '../src/engine/recipes/task.ts';
import { instrumentWith } from '../src/engine/latent/instrument.ts';
import { parseRecipe, presetNamed } from '../src/engine/recipes/resolve.ts';
import { Trainer, trainableVariables } from '../src/engine/train/trainer.ts';
import { createRng } from '../src/core/rng.ts';
import { createBareModel, LATENT } from './bare.ts';
import { median } from './support.ts';

/**
 * Training and decoding against plain tfjs-node with its stock Adam, on the same model and batch, in turns
 * within one run: `npm run bench -- training [side] [batch] [rounds]`. The engine is timed as it is used, its
 * step compiled into one graph, in float32 and with convolutions in bfloat16, and with the same step run operation
 * by operation. Data loading is included
 * everywhere: the engine's from a file of packed pictures, the yardstick's from memory.
 */
const KINDS = ['plain', 'eager', 'compiled', 'bfloat16'] as const;
type Kind = (typeof KINDS)[number];

const STEPS = 10;
const DECODES = 60;
const PICTURES = 1024;

interface Contender {
  /** What it says of itself. */
  readonly about: string;
  train(steps: number): void;
  decode(times: number): void;
}

async function contender(kind: Kind, side: number, batch: number): Promise<Contender> {
  const size = side * side * 3;
  if (kind === 'plain') {
    // Loaded as anyone would, without what the engine registers.
    loadTensorflow(await ensureNativeRuntime());
    const tf = createRequire(path.join(process.cwd(), 'package.json'))('@tensorflow/tfjs') as typeof Tfjs;
    const model = createBareModel(side, batch, tf.train.adam(1e-3));
    const pixels = noisyPictures(size, batch);
    return {
      about: '',
      train: (steps) => {
        for (let i = 0; i < steps; i++) model.step(pixels);
      },
      decode: (times) => {
        for (let i = 0; i < times; i++) model.decode(new Float32Array(LATENT));
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
  const report =
    kind === 'eager' ? null : trainer.compile(kind === 'compiled' ? compile : compileInBfloat16, 0.5);
  return {
    about:
      report === null
        ? ''
        : (report.fallback ??
          `${report.operations} operations compiled in ${report.seconds.toFixed(2)} s, its first run included`),
    train: (steps) => {
      for (let i = 0; i < steps; i++) trainer.advance(0.5);
    },
    decode: (times) => {
      const weights = trainer.liveInferenceWeights();
      const instrument = instrumentWith(model, { get: (name) => weights.get(name)! });
      for (let i = 0; i < times; i++) instrument.decode(new Float32Array(LATENT), 1);
    },
  };
}

function noisyPictures(size: number, count: number): Uint8Array {
  const rng = createRng(5);
  return Uint8Array.from({ length: size * count }, () => rng.uint32() & 255);
}

/** A child: says what it is, then does what it is told, a line at a time, and answers with the seconds it took. */
async function serve(kind: Kind, side: number, batch: number): Promise<void> {
  const it = await contender(kind, side, batch);
  process.stdout.write(`${it.about}\n`);
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
  constructor(
    readonly kind: Kind,
    side: number,
    batch: number,
  ) {
    this.#process = spawn(process.execPath, [process.argv[1], String(side), String(batch), '0', kind], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = readline.createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }
  async #line(): Promise<string> {
    return ((await this.#lines.next()) as { value: string }).value;
  }
  about(): Promise<string> {
    return this.#line();
  }
  async time(what: 'train' | 'decode', count: number): Promise<{ seconds: number; megabytes: number }> {
    this.#process.stdin!.write(`${what} ${count}\n`);
    const [seconds, kilobytes] = (await this.#line()).split(' ').map(Number);
    return { seconds, megabytes: kilobytes / 1024 };
  }
  stop(): void {
    this.#process.kill();
  }
}

async function compare(side: number, batch: number, rounds: number): Promise<void> {
  const children = KINDS.map((kind) => new Child(kind, side, batch));
  const abouts: string[] = [];
  for (const child of children) {
    abouts.push(await child.about());
    await child.time('train', 3);
    await child.time('decode', 10);
  }
  const training: number[][] = [];
  const decoding: number[][] = [];
  let memory: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const train = [];
    const decode = [];
    for (const child of children) train.push(await child.time('train', STEPS));
    for (const child of children) decode.push(await child.time('decode', DECODES));
    training.push(train.map(({ seconds }) => seconds));
    decoding.push(decode.map(({ seconds }) => seconds));
    memory = train.map(({ megabytes }) => megabytes);
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  for (const child of children) child.stop();

  const PLAIN = KINDS.indexOf('plain');
  process.stdout.write(`${side} × ${side}, batch ${batch}, medians of ${rounds} rounds in turns\n`);
  KINDS.forEach((kind, k) => {
    const speed = (STEPS * batch) / median(training.map((round) => round[k]));
    const ratios = KINDS.slice(0, k).map((other, j) => {
      const ratio = median(training.map((round) => round[j] / round[k]));
      return `× ${ratio.toFixed(2)} of ${other}`;
    });
    const decode = (1000 * median(decoding.map((round) => round[k]))) / DECODES;
    const slower = median(decoding.map((round) => round[k] / round[PLAIN]));
    process.stdout.write(
      `${kind.padEnd(9)} ${speed.toFixed(0)} pictures/s ${ratios.join(', ')}; ` +
        `decoding one ${decode.toFixed(2)} ms (× ${slower.toFixed(2)}); peak memory ${memory[k].toFixed(0)} MB\n` +
        (abouts[k] === '' ? '' : `          ${abouts[k]}\n`),
    );
  });
}

const [side = '64', batch = '32', rounds = '7', kind] = process.argv.slice(2);
void (kind === undefined
  ? compare(Number(side), Number(batch), Number(rounds))
  : serve(kind as Kind, Number(side), Number(batch)));
