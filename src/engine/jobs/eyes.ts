import * as path from 'node:path';
import { type ImportReport, isAligned, type PictureCrop } from '../../contract/dataset.ts';
import type { Eyes, PicturePoint } from '../../contract/faces.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { applyEdits, type ImportWatch, listSetAside, openDataset, planEdits } from '../dataset/index.ts';
import { printable, readPictureFile, uprightSize } from '../node/pictures/index.ts';
import type { Project } from '../project/project.ts';

/** A picture of a project, or one that was set aside for want of a face. */
interface Known {
  readonly source: string;
  readonly id: string;
  readonly crop: PictureCrop | null;
}

/** Where a picture's eyes are, in pixels of the upright picture, the left one first. */
export interface PlacedEyes {
  readonly source: string;
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** Null where none are known. */
  readonly eyes: readonly [PicturePoint, PicturePoint] | null;
}

/** Where the eyes of a picture are, as they were found or placed by hand. Throws as {@link placeEyes} does. */
export async function eyesOf(project: Project, name: string): Promise<PlacedEyes> {
  const { source, id, crop } = await pictureNamed(project, name);
  const size = await uprightSize(await readPictureFile(source));
  if (crop === null || !isAligned(crop)) return { source, id, ...size, eyes: null };
  const [left, right] = crop.eyes.map(({ x, y }) => ({ x: x * size.width, y: y * size.height }));
  return { source, id, ...size, eyes: [left, right] };
}

/**
 * Aligns a picture by eyes that somebody placed, or leaves them to be found again; no other picture is touched.
 * Throws `usage` for eyes that lie outside the picture or on one place, and a name of several pictures, `input`
 * for a picture that is not there.
 * @param name a path, the end of one, or a name
 * @param eyes in pixels of the upright picture, in any order; null takes placed ones back
 */
export async function placeEyes(
  project: Project,
  name: string,
  eyes: readonly [PicturePoint, PicturePoint] | null,
  watch: ImportWatch = {},
): Promise<{ readonly placed: PlacedEyes; readonly report: ImportReport }> {
  const { source, id } = await pictureNamed(project, name);
  const change =
    eyes === null ? null : partsOf(eyes, await uprightSize(await readPictureFile(source)), source);
  const { after } = await planEdits(project.dataset, [{ eyes: { id, eyes: change } }]);
  const report = await applyEdits(project.dataset, { edits: after, ...watch });
  return { placed: await eyesOf(project, source), report };
}

function partsOf(
  eyes: readonly [PicturePoint, PicturePoint],
  { width, height }: { readonly width: number; readonly height: number },
  source: string,
): Eyes {
  const [first, second] = eyes;
  const inside = eyes.every(({ x, y }) => x >= 0 && y >= 0 && x <= width && y <= height);
  if (!inside || Math.hypot(first.x - second.x, first.y - second.y) < 1) {
    throw new MorphloomError(
      'usage',
      `The eyes must be two places in "${printable(source)}", which is ${width} × ${height} pixels as it stands upright.`,
    );
  }
  const part = ({ x, y }: PicturePoint): PicturePoint => ({ x: x / width, y: y / height });
  return [part(first), part(second)];
}

async function pictureNamed({ dataset: folder }: Project, name: string): Promise<Known> {
  const dataset = await openDataset(folder);
  dataset.close();
  const { files } = await listSetAside(dataset, { from: 0, count: Infinity });
  const faceless = files.flatMap(({ kind, source, id }) =>
    kind === 'no-face' && id !== undefined ? [{ source, id, crop: null }] : [],
  );
  const all: Known[] = [
    ...dataset.entries.map(({ source, id, crop }) => ({ source, id, crop })),
    ...faceless,
  ];
  const whole = path.resolve(name);
  const tail = path.sep + path.normalize(name);
  const found =
    [
      all.filter(({ source }) => source === whole || source === name),
      all.filter(({ source }) => source.endsWith(tail)),
      all.filter(({ source }) => path.parse(source).name === name),
    ].find((some) => some.length > 0) ?? [];
  const [first, second] = found;
  if (first === undefined) {
    const why = `"${printable(name)}" is no picture of "${path.dirname(folder)}", nor one that was set aside for want of a face.`;
    throw new MorphloomError('input', why);
  }
  if (second !== undefined) {
    const both = `"${printable(first.source)}" or "${printable(second.source)}"`;
    throw new MorphloomError('usage', `"${printable(name)}" is the name of several pictures; write ${both}.`);
  }
  return first;
}
