import { openDataset } from '../../src/engine/dataset/index.ts';
import { Project } from '../../src/engine/project/project.ts';
import { SHAPE_CLASSES, SHAPE_COLOURS } from '../../src/engine/samples/shapes.ts';
import { morphloom } from '../support.ts';
import type { Shown } from './judge.ts';

/** How many kinds of each there are, in the order in which verdicts name them. */
export const KINDS = [SHAPE_CLASSES.length, SHAPE_COLOURS.length];

/** Draws sample pictures, by the command, and imports them with all that is known of them. */
export async function drawAndImport(
  kind: 'shapes' | 'faces',
  folder: string,
  { count, side, seed }: { readonly count: number; readonly side: number; readonly seed: number },
): Promise<string> {
  const project = `${folder}.morphloom`;
  await morphloom(
    ...['samples', kind, '--out', folder, '--count', String(count)],
    ...['--size', String(Math.max(side, 64)), '--seed', String(seed)],
  );
  await morphloom(
    ...['import', folder, '--project', project, '--size', String(side), '--keep-duplicates'],
    ...['--labels', `${folder}/attributes.csv`],
  );
  return project;
}

/** The pictures of a project, and what its table says of them. */
export async function openPictures(folder: string) {
  const dataset = await openDataset((await Project.open(folder)).dataset);
  try {
    const { width: side, channels } = dataset.format;
    const pixels = new Uint8Array(dataset.count * side * side * channels);
    dataset.readBatch(
      dataset.entries.map((_, i) => i),
      pixels,
    );
    return { side, pixels, entries: dataset.entries };
  } finally {
    dataset.close();
  }
}

/** The shapes of a project as a judge takes them: their class, and their colour. */
export async function openShapes(folder: string): Promise<Shown> {
  const { side, pixels, entries } = await openPictures(folder);
  return {
    side,
    pixels,
    truth: entries.map(({ attributes = {} }) => [attributes['class'], attributes['colour']]),
  };
}
