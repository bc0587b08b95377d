import * as path from 'node:path';
import type { BackendName } from '../src/engine/compute/select.ts';
import { Contender } from './compare/child.ts';
import { secondsToFirstStep } from './compare/first-step.ts';
import { serveOurs } from './compare/ours.ts';
import { makeNoiseProject } from './compare/pack.ts';
import { ensurePython } from '../test/reference/python.ts';
import { NETS, type Net } from './compare/recipes.ts';
import { bar, table, verdicts } from './compare/report.ts';
import { CONTENDERS, interleave } from './compare/run.ts';
import { serveStock } from './compare/stock.ts';
import { median, withFolder } from './support.ts';

/**
 * Training and decoding beside tfjs-node, Keras and PyTorch, on the same network and pictures, in turns within
 * one run: `npm run bench -- compare [rounds] [seconds of a turn] [nets] [sizes]`, by default
 * `7 3 plain,morph 64x64,128x32`. Each contender is a process; all read the same file of packed pictures. Two threads
 * are compared: on a machine of more cores, start it with `taskset -c 0,1`. The first run makes an environment for
 * Python (see test/reference/python.ts); PyTorch's compiler needs a C++ compiler.
 */
const PICTURES = 1024;
const FIRST_STEPS = 3;
const WASM_STEPS = 2;

async function compare(
  rounds = '7',
  seconds = '3',
  nets = NETS.join(),
  sizes = '64x64,128x32',
): Promise<void> {
  const python = ensurePython(path.join('test', 'reference', 'requirements.txt'));
  const contenders = nets.split(',').flatMap((net) => CONTENDERS.map((kind) => ({ kind, net: net as Net })));
  await withFolder(async (folder) => {
    for (const size of sizes.split(',')) {
      const [side, batch] = size.split('x').map(Number);
      const project = path.join(folder, `${side}.morphloom`);
      const pack = await makeNoiseProject(project, side, PICTURES);
      const place = { side, batch, python, project, pack };
      const figures = await interleave(place, contenders, Number(rounds), Number(seconds));
      for (const net of nets.split(',')) process.stdout.write(table(place, net as Net, figures));
      process.stdout.write(verdicts(place, figures));
      process.stdout.write(await firstSteps(nets.split(',') as Net[], batch, project, side));
      if (side === 64) process.stdout.write(await wasm(batch, project));
    }
  });
}

async function firstSteps(
  nets: readonly Net[],
  batch: number,
  project: string,
  side: number,
): Promise<string> {
  let text = '';
  for (const net of nets) {
    // What it makes and keeps on first use is there after one.
    await secondsToFirstStep(net, batch, project);
    const times = [];
    for (let i = 0; i < FIRST_STEPS; i++) times.push(await secondsToFirstStep(net, batch, project));
    text += bar(`from the command to the first step, ${net} at ${side}², s`, median(times), 3, 'most');
  }
  return text;
}

async function wasm(batch: number, project: string): Promise<string> {
  const args = ['serve-ours', 'plain', String(batch), project, 'wasm'];
  const contender = await Contender.start('wasm', [process.execPath, process.argv[1], ...args]);
  try {
    await contender.train(1);
    const { seconds } = await contender.train(WASM_STEPS);
    return bar(
      'training plain at 64² without native code, pictures/s',
      (WASM_STEPS * batch) / seconds,
      10,
      'least',
    );
  } finally {
    await contender.stop();
  }
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'serve-stock') void serveStock(rest[0] as Net, Number(rest[1]), Number(rest[2]), rest[3]);
else if (first === 'serve-ours')
  void serveOurs(rest[0] as Net, Number(rest[1]), rest[2], rest[3] as BackendName);
else void compare(first, ...rest);
