import * as path from 'node:path';
import { Contender } from './compare/child.ts';
import { serveOurs } from './compare/ours.ts';
import { makeNoiseProject } from './compare/pack.ts';
import { bar } from './compare/report.ts';
import { median, withFolder } from './support.ts';

/**
 * What training costs by the number of pictures, 1,000 to 100,000 of 32 × 32, in turns within one run:
 * `npm run bench -- linear [rounds] [seconds of a turn]`. The packs are written as an import would leave them.
 */
const COUNTS = [1_000, 10_000, 100_000];
const SIDE = 32;
const BATCH = 32;
const TRIED_STEPS = 20;

async function compare(rounds: number, seconds: number): Promise<void> {
  await withFolder(async (folder) => {
    const contenders: Contender[] = [];
    try {
      for (const count of COUNTS) {
        const project = path.join(folder, `${count}.morphloom`);
        await makeNoiseProject(project, SIDE, count);
        const command = [process.execPath, process.argv[1], 'serve', project];
        contenders.push(await Contender.start(`${count} pictures`, command));
      }
      for (const contender of contenders) await contender.train(TRIED_STEPS);
      const tried = await contenders[0].train(TRIED_STEPS);
      const steps = Math.max(TRIED_STEPS, Math.round((seconds * TRIED_STEPS) / tried.seconds));
      const speeds = contenders.map(() => [] as number[]);
      const cpu = contenders.map(() => [] as number[]);
      for (let round = 0; round < rounds; round++) {
        for (const [i, contender] of contenders.entries()) {
          const spent = await contender.train(steps);
          speeds[i].push((steps * BATCH) / spent.seconds);
          cpu[i].push((1000 * spent.cpuSeconds) / (steps * BATCH));
        }
        process.stderr.write(`round ${round + 1} of ${rounds}\n`);
      }
      report(contenders, speeds, cpu);
    } finally {
      for (const contender of contenders) await contender.stop();
    }
  });
}

function report(
  contenders: readonly Contender[],
  speeds: readonly (readonly number[])[],
  cpu: readonly (readonly number[])[],
): void {
  const memory = contenders.map((contender) => contender.memory()?.peak ?? Number.NaN);
  process.stdout.write(`\nmorph, ${SIDE} × ${SIDE}, batch ${BATCH}\n`);
  contenders.forEach(({ name }, i) => {
    process.stdout.write(
      `${name.padStart(16)}: ${median(speeds[i]).toFixed(0)} pictures/s, ` +
        `${median(cpu[i]).toFixed(2)} CPU ms each, peak memory ${memory[i].toFixed(0)} MB\n`,
    );
  });
  const [few, many] = [0, contenders.length - 1];
  const ratio = median(speeds[many].map((speed, round) => speed / speeds[few][round]));
  process.stdout.write('\n');
  process.stdout.write(bar('pictures/s with most pictures: those with fewest, ×', ratio, 0.9, 'least'));
  process.stdout.write(
    bar('peak memory with most pictures: that with fewest, ×', memory[many] / memory[few], 1.1, 'most'),
  );
}

const [first = '7', second = '3'] = process.argv.slice(2);
void (first === 'serve'
  ? serveOurs('morph', BATCH, second, 'tensorflow')
  : compare(Number(first), Number(second)));
