import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { Contender } from './compare/child.ts';
import { serveOurs } from './compare/ours.ts';
import { makeNoiseProject } from './compare/pack.ts';
import { NETS, type Net } from './compare/recipes.ts';
import { median, withFolder } from './support.ts';

/**
 * Training under different settings of the environment, in turns within one run, alone and beside processes that never
 * rest: `npm run bench -- environments [settings] [rounds] [seconds of a turn] [side] [batch] [neighbours]`, by default
 * `none,TF_NUM_INTRAOP_THREADS=1 5 2 64 64 0,1,2`. A setting is one or several variables, joined by "+".
 */
const PICTURES = 1024;

interface Runner {
  readonly net: Net;
  readonly setting: string;
  readonly contender: Contender;
  readonly steps: number;
}

async function environments(
  settings = 'none,TF_NUM_INTRAOP_THREADS=1',
  rounds = '5',
  seconds = '2',
  side = '64',
  batch = '64',
  neighbours = '0,1,2',
): Promise<void> {
  await withFolder(async (folder) => {
    const project = path.join(folder, 'noise.morphloom');
    await makeNoiseProject(project, Number(side), PICTURES);
    const runners: Runner[] = [];
    try {
      for (const net of NETS)
        for (const setting of settings.split(','))
          runners.push(await warmUp(net, setting, Number(batch), project, Number(seconds)));
      for (const count of neighbours.split(',').map(Number)) {
        process.stdout.write(`\nBeside ${count} busy processes\n`);
        process.stdout.write(await beside(count, runners, Number(rounds), Number(batch)));
      }
    } finally {
      for (const { contender } of runners) await contender.stop();
    }
  });
}

async function warmUp(
  net: Net,
  setting: string,
  batch: number,
  project: string,
  seconds: number,
): Promise<Runner> {
  const env: NodeJS.ProcessEnv = {};
  if (setting !== 'none') {
    for (const one of setting.split('+')) {
      const [name, value] = one.split('=');
      env[name] = value;
    }
  }
  const contender = await Contender.start(
    `${net} ${setting}`,
    [process.execPath, process.argv[1], 'serve-ours', net, String(batch), project],
    env,
  );
  return { net, setting, contender, steps: await contender.stepsIn(seconds) };
}

async function beside(
  count: number,
  runners: readonly Runner[],
  rounds: number,
  batch: number,
): Promise<string> {
  const busy = Array.from({ length: count }, () => spawn(process.execPath, ['-e', 'for (;;);']));
  const times = runners.map(() => [] as { readonly speed: number; readonly cpu: number }[]);
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [i, { contender, steps }] of runners.entries()) {
        const { seconds, cpuSeconds } = await contender.train(steps);
        const pictures = steps * batch;
        times[i].push({ speed: pictures / seconds, cpu: (1000 * cpuSeconds) / pictures });
      }
    }
  } finally {
    for (const one of busy) one.kill('SIGKILL');
  }
  return runners
    .map(({ net, setting }, i) => {
      const speed = median(times[i].map((time) => time.speed));
      const cpu = median(times[i].map((time) => time.cpu));
      return `${net.padEnd(6)} ${setting}: ${speed.toFixed(0)} pictures/s, ${cpu.toFixed(2)} ms of processor time each\n`;
    })
    .join('');
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'serve-ours') void serveOurs(rest[0] as Net, Number(rest[1]), rest[2], 'tensorflow');
else void environments(first, ...rest);
