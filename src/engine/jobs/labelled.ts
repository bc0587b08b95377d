import { bytesPerPicture, type DatasetEntry } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import type { Dataset } from '../dataset/index.ts';
import { fitLatentGaussian, whiten } from '../latent/aggregate.ts';
import type { Latents } from '../latent/instrument.ts';
import { breathe } from '../node/breathe.ts';

/** A label, or a value of a column. */
export type Kind = string | number;

/** What tells a picture's kind: a column of the table that pictures came with; their labels where absent. */
export const valuesBy =
  (column: string | undefined) =>
  ({ label, attributes }: DatasetEntry): Kind | null =>
    column === undefined ? label : (attributes?.[column] ?? null);

/** The kinds that occur, in order, and which of them each is of, from 0; null for none. */
export function kindsAmong(values: readonly (Kind | null)[]): { kinds: Kind[]; kindOf: (number | null)[] } {
  const kinds = [...new Set(values.flatMap((value) => value ?? []))].sort((a, b) => (a < b ? -1 : 1));
  const places = new Map(kinds.map((kind, i) => [kind, i]));
  return { kinds, kindOf: values.map((value) => (value === null ? null : (places.get(value) ?? null))) };
}

/** Throws `usage` where there is nothing to be told apart, or too much. */
export function requireKinds(kinds: readonly Kind[], column: string | undefined, most: number): void {
  if (kinds.length >= 2 && kinds.length <= most) return;
  throw new MorphloomError(
    'usage',
    `${column === undefined ? 'The labels' : `The column "${column}"`} of these pictures tell${column === undefined ? '' : 's'} ${kinds.length} kinds; 2 to ${most} can be told apart. Name another with --column.`,
  );
}

/** Posterior means, whitened by where all these pictures lie. */
export async function whitened(
  { mean, logVariance }: Latents,
  size: number,
  signal: AbortSignal | undefined,
): Promise<Float64Array[]> {
  const where = fitLatentGaussian(mean, logVariance, size);
  const rows: Float64Array[] = [];
  for (let start = 0; start < mean.length; start += size) {
    rows.push(whiten(mean.subarray(start, start + size), where));
    await breathe(signal);
  }
  return rows;
}

/** The packed pixels of each. */
export function bytesOf(dataset: Dataset, indices: readonly number[]): Uint8Array[] {
  return indices.map((i) => {
    const picture = new Uint8Array(bytesPerPicture(dataset.format));
    dataset.read(i, picture);
    return picture;
  });
}

/** Pixels less the mean picture, over their standard deviation: as wide as whitened latents. */
export function standardised(pictures: readonly Uint8Array[]): Float64Array[] {
  const mean = new Float64Array(pictures[0].length);
  for (const picture of pictures) picture.forEach((value, d) => (mean[d] += value / pictures.length));
  const centred = pictures.map((picture) => Float64Array.from(picture, (value, d) => value - mean[d]));
  const variance = centred.reduce((sum, x) => sum + x.reduce((a, b) => a + b * b, 0) / x.length, 0) / centred.length; // prettier-ignore
  const deviation = Math.sqrt(variance) || 1;
  return centred.map((x) => x.map((value) => value / deviation));
}
