import * as path from 'node:path';
import { drawAndImport } from './shapes/pictures.ts';
import { mean, morphloom, withFolder } from './support.ts';

/**
 * What convolutions in bfloat16 cost in quality: `morph` on drawn faces, the same steps in float32 and in bfloat16, from
 * several seeds; how well unknown faces are copied. What they gain in time `npm run bench -- training` tells.
 * `npm run bench -- bfloat16 [side in pixels] [steps] [seeds]`.
 */
const KNOWN = 600;
const UNKNOWN = 200;
const PRECISIONS = ['float32', 'bfloat16'] as const;

interface Trained {
  readonly psnr: number;
  readonly ssim: number;
}

async function train(
  project: string,
  unknown: string,
  precision: string,
  steps: string,
  seed: number,
): Promise<Trained> {
  await morphloom(
    ...['train', project, '--recipe', 'morph', '--steps', steps, '--seed', String(seed)],
    ...['--set', `optimiser.precision=${precision}`],
  );
  const [report] = await morphloom('eval', project, '--data', unknown, '--metrics', 'psnr,ssim');
  return report['heldout'] as Trained;
}

async function main([side = '64', steps = '600', seeds = '2']: readonly string[]): Promise<void> {
  await withFolder(async (folder) => {
    const make = (name: string, count: number, seed: number): Promise<string> =>
      drawAndImport('faces', path.join(folder, name), { count, side: Number(side), seed });
    const project = await make('known', KNOWN, 1);
    await make('unknown', UNKNOWN, 2);
    const all = new Map<string, Trained[]>(PRECISIONS.map((precision) => [precision, []]));
    for (let seed = 1; seed <= Number(seeds); seed++)
      for (const precision of PRECISIONS) {
        const trained = await train(project, path.join(folder, 'unknown'), precision, steps, seed);
        all.get(precision)?.push(trained);
        const { psnr, ssim } = trained;
        process.stdout.write(`${precision}, seed ${seed}: ${psnr.toFixed(2)} dB, SSIM ${ssim.toFixed(4)}\n`);
      }
    const of = (precision: string): number => mean((all.get(precision) ?? []).map(({ psnr }) => psnr));
    const quality = of('bfloat16') - of('float32');
    process.stdout.write(
      `bfloat16 against float32: ${quality >= 0 ? '+' : ''}${quality.toFixed(2)} dB (asked: within .1)\n`,
    );
  });
}

void main(process.argv.slice(2));
