import * as path from 'node:path';
import type { OnProgress } from '../../contract/progress.ts';
import { openDataset } from '../dataset/index.ts';
import {
  learnOddness,
  latentDistances,
  type Looked,
  lookClosely,
  type Oddity,
} from '../evaluate/outliers.ts';
import { fitLatentGaussian } from '../latent/aggregate.ts';
import { areaUnderCurve } from '../latent/attribute.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { runToEnd } from '../node/breathe.ts';
import type { TrainingPictures } from '../recipes/compose.ts';
import { type ModelPictures, readPictures } from './pictures.ts';
import { pick, thin } from './split.ts';

export interface OutlierRequest {
  /** Score the pictures of these files and folders; the project's own where absent. */
  readonly data?: readonly string[] | undefined;
  /** Samples of each picture's posterior. */
  readonly samples: number;
  /** Of more of the project's pictures so many, evenly spread. */
  readonly most: number;
  readonly seed: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ScoredPicture {
  readonly source: string;
  /** Null for a file that is not the project's. */
  readonly id: string | null;
  /** Of a file that is not the project's, its folder's name. */
  readonly label: string | null;
  /** Of all that were scored, 1 the oddest. */
  readonly rank: number;
  /** Robust standard deviations from the common run. */
  readonly score: number;
  readonly oddity: Oddity;
  /** log p(x | z), nats. */
  readonly reconstruction: number;
  /** Of the latent from where the pictures lie, standard deviations. */
  readonly distance: number;
  /** uint8, HWC. */
  readonly pixels: Uint8Array;
}

/** Scores pictures by how odd they are among the project's, the oddest first. */
export async function findOutliers(
  instrument: OpenedInstrument,
  request: OutlierRequest,
): Promise<ScoredPicture[]> {
  const { data, most } = request;
  const size = instrument.image.width * instrument.image.height * instrument.image.channels;
  const dataset = await openDataset(instrument.project.dataset);
  try {
    const indices = thin(
      dataset.entries.map((_, i) => i),
      most,
    );
    const known = pick(dataset, indices);
    const common = await look(instrument, known, 'Looking at the pictures', request);
    const where = fitLatentGaussian(common.mean, common.logVariance, instrument.latentSize);
    const signsOf = ({ mean, reconstruction }: Looked) => ({
      reconstruction,
      distance: latentDistances(mean, where),
    });
    const judge = learnOddness(signsOf(common));
    const strangers = data === undefined ? null : await readPictures(instrument, data, request);
    const scored = strangers === null ? known : packed(strangers, size);
    const looked =
      strangers === null ? common : await look(instrument, scored, 'Looking at the others', request);
    const signs = signsOf(looked);
    const places = judge(signs).map((oddness, i) => ({ oddness, i }));
    return places
      .sort((a, b) => b.oddness.score - a.oddness.score)
      .map(({ oddness, i }, place) => {
        const pixels = new Uint8Array(size);
        scored.readBatch([i], pixels);
        const own = strangers === null ? dataset.entries[indices[i]] : null;
        return {
          source: own?.source ?? strangers?.files[i] ?? '',
          id: own?.id ?? null,
          label: scored.labelOf?.(i) ?? null,
          rank: place + 1,
          ...oddness,
          reconstruction: signs.reconstruction[i],
          distance: signs.distance[i],
          pixels,
        };
      });
  } finally {
    dataset.close();
  }
}

/** How well pictures of a label are found among the others by each figure: areas under the ROC curve. */
export function howWellFound(
  pictures: readonly ScoredPicture[],
  label: string,
): { score: number; reconstruction: number; distance: number } {
  const by = (of: (picture: ScoredPicture) => number): number =>
    areaUnderCurve(pictures.map((picture) => ({ has: picture.label === label, score: of(picture) })));
  return {
    score: by(({ score }) => score),
    reconstruction: by(({ reconstruction }) => -reconstruction),
    distance: by(({ distance }) => distance),
  };
}

/** Pictures in memory as a set, labelled by their folders. */
function packed({ pixels, files }: ModelPictures, size: number): TrainingPictures {
  return {
    count: files.length,
    labelOf: (i) => path.basename(path.dirname(files[i])),
    readBatch: (indices, out) => {
      for (let i = 0; i < indices.length; i++)
        out.set(pixels.subarray(indices[i] * size, (indices[i] + 1) * size), i * size);
    },
  };
}

function look(
  { model, weights }: OpenedInstrument,
  pictures: TrainingPictures,
  stage: string,
  { samples, seed, onProgress, signal }: OutlierRequest,
): Promise<Looked> {
  return runToEnd(lookClosely(model, weights, pictures, samples, seed), signal, (done) =>
    onProgress?.({ stage, done, total: pictures.count, unit: 'pictures' }),
  );
}
