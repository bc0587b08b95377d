import * as fs from 'node:fs';
import * as path from 'node:path';
import type { CompressReport } from '../src/engine/jobs/compress.ts';
import type { LosslessSize } from '../src/engine/node/lossless.ts';
import { morphloom, withFolder } from './support.ts';

/**
 * Drawn faces of 32 px that a model has not seen, compressed without loss by it and by well-known formats: black and
 * white by a Bernoulli model, colour by a Gaussian one. `npm run bench -- compression [minutes each]`.
 */
const [KNOWN, UNSEEN] = [1000, 200];
const MLP = [
  'latent.size=40',
  'encoder={"kind":"mlp","widths":[200,200]}',
  'decoder={"kind":"mlp","widths":[200,200]}',
  'augmentation.binarise=true',
  'optimiser.learningRate=0.002',
].flatMap((setting) => ['--set', setting]);

async function main([minutes = '2']: readonly string[]): Promise<void> {
  await withFolder(async (folder) => {
    const at = (name: string): string => path.join(folder, name);
    for (const [name, count, seed] of [
      ['known', KNOWN, 1],
      ['unseen', UNSEEN, 2],
    ] as const)
      // prettier-ignore
      await morphloom('samples', 'faces', '--out', at(name), '--count', String(count), '--seed', String(seed));
    fs.rmSync(path.join(at('unseen'), 'attributes.csv'));
    for (const [name, training, flags] of [
      ['black and white', ['--recipe', 'vae', '--grey', ...MLP], ['--binarise']],
      ['colour', ['--recipe', 'sketch'], []],
    ] as const) {
      const project = at(`${name}.morphloom`);
      await morphloom('train', at('known'), '--out', project, '--size', '32', '--minutes', minutes, '--keep-duplicates', ...training); // prettier-ignore
      const out = at('faces.mlz');
      const [said] = await morphloom('compress', project, at('unseen'), '--out', out, '--compare', ...flags);
      await morphloom('decompress', project, out, '--out', at(`${name} back`));
      tell(name, said as unknown as CompressReport & { readonly others: readonly LosslessSize[] });
    }
  });
}

function tell(
  name: string,
  { others, ...report }: CompressReport & { readonly others: readonly LosslessSize[] },
): void {
  // prettier-ignore
  const { dimensions, bitsPerDimension, negativeElboPerDimension, initialBitsPerDimension } = report;
  const rate = (bytes: number | null): string =>
    bytes === null ? '–' : ((8 * bytes) / dimensions).toFixed(3);
  process.stdout.write(
    `${name}: ${bitsPerDimension.toFixed(3)} bits a value, ${initialBitsPerDimension.toFixed(4)} of them to begin with; negative ELBO ${negativeElboPerDimension.toFixed(3)}\n` +
      others.map((o) => `  ${o.name}: ${rate(o.each)} each alone, ${rate(o.together)} all in one\n`).join(''),
  );
}

void main(process.argv.slice(2));
