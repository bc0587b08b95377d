import type { DatasetEntry } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { assign, type Covariance, type FittedMixture, fitMixture } from '../../core/mixture.ts';
import { adjustedRandIndex } from '../../core/partition.ts';
import { createRng, STREAM } from '../../core/rng.ts';
import { principalAxes, project } from '../latent/axes.ts';
import { contentPlaces, moveAbout } from '../latent/content.ts';
import { mapLatents } from '../latent/map.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { runToEnd } from '../node/breathe.ts';
import { encodeDataset } from './pictures.ts';
import { thin } from './split.ts';

/**
 * What pictures are told apart by: the latents' leading principal axes, their places on a UMAP, or what stays of a
 * picture when it is moved and sized a little.
 */
export const CLUSTER_SPACES = ['axes', 'map', 'content'] as const;
export type ClusterSpace = (typeof CLUSTER_SPACES)[number];

export interface ClusterRequest {
  readonly by: ClusterSpace;
  /** How many groups; chosen where absent. */
  readonly groups?: number | undefined;
  /** Chosen where absent. */
  readonly covariance?: Covariance | undefined;
  readonly restarts: number;
  /** Of more pictures so many, evenly spread. */
  readonly most: number;
  readonly seed: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Clustered {
  readonly entries: readonly DatasetEntry[];
  /** Which group each is in, from 0, the largest first. */
  readonly groupOf: Uint32Array;
  readonly groups: number;
  readonly covariance: Covariance;
  readonly bic: number;
  /** Agreement with what is known of the pictures, by name: their labels, and columns of few whole numbers. */
  readonly agreement: Readonly<Record<string, number>>;
}

/** Enough to tell groups apart, few enough for full covariances of some hundred pictures. */
const MOST_AXES = 12;
/** The part of the variance that the axes need not tell. */
const VARIANCE_LEFT = 0.05;
const MOST_GROUPS = 24;
/** The criterion is past its minimum when it has not fallen for so many more groups. */
const PATIENCE = 4;
/** So many pictures say how many groups there are; all of them are told apart then. */
const MOST_CHOOSING = 800;
/** A column of more values than these is no grouping. */
const MOST_KINDS = 24;

/** Tells a project's pictures into groups by a mixture of Gaussians over where they lie in the model. */
export async function clusterPictures(
  instrument: OpenedInstrument,
  request: ClusterRequest,
): Promise<Clustered> {
  const { most, onProgress, signal, groups, covariance, seed } = request;
  const rng = createRng(seed, STREAM.augmentation);
  const vary = (pixels: Uint8Array): Uint8Array => moveAbout(pixels, instrument.image, rng);
  const { mean, entries } = await encodeDataset(instrument, {
    most,
    vary: request.by === 'content' ? vary : undefined,
    onProgress,
    signal,
  });
  if (groups !== undefined && groups > entries.length) {
    throw new MorphloomError('usage', `${entries.length} pictures cannot be told into ${groups} groups.`);
  }
  const { points, size } = await placesOf(mean, instrument.latentSize, request);
  const { components, shape } =
    groups !== undefined && covariance !== undefined
      ? { components: groups, shape: covariance }
      : await choose(thinPoints(points, size, Math.max(MOST_CHOOSING, 4 * (groups ?? 0))), size, request);
  onProgress?.({ stage: 'Telling groups apart', done: 0, total: null, unit: 'groups' });
  const { mixture, bic } = await fit(points, size, components, shape, request);
  const { groupOf, count } = largestFirst(assign(mixture, points));
  return {
    entries,
    groupOf,
    groups: count,
    covariance: mixture.covariance,
    bic,
    agreement: agreementOf(entries, groupOf),
  };
}

/** Which number and shape of groups some points speak for: the lowest BIC. */
async function choose(
  points: Float64Array,
  size: number,
  request: ClusterRequest,
): Promise<{ components: number; shape: Covariance }> {
  const { groups, covariance, onProgress } = request;
  const shapes: readonly Covariance[] = covariance === undefined ? ['diagonal', 'full'] : [covariance];
  const from = groups ?? 1;
  const to = groups ?? Math.max(1, Math.min(MOST_GROUPS, Math.floor(points.length / size / 2)));
  let best = { components: from, shape: shapes[0], bic: Infinity };
  for (const shape of shapes) {
    let [lowest, since] = [Infinity, 0];
    for (let components = from; components <= to && since < PATIENCE; components++) {
      const { bic } = await fit(points, size, components, shape, request);
      if (bic < lowest) [lowest, since] = [bic, 0];
      else since++;
      if (bic < best.bic) best = { components, shape, bic };
      onProgress?.({ stage: `Telling groups apart (${shape})`, done: components, total: groups ?? null, unit: 'groups' }); // prettier-ignore
    }
  }
  return best;
}

/** So many of the points at most, evenly spread. */
function thinPoints(points: Float64Array, size: number, most: number): Float64Array {
  const chosen = thin(Array.from({ length: points.length / size }, (_, i) => i), most); // prettier-ignore
  const some = new Float64Array(chosen.length * size);
  chosen.forEach((i, at) => some.set(points.subarray(i * size, (i + 1) * size), at * size));
  return some;
}

async function placesOf(
  latents: Float32Array,
  size: number,
  { by, onProgress, signal }: ClusterRequest,
): Promise<{ points: Float64Array; size: number }> {
  if (by === 'map')
    return {
      points: Float64Array.from(await mapLatents(latents, size, 'umap', { onProgress, signal })),
      size: 2,
    };
  if (by === 'content') return contentPlaces(latents, size, MOST_AXES);
  const axes = principalAxes(latents, size, Math.min(size, MOST_AXES));
  let [told, count] = [0, 0];
  while (count < axes.shares.length && told < 1 - VARIANCE_LEFT) told += axes.shares[count++];
  const kept = {
    ...axes,
    axes: axes.axes.subarray(0, count * size),
    deviations: axes.deviations.subarray(0, count),
  };
  return { points: Float64Array.from(project(latents, kept)), size: count };
}

function fit(
  points: Float64Array,
  size: number,
  components: number,
  covariance: Covariance,
  { restarts, seed, signal }: ClusterRequest,
): Promise<FittedMixture> {
  const rng = createRng(seed, STREAM.classifier, components);
  return runToEnd(fitMixture(points, size, { components, covariance, restarts, rng }), signal);
}

/** Groups numbered by how many are in them; those that nothing is in are gone. */
function largestFirst(labels: Uint32Array): { groupOf: Uint32Array; count: number } {
  const sizes = new Map<number, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const order = [...sizes].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([label]) => label);
  const rank = new Map(order.map((label, i) => [label, i]));
  return { groupOf: labels.map((label) => rank.get(label) ?? 0), count: order.length };
}

function agreementOf(entries: readonly DatasetEntry[], groupOf: Uint32Array): Record<string, number> {
  const columns = [...new Set(entries.flatMap(({ attributes }) => Object.keys(attributes ?? {})))];
  const known: [string, (entry: DatasetEntry) => string | number | null | undefined][] = [
    ['label', ({ label }) => label],
    ...columns.map(
      (name) => [name, ({ attributes }: DatasetEntry) => attributes?.[name]] as [string, (entry: DatasetEntry) => number | undefined], // prettier-ignore
    ),
  ];
  const out: Record<string, number> = {};
  for (const [name, valueOf] of known) {
    const rows = entries.flatMap((entry, i) => {
      const value = valueOf(entry);
      return value === null || value === undefined ? [] : [{ value, group: groupOf[i] }];
    });
    const kinds = new Set(rows.map(({ value }) => value)).size;
    if (kinds < 2 || kinds > MOST_KINDS) continue;
    out[name] = adjustedRandIndex(
      rows.map(({ value }) => value),
      rows.map(({ group }) => group),
    );
  }
  return out;
}
