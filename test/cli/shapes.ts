import * as path from 'node:path';
import { done } from './outcome.ts';

/** The pictures of {@link trainOnShapes}, and the side that its model takes them at. */
export const COUNT = 80;
export const SIDE = 16;

/** Draws shapes in `folder/pictures`, and trains a small project on them in `folder/shapes.morphloom`. */
export async function trainOnShapes(folder: string): Promise<void> {
  const pictures = path.join(folder, 'pictures');
  await done('samples', 'shapes', '--out', pictures, '--count', String(COUNT), '--size', '32', '--seed', '3');
  const settings = ['latent.size=8', 'optimiser.batch=16', 'schedules.beta.to=0.2'].flatMap((s) => [
    '--set',
    s,
  ]);
  await done(
    ...['train', pictures, '--out', path.join(folder, 'shapes.morphloom'), '--steps', '80', ...settings],
    ...['--size', String(SIDE), '--labels', path.join(pictures, 'attributes.csv'), '--keep-duplicates'],
  );
}
