import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { createRng, fillNormal, shuffle, STREAM } from '../../core/rng.ts';
import { openDataset } from '../dataset/index.ts';
import {
  classifyByNeighbours,
  classifyByRegression,
  compressionDistances,
  distancesBetween,
  type Features,
  lengthsBy,
} from '../evaluate/few-labels.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { breathe } from '../node/breathe.ts';
import { checkCompressible } from './compress.ts';
import {
  bytesOf,
  type Kind,
  kindsAmong,
  requireKinds,
  standardised,
  valuesBy,
  whitened,
} from './labelled.ts';
import { encodeDataset } from './pictures.ts';
import { thin } from './split.ts';

export interface ClassifyRequest {
  /** A column of the table that pictures came with; their labels where absent. */
  readonly column?: string | undefined;
  /** How many labelled pictures of each kind. */
  readonly labels: readonly number[];
  /** How often labelled pictures are drawn anew. */
  readonly trials: number;
  /** How many others are asked for in each trial. */
  readonly tests: number;
  readonly neighbours: number;
  /** Tell kinds by compressed length too. */
  readonly compression: boolean;
  /** Of more pictures so many, evenly spread. */
  readonly most: number;
  readonly seed: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const CLASSIFIERS = [
  'latents, regression',
  'latents, neighbours',
  'pixels, regression',
  'pixels, neighbours',
  'compressed length, neighbours',
] as const;
export type Classifier = (typeof CLASSIFIERS)[number];

export interface ClassifyReport {
  readonly kinds: readonly Kind[];
  readonly pictures: number;
  /** Asked for in each trial. */
  readonly tests: number;
  readonly rows: readonly {
    readonly labels: number;
    readonly classifier: Classifier;
    /** The part that was told right, the mean over trials. */
    readonly accuracy: number;
    /** Its standard deviation over trials; 0 for one. */
    readonly deviation: number;
  }[];
}

const MOST_KINDS = 24;

interface Material {
  /** Posterior means, whitened by where all pictures lie. */
  readonly latents: Features;
  readonly pixels: Features;
  readonly bytes: readonly Uint8Array[];
  readonly kindOf: readonly number[];
}

/**
 * Learns to tell kinds of pictures from a few that are labelled, by the model's latents and by bare pixels: what a
 * model that was trained without labels is worth when labels are few. Throws `usage` where there are no kinds.
 */
export async function classifyPictures(
  instrument: OpenedInstrument,
  request: ClassifyRequest,
): Promise<ClassifyReport> {
  const { trials, seed, onProgress, signal, compression } = request;
  if (compression) checkCompressible(instrument.model);
  const { material, kinds } = await gather(instrument, request);
  const sizes = kinds.map((_, kind) => material.kindOf.filter((k) => k === kind).length);
  const labels = request.labels.filter((n) => n < Math.min(...sizes)).sort((a, b) => a - b);
  if (labels.length === 0) {
    throw new MorphloomError(
      'usage',
      `The rarest kind has ${Math.min(...sizes)} pictures, too few for ${request.labels.join(', ')} labelled and others to ask for; ask for fewer with --labels.`,
    );
  }
  const told = new Map<string, number[]>();
  let tests = 0;
  for (let trial = 0; trial < trials; trial++) {
    const { labelled, asked } = deal(material.kindOf, Math.max(...labels), request.tests, [seed, trial]);
    tests = asked.length;
    const byLength = compression ? await lengthTable(instrument, material, labelled.flat(), asked, request) : null; // prettier-ignore
    for (const n of labels) {
      const known = labelled.flatMap((own) => own.slice(0, n));
      const answers = answer(material, known, asked, request.neighbours, (at) => byLength?.get(at));
      for (const [classifier, kindsTold] of Object.entries(answers)) {
        const right = kindsTold.filter((kind, i) => kind === material.kindOf[asked[i]]).length;
        const key = `${n}:${classifier}`;
        told.set(key, [...(told.get(key) ?? []), right / asked.length]);
      }
      onProgress?.({ stage: `Telling kinds apart by ${n} of each`, done: trial + 1, total: trials, unit: 'trials' }); // prettier-ignore
      await breathe(signal);
    }
  }
  const rows = labels.flatMap((n) =>
    CLASSIFIERS.flatMap((classifier) => {
      const parts = told.get(`${n}:${classifier}`);
      return parts === undefined ? [] : [{ labels: n, classifier, ...spread(parts) }];
    }),
  );
  return { kinds, pictures: material.kindOf.length, tests, rows };
}

function answer(
  { latents, pixels, kindOf }: Material,
  known: readonly number[],
  asked: readonly number[],
  neighbours: number,
  lengthDistances: (asked: number) => ReadonlyMap<number, number> | undefined,
): Partial<Record<Classifier, number[]>> {
  const kinds = known.map((i) => kindOf[i]);
  const both = (features: Features): [Features, Features] => [known.map((i) => features[i]), asked.map((i) => features[i])]; // prettier-ignore
  const [[z, ofZ], [x, ofX]] = [both(latents), both(pixels)];
  const byLength = asked.flatMap((i) => {
    const distances = lengthDistances(i);
    return distances === undefined ? [] : [Float64Array.from(known, (k) => distances.get(k) ?? Infinity)];
  });
  return {
    'latents, regression': classifyByRegression(z, kinds, ofZ),
    'latents, neighbours': classifyByNeighbours(distancesBetween(ofZ, z), kinds, neighbours),
    'pixels, regression': classifyByRegression(x, kinds, ofX),
    'pixels, neighbours': classifyByNeighbours(distancesBetween(ofX, x), kinds, neighbours),
    ...(byLength.length > 0 && {
      'compressed length, neighbours': classifyByNeighbours(byLength, kinds, neighbours),
    }),
  };
}

/** Labelled pictures of each kind, so many, and others to ask for, of all kinds as they come. */
function deal(
  kindOf: readonly number[],
  count: number,
  tests: number,
  key: readonly number[],
): { labelled: number[][]; asked: number[] } {
  const order = shuffle(
    kindOf.map((_, i) => i),
    createRng(key[0], STREAM.classifier, ...key.slice(1)),
  );
  const labelled = Array.from({ length: Math.max(...kindOf) + 1 }, (_, kind) =>
    order.filter((i) => kindOf[i] === kind).slice(0, count),
  );
  const taken = new Set(labelled.flat());
  return { labelled, asked: order.filter((i) => !taken.has(i)).slice(0, tests) };
}

/** Compression distances from each asked to each labelled. */
async function lengthTable(
  instrument: OpenedInstrument,
  { bytes }: Material,
  labelled: readonly number[],
  asked: readonly number[],
  { seed, onProgress, signal }: ClassifyRequest,
): Promise<Map<number, ReadonlyMap<number, number>>> {
  const noise = fillNormal(new Float32Array(instrument.latentSize), createRng(seed, STREAM.posteriorNoise));
  const lengthsOf = lengthsBy(instrument, noise);
  const known = labelled.map((i) => bytes[i]);
  const others = lengthsOf(new Uint8Array(Buffer.concat(known)), known.length);
  const table = new Map<number, ReadonlyMap<number, number>>();
  for (const i of asked) {
    const [own] = lengthsOf(bytes[i], 1);
    const distances = compressionDistances(lengthsOf, bytes[i], known, { own, others });
    table.set(i, new Map(labelled.map((k, at) => [k, distances[at]])));
    onProgress?.({ stage: 'Comparing lengths', done: table.size, total: asked.length, unit: 'pictures' });
    await breathe(signal);
  }
  return table;
}

async function gather(
  instrument: OpenedInstrument,
  { column, most, onProgress, signal }: ClassifyRequest,
): Promise<{ material: Material; kinds: readonly Kind[] }> {
  const dataset = await openDataset(instrument.project.dataset);
  try {
    const valueOf = valuesBy(column);
    const known = dataset.entries.flatMap((entry, i) => (valueOf(entry) === null ? [] : [i]));
    const indices = thin(known, most);
    const { kinds, kindOf } = kindsAmong(indices.map((i) => valueOf(dataset.entries[i])));
    requireKinds(kinds, column, MOST_KINDS);
    const encoded = await encodeDataset(instrument, { indices, onProgress, signal });
    const latents = await whitened(encoded, instrument.latentSize, signal);
    const bytes = bytesOf(dataset, indices);
    const material = { latents, pixels: standardised(bytes), bytes, kindOf: kindOf.flatMap((k) => k ?? []) };
    return { material, kinds };
  } finally {
    dataset.close();
  }
}

function spread(parts: readonly number[]): { accuracy: number; deviation: number } {
  const accuracy = parts.reduce((a, b) => a + b, 0) / parts.length;
  const variance = parts.reduce((sum, p) => sum + (p - accuracy) ** 2, 0) / Math.max(1, parts.length - 1);
  return { accuracy, deviation: Math.sqrt(variance) };
}
