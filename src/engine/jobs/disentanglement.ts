import type { DatasetEntry } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import {
  type Dci,
  disentanglementCompletenessInformativeness,
  type Factor,
  mutualInformationGap,
  separatedAttributePredictability,
} from '../../core/disentanglement.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { encodeDataset } from './pictures.ts';

export interface DisentanglementReport {
  readonly pictures: number;
  /** Mutual information gap (Chen et al. 2018). */
  readonly mig: number;
  /** Separated attribute predictability (Kumar et al. 2018). */
  readonly sap: number;
  /** Eastwood & Williams 2018. */
  readonly dci: Dci;
  readonly factors: readonly { readonly name: string; readonly kind: Factor['kind']; readonly mig: number; readonly sap: number }[]; // prettier-ignore
}

/** Whole numbers of at most so many values are kinds. */
const MOST_KINDS = 24;

/**
 * How far each latent direction means one thing, where it is known what there is to mean: the columns of the table
 * that the pictures came with, or those named. Throws `usage` where there are none, or one of them never changes.
 */
export async function measureDisentanglement(
  instrument: OpenedInstrument,
  request: {
    readonly columns?: readonly string[] | undefined;
    readonly most: number;
    readonly onProgress?: OnProgress | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<DisentanglementReport> {
  const { mean, entries } = await encodeDataset(instrument, request);
  const factors = factorsOf(entries, request.columns);
  if (factors.length === 0) {
    throw new MorphloomError(
      'usage',
      'Nothing is known of what differs in these pictures; import them with --labels and a table of numbers.',
    );
  }
  const data = { codes: mean, size: instrument.latentSize, factors };
  const [mig, sap] = [mutualInformationGap(data), separatedAttributePredictability(data)];
  return {
    pictures: entries.length,
    mig: mig.score,
    sap: sap.score,
    dci: disentanglementCompletenessInformativeness(data),
    factors: factors.map(({ name, kind }, f) => ({ name, kind, mig: mig.each[f], sap: sap.each[f] })),
  };
}

/** Columns that every picture has a value in, and that differ; throws `usage` where one that is asked for is none. */
export function factorsOf(
  entries: readonly Pick<DatasetEntry, 'attributes'>[],
  asked?: readonly string[],
): Factor[] {
  const columns = asked ?? Object.keys(entries[0]?.attributes ?? {});
  return columns.flatMap((name): Factor[] => {
    const values = entries.flatMap(({ attributes }) => attributes?.[name] ?? []);
    const kinds = new Set(values);
    if (values.length < entries.length || kinds.size < 2) {
      if (asked === undefined) return [];
      throw new MorphloomError(
        'usage',
        `"${name}" is no known factor: it is not known of every picture, or the same in all; import with --labels, or name another.`,
      );
    }
    const isCategory = kinds.size <= MOST_KINDS && values.every(Number.isInteger);
    return [{ name, kind: isCategory ? 'category' : 'number', values }];
  });
}
