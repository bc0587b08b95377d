import * as path from 'node:path';
import { drawAndImport } from './shapes/pictures.ts';
import { mean, morphloom, stepsFor, withFolder } from './support.ts';

/**
 * Whether latent directions mean one thing: the same networks trained on the same drawn shapes for the same CPU time,
 * as a plain VAE and as others, from several seeds. `npm run bench -- disentanglement [CPU seconds each] [seeds]
 * [recipes…]`.
 */
const COUNT = 2000;
const SIDE = 32;
/** Convolutions: fully connected layers mix places with colours, and what is mixed is not separated again. */
const NETWORK = '{"kind":"conv","widths":[24,32,48,64]}';
const SETTINGS = {
  'latent.size': '10',
  encoder: NETWORK,
  decoder: NETWORK,
  // One for both, and so blunt that a plain VAE's latents say few nats, not each pixel's shade.
  likelihood: '{"kind":"gaussian","standardDeviation":0.4}',
  'optimiser.learningRate': '0.003',
  'optimiser.batch': '64',
};
/** What some recipes are given beside: how dear dependence is, to be felt beside this likelihood. */
const OWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'beta-tcvae': { 'schedules.beta.value': '10' },
  'factor-vae': { 'schedules.beta.value': '10' },
};

interface Report {
  readonly mig: number;
  readonly sap: number;
  readonly factors: readonly { readonly name: string; readonly mig: number }[];
}

function learn(project: string, recipe: string, steps: number, seed: number): Promise<number> {
  const settings = Object.entries({ ...SETTINGS, ...OWN[recipe] });
  return morphloom(
    ...['train', project, '--recipe', recipe, '--steps', String(steps), '--seed', String(seed)],
    ...settings.flatMap(([key, value]) => ['--set', `${key}=${value}`]),
  ).then((lines) => lines.at(-1)?.['cpuSeconds'] as number);
}

async function main([cpuSeconds = '90', seeds = '3', ...asked]: readonly string[]): Promise<void> {
  const recipes = asked.length > 0 ? asked : ['vae', 'beta-tcvae'];
  await withFolder(async (folder) => {
    const project = await drawAndImport('shapes', path.join(folder, 'shapes'), {
      count: COUNT,
      side: SIDE,
      seed: 1,
    });
    const stepsOf = new Map<string, number>();
    for (const recipe of recipes) {
      stepsOf.set(recipe, await stepsFor(Number(cpuSeconds), (steps) => learn(project, recipe, steps, 1)));
    }
    const reports = new Map<string, Report[]>(recipes.map((recipe) => [recipe, []]));
    // Seed by seed, so that what else the machine does falls on all alike.
    for (let seed = 1; seed <= Number(seeds); seed++)
      for (const [recipe, steps] of stepsOf) {
        const spent = await learn(project, recipe, steps, seed);
        const [report] = (await morphloom('disentanglement', project)) as unknown as [Report];
        reports.get(recipe)?.push(report);
        const each = report.factors.map(({ name, mig }) => `${name} ${mig.toFixed(3)}`).join(', ');
        process.stdout.write(
          `${recipe}, seed ${seed} (${steps} steps, ${spent.toFixed(0)} CPU s): MIG ${report.mig.toFixed(3)} (${each}), SAP ${report.sap.toFixed(3)}\n`,
        );
      }
    for (const [recipe, own] of reports) {
      const [mig, sap] = [mean(own.map((report) => report.mig)), mean(own.map((report) => report.sap))];
      process.stdout.write(`${recipe}, mean of ${seeds}: MIG ${mig.toFixed(3)}, SAP ${sap.toFixed(3)}\n`);
    }
  });
}

void main(process.argv.slice(2));
