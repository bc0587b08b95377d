import * as path from 'node:path';
import { morphloom, stepsFor, withFolder } from './support.ts';

/**
 * What groups of latents are worth: the recipe "hierarchical" with one group and with three, the same widths and as
 * many latents, for the same CPU time, on drawn pictures, by the ELBO on others of their kind that it was not shown.
 * `npm run bench -- hierarchical [CPU seconds each] [kinds…]`.
 */
const COUNT = 1500;
const UNKNOWN = 300;
const SIDE = 32;

interface Figures {
  readonly elbo: number;
  readonly rate: number;
  readonly psnr: number;
}

async function draw(kind: string, into: string, count: number, seed: number): Promise<void> {
  await morphloom(
    ...['samples', kind, '--out', into, '--count', String(count), '--size', '64', '--seed', String(seed)],
  );
}

async function measure(kind: string, cpuSeconds: number): Promise<void> {
  await withFolder(async (folder) => {
    const [known, unknown] = [path.join(folder, 'known'), path.join(folder, 'unknown')];
    await draw(kind, known, COUNT, 1);
    await draw(kind, unknown, UNKNOWN, 2);
    const project = path.join(folder, 'p.morphloom');
    await morphloom('import', known, '--project', project, '--size', String(SIDE), '--keep-duplicates');
    for (const groups of [1, 3]) {
      const train = async (steps: number): Promise<number> =>
        (
          await morphloom(
            ...['train', project, '--recipe', 'hierarchical', '--steps', String(steps)],
            ...['--set', `decoder.groups=${groups}`],
          )
        ).at(-1)?.['cpuSeconds'] as number;
      const steps = await stepsFor(cpuSeconds, train);
      const spent = await train(steps);
      const [report] = await morphloom('eval', project, '--data', unknown);
      const { elbo, rate, psnr } = report['heldout'] as Figures;
      const each = (report['ratePerGroup'] as readonly number[] | undefined) ?? [];
      process.stdout.write(
        `${kind}, ${groups} group(s), ${steps} steps, ${spent.toFixed(0)} CPU s: ELBO ${elbo.toFixed(1)}, ` +
          `rate ${rate.toFixed(1)} (${each.map((x) => x.toFixed(1)).join(', ')}) nats, ${psnr.toFixed(2)} dB\n`,
      );
    }
  });
}

async function main([cpuSeconds = '90', ...kinds]: readonly string[]): Promise<void> {
  for (const kind of kinds.length > 0 ? kinds : ['shapes', 'faces']) await measure(kind, Number(cpuSeconds));
}

void main(process.argv.slice(2));
