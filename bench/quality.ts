import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { createRng, shuffle } from '../src/core/rng.ts';
import { morphloom, withFolder } from './support.ts';

/**
 * The default recipe on pictures it was not made for: the emoji of the npm package emoji-datasource-google
 * (Apache-2.0; fetched for this benchmark only), a tenth of them never shown. `npm run bench -- quality` takes
 * ten CPU minutes at 64 px, `npm run bench -- quality 32` one CPU minute at 32 px on 600 pictures.
 */
const PACKAGE = 'emoji-datasource-google@16.0.0';

interface Setting {
  readonly side: number;
  readonly known: number;
  readonly cpuSeconds: number;
  readonly asked: string;
}

const SETTINGS: readonly Setting[] = [
  { side: 64, known: 1720, cpuSeconds: 600, asked: 'known ≥ 23 dB, unknown ≥ 17.3 dB' },
  {
    side: 32,
    known: 600,
    cpuSeconds: 60,
    asked: 'known ≥ 24 dB and SSIM ≥ .80, unknown ≥ 18.2 dB and SSIM ≥ .54',
  },
];
const UNKNOWN = 190;

function emojiFiles(folder: string): string[] {
  execFileSync('npm', ['pack', PACKAGE, '--silent', '--pack-destination', folder], { stdio: 'inherit' });
  const archive = fs.readdirSync(folder).find((name) => name.endsWith('.tgz')) as string;
  execFileSync('tar', [
    'xzf',
    path.join(folder, archive),
    '-C',
    folder,
    'package/emoji.json',
    'package/img/google/64',
  ]);
  const table = JSON.parse(fs.readFileSync(path.join(folder, 'package/emoji.json'), 'utf8')) as {
    image: string;
  }[];
  return table
    .map(({ image }) => path.join(folder, 'package/img/google/64', image))
    .filter((f) => fs.existsSync(f));
}

function copyAll(files: readonly string[], into: string): void {
  fs.mkdirSync(into);
  for (const file of files) fs.copyFileSync(file, path.join(into, path.basename(file)));
}

/** CPU seconds of a step, start-up aside: from a short and a longer run. */
async function cpuSecondsAStep(project: string): Promise<number> {
  const cost = async (steps: number): Promise<number> =>
    (await morphloom('train', project, '--steps', String(steps))).at(-1)?.['cpuSeconds'] as number;
  const [few, more] = [await cost(40), await cost(160)];
  return (more - few) / 120;
}

async function measure({ side, known, cpuSeconds, asked }: Setting): Promise<void> {
  await withFolder(async (folder) => {
    const files = shuffle(emojiFiles(folder), createRng(1));
    copyAll(files.slice(0, known), path.join(folder, 'known'));
    copyAll(files.slice(known, known + UNKNOWN), path.join(folder, 'unknown'));
    const project = path.join(folder, 'p.morphloom');
    await morphloom('import', path.join(folder, 'known'), '--project', project, '--size', String(side));
    const steps = Math.floor(cpuSeconds / (await cpuSecondsAStep(project)));
    const done = (await morphloom('train', project, '--steps', String(steps))).at(-1);
    const figures = (await morphloom('eval', project, '--data', path.join(folder, 'unknown')))[0];
    const show = (name: 'train' | 'heldout'): string => {
      const { psnr, psnrOfMeanError, ssim } = figures[name] as Record<string, number>;
      return `${psnr.toFixed(2)} dB (of the mean error ${psnrOfMeanError.toFixed(2)}), SSIM ${ssim.toFixed(3)}`;
    };
    process.stdout.write(
      `${side} px, ${known} pictures, ${steps} steps, ${(done?.['cpuSeconds'] as number).toFixed(0)} CPU seconds\n` +
        `known:   ${show('train')}\nunknown: ${show('heldout')}\nasked:   ${asked}\n`,
    );
  });
}

const side = Number(process.argv[2] ?? 64);
const setting = SETTINGS.find((candidate) => candidate.side === side);
if (setting === undefined) throw new Error('quality takes 64 or 32');
void measure(setting);
