import type { DatasetEntry } from '../../contract/dataset.ts';
import type { Meaning } from '../../contract/studio/findings.ts';
import { type Factor, strongestCodes } from '../../core/disentanglement.ts';
import { factorsOf } from './disentanglement.ts';

/** Of labels of more kinds than these a direction is not expected to mean them. */
const MOST_KINDS = 24;

/**
 * What single latent directions mean, as far as anything is known of the pictures: most is said first.
 * @param latents posterior means of the entries, `[n, z]`
 */
export function meaningsOf(
  latents: Float32Array,
  latentSize: number,
  entries: readonly Pick<DatasetEntry, 'attributes' | 'label'>[],
): Meaning[] {
  const columns = factorsOf(entries);
  const labels = labelFactor(entries);
  const factors = labels === null ? columns : [...columns, labels];
  if (factors.length === 0) return [];
  const strongest = strongestCodes({ codes: latents, size: latentSize, factors });
  return factors
    .map(({ name }, f) => ({
      name: f < columns.length ? name : null,
      direction: strongest[f].code,
      share: strongest[f].share,
      gap: strongest[f].gap,
    }))
    .sort((a, b) => b.share - a.share);
}

function labelFactor(entries: readonly Pick<DatasetEntry, 'label'>[]): Factor | null {
  const kinds = [...new Set(entries.map(({ label }) => label))];
  if (kinds.includes(null) || kinds.length < 2 || kinds.length > MOST_KINDS) return null;
  return { name: 'label', kind: 'category', values: entries.map(({ label }) => kinds.indexOf(label)) };
}
