import { type DatasetEntry, type ImportReport, isAligned } from '../../contract/dataset.ts';

/** How the pictures of a set were aligned. Of eyes placed by hand no faces were counted. */
export function countFaces(entries: readonly DatasetEntry[]): NonNullable<ImportReport['faces']> {
  const aligned = entries.filter(({ crop }) => isAligned(crop));
  const byHand = aligned.filter(({ faces }) => faces === undefined).length;
  return {
    found: aligned.length - byHand,
    byHand,
    whole: entries.length - aligned.length,
    several: aligned.filter(({ faces = 0 }) => faces > 1).map(({ source }) => source),
  };
}
