import * as path from 'node:path';
import { hasBfloat16 } from '../src/engine/node/runtime/processor.ts';
import { drawAndImport } from './shapes/pictures.ts';
import { mean, morphloom, withFolder } from './support.ts';

/**
 * What convolutions in bfloat16 cost in quality, and gain in time: `morph` on drawn faces, the same steps in float32
 * and in bfloat16, from several seeds, in turns; how well unknown faces are copied. Equal quality is within .1 dB, 1.4
 * times as fast is asked for; where the processor imitates bfloat16 it takes longer.
 * `npm run bench -- bfloat16 [side in pixels] [steps] [seeds]`.
 */
const KNOWN = 600;
const UNKNOWN = 200;
const PRECISIONS = ['float32', 'bfloat16'] as const;

interface Trained {
  readonly psnr: number;
  readonly ssim: number;
  readonly seconds: number;
}

async function train(
  project: string,
  unknown: string,
  precision: string,
  steps: string,
  seed: number,
): Promise<Trained> {
  const lines = await morphloom(
    ...['train', project, '--recipe', 'morph', '--steps', steps, '--seed', String(seed)],
    ...['--set', `optimiser.precision=${precision}`],
  );
  const [report] = await morphloom('eval', project, '--data', unknown, '--metrics', 'psnr,ssim');
  const { psnr, ssim } = report['heldout'] as { psnr: number; ssim: number };
  return { psnr, ssim, seconds: lines.at(-1)?.['elapsedSeconds'] as number };
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
        const { psnr, ssim, seconds } = trained;
        process.stdout.write(
          `${precision}, seed ${seed}: ${psnr.toFixed(2)} dB, SSIM ${ssim.toFixed(4)}, ${seconds.toFixed(0)} s\n`,
        );
      }
    const of = (precision: string, figure: keyof Trained): number =>
      mean((all.get(precision) ?? []).map((trained) => trained[figure]));
    const quality = of('bfloat16', 'psnr') - of('float32', 'psnr');
    const speed = of('float32', 'seconds') / of('bfloat16', 'seconds');
    const has = { true: 'has bfloat16', false: 'imitates it', null: 'does not say' }[String(hasBfloat16())];
    process.stdout.write(
      `bfloat16 against float32: ${quality >= 0 ? '+' : ''}${quality.toFixed(2)} dB (asked: within .1), × ${speed.toFixed(2)} as fast (asked: 1.4; this processor ${has})\n`,
    );
  });
}

void main(process.argv.slice(2));
