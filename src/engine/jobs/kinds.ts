import type { DatasetEntry } from '../../contract/dataset.ts';
import type { KindsTrust } from '../../contract/studio/kinds.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { type Dataset, openDataset } from '../dataset/index.ts';
import { type Features, type Kinds, learnKinds, spanOf } from '../evaluate/few-labels.ts';
import { keepAside, mostProbable, sharpnessOf, teachersOf, type ToldKind } from '../evaluate/told-kinds.ts';
import type { Latents } from '../latent/instrument.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { breathe, runToEnd } from '../node/breathe.ts';
import { bytesOf, type Kind, kindsAmong, standardised, valuesBy, whitened } from './labelled.ts';
import { encodeDataset } from './pictures.ts';
import { thin } from './split.ts';

export interface TellKindsRequest {
  /** A column of the table that pictures came with; their labels where absent. */
  readonly column?: string | undefined;
  /** Of more pictures without a label so many, evenly spread. */
  readonly most: number;
  readonly seed: number;
  /** Latents of pictures of the dataset, where somebody has them already. */
  readonly latents?: ((indices: readonly number[]) => Promise<Latents>) | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ToldPicture {
  readonly entry: DatasetEntry;
  readonly kind: Kind;
  /** How probable that is, in [0, 1]. */
  readonly sureness: number;
}

export interface ToldKinds {
  /** That pictures are labelled as, in order. */
  readonly kinds: readonly Kind[];
  readonly labelled: number;
  /** Pictures without a label, the surest first. Empty where there are not two kinds at least. */
  readonly told: readonly (ToldPicture & { readonly sure: boolean })[];
  /** Pictures whose label is another than what the others speak for, surely; the surest first. */
  readonly doubted: readonly (ToldPicture & { readonly label: Kind })[];
  /** Null where too few labelled pictures can be kept aside to say. */
  readonly trust: KindsTrust | null;
}

export const MOST_TOLD_KINDS = 100;
/** What is told at least as surely is called sure: of ten at the border nine are right. */
const SURE = 0.9;
/** A label is doubted where it is told to be another at least so surely: it is only shown, to be looked at. */
const DOUBTED = 0.8;
/** Of fewer that were kept aside nothing can be said. */
const FEWEST_ASKED = 10;
/** More labelled pictures, or kinds, take long to compare by pixels; and then labels are not few. */
const [MOST_BY_PIXELS, MOST_KINDS_BY_PIXELS] = [200, 24];

/**
 * Tells the kind of every picture without a label by those that have one: logistic regressions on whitened posterior
 * means, which were learned from all pictures, labelled or not (Kingma et al. 2014, arXiv 1406.5298, model M1). How
 * sure it is, how far to trust it, and which labels are doubtful, follows from labelled pictures that are kept aside
 * in turn.
 */
export async function tellKinds(instrument: OpenedInstrument, request: TellKindsRequest): Promise<ToldKinds> {
  const { column, most, seed, onProgress, signal } = request;
  const dataset = await openDataset(instrument.project.dataset);
  try {
    const { entries } = dataset;
    const { kinds, kindOf } = kindsAmong(entries.map(valuesBy(column)));
    const places = entries.map((_, i) => i);
    const labelled = places.filter((i) => kindOf[i] !== null);
    if (kinds.length < 2 || kinds.length > MOST_TOLD_KINDS)
      return { kinds, labelled: labelled.length, told: [], doubted: [], trust: null };
    const others = thin(
      places.filter((i) => kindOf[i] === null),
      most,
    );
    const indices = [...labelled, ...others];
    const encoded = await (request.latents?.(indices) ?? encodeDataset(instrument, { indices, onProgress, signal })); // prettier-ignore
    const rows = await whitened(encoded, instrument.latentSize, signal);
    const known = {
      features: rows.slice(0, labelled.length),
      kinds: labelled.flatMap((i) => kindOf[i] ?? []),
    };
    const checked = await check(known, dataset, labelled, kinds.length, request);
    const teachers = teachersOf(known.kinds, seed);
    const scores = await runToEnd(
      learnKinds(
        teachers.map((i) => known.features[i]),
        teachers.map((i) => known.kinds[i]),
      ),
      signal,
    );
    const told: { i: number; is: ToldKind }[] = [];
    for (const [at, i] of others.entries()) {
      await breathe(signal);
      told.push({ i, is: mostProbable(scores(rows[labelled.length + at]), checked.sharpness) });
    }
    told.sort((a, b) => b.is.sureness - a.is.sureness);
    return {
      kinds,
      labelled: labelled.length,
      told: told.map(({ i, is: { kind, sureness } }) => ({
        entry: entries[i],
        kind: kinds[kind],
        sureness,
        sure: checked.trust !== null && sureness >= SURE,
      })),
      doubted: checked.doubted.map(({ at, is: { kind, sureness } }) => ({
        entry: entries[labelled[at]],
        label: kinds[known.kinds[at]],
        kind: kinds[kind],
        sureness,
      })),
      trust: checked.trust,
    };
  } finally {
    dataset.close();
  }
}

interface Known {
  readonly features: Features;
  readonly kinds: Kinds;
}

/** What labelled pictures that are kept aside tell of what is said. */
async function check(
  known: Known,
  dataset: Dataset,
  labelled: readonly number[],
  kinds: number,
  request: TellKindsRequest,
): Promise<{ sharpness: number; trust: KindsTrust | null; doubted: { at: number; is: ToldKind }[] }> {
  const scores = await asked(known, 'Telling pictures that have a label', request);
  const heard = scores.flatMap((own, at) => (own === null ? [] : [{ own, at, kind: known.kinds[at] }]));
  if (heard.length < FEWEST_ASKED) return { sharpness: 1, trust: null, doubted: [] };
  const sharpness = sharpnessOf(
    heard.map(({ own }) => own),
    heard.map(({ kind }) => kind),
  );
  const said = heard.map(({ own, at, kind }) => ({ at, kind, is: mostProbable(own, sharpness) }));
  const sure = said.filter(({ is }) => is.sureness >= SURE);
  const rightOf = (these: typeof said): number => these.filter(({ is, kind }) => is.kind === kind).length;
  const few = labelled.length <= MOST_BY_PIXELS && kinds <= MOST_KINDS_BY_PIXELS;
  return {
    sharpness,
    trust: {
      asked: said.length,
      right: rightOf(said),
      rightByPixels: few ? await rightByPixels(known.kinds, dataset, labelled, request) : null,
      sure: sure.length,
      rightOfSure: rightOf(sure),
    },
    doubted: said
      .filter(({ is, kind }) => is.kind !== kind && is.sureness >= DOUBTED)
      .sort((a, b) => b.is.sureness - a.is.sureness),
  };
}

async function rightByPixels(
  kinds: Kinds,
  dataset: Dataset,
  labelled: readonly number[],
  request: TellKindsRequest,
): Promise<number> {
  const pixels = standardised(bytesOf(dataset, labelled));
  // As many numbers as pictures, at the same distances from each other, in place of all pixels.
  const features = pixels.map(spanOf(pixels));
  const scores = await asked({ features, kinds }, 'Telling them by bare pixels', request);
  return scores.filter((own, at) => own !== null && mostProbable(own, 1).kind === kinds[at]).length;
}

function asked(
  { features, kinds }: Known,
  stage: string,
  { seed, onProgress, signal }: TellKindsRequest,
): Promise<(Float64Array | null)[]> {
  let done = 0;
  return runToEnd(keepAside(features, kinds, seed), signal, () =>
    onProgress?.({ stage, done: ++done, total: null, unit: 'kinds' }),
  );
}
