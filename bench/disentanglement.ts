import * as path from 'node:path';
import { morphloom, withFolder } from './support.ts';

/**
 * Whether latent directions mean one thing: the same networks trained on the same drawn shapes for the same time, as a
 * plain VAE and as others. `npm run bench -- disentanglement [minutes each] [recipes…]`.
 */
const COUNT = 2000;
const SIDE = 32;
const SETTINGS = [
  'latent.size=10',
  'encoder={"kind":"mlp","widths":[512,256]}',
  'decoder={"kind":"mlp","widths":[256,512]}',
  'optimiser.learningRate=0.002',
  'optimiser.batch=64',
];

interface Report {
  readonly mig: number;
  readonly sap: number;
  readonly dci: Readonly<Record<string, number>>;
}

async function main([minutes = '5', ...asked]: readonly string[]): Promise<void> {
  const recipes = asked.length > 0 ? asked : ['vae', 'beta-tcvae'];
  await withFolder(async (folder) => {
    const pictures = path.join(folder, 'shapes');
    await morphloom(
      'samples',
      'shapes',
      '--out',
      pictures,
      '--count',
      String(COUNT),
      '--size',
      '64',
      '--seed',
      '1',
    );
    for (const recipe of recipes) {
      const project = path.join(folder, `${recipe}.morphloom`);
      const lines = await morphloom(
        ...['train', pictures, '--out', project, '--recipe', recipe, '--minutes', minutes],
        ...['--size', String(SIDE), '--labels', path.join(pictures, 'attributes.csv'), '--keep-duplicates'],
        ...SETTINGS.flatMap((setting) => ['--set', setting]),
      );
      const [report] = (await morphloom('disentanglement', project)) as unknown as [Report];
      const steps = lines.reduce((last, { step }) => (typeof step === 'number' ? step : last), 0);
      const dci = Object.entries(report.dci).map(([name, value]) => `${name} ${value.toFixed(3)}`);
      process.stdout.write(
        `${recipe} (${steps} steps): MIG ${report.mig.toFixed(3)}, SAP ${report.sap.toFixed(3)}, ${dci.join(', ')}\n`,
      );
    }
  });
}

void main(process.argv.slice(2));
