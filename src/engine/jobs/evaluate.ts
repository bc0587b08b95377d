import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import type { OnProgress } from '../../contract/progress.ts';
import { importPictures, openDataset, type Dataset } from '../dataset/index.ts';
import {
  evaluateReconstruction,
  type LatentFigures,
  type ReconstructionFigures,
} from '../evaluate/reconstruction.ts';
import { adviseOnLatents } from '../evaluate/advice.ts';
import { estimateLogLikelihood } from '../evaluate/log-likelihood.ts';
import { withPrior } from '../latent/fitted-prior.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { runToEnd } from '../node/breathe.ts';
import { mixturePrior } from '../objective/mixture.ts';
import type { TrainingPictures } from '../recipes/compose.ts';
import { encodeDataset } from './pictures.ts';
import { fittedPrior, MOST_FITTED } from './sample.ts';
import { pick, splitPictures, thin } from './split.ts';

export interface EvaluationFigures extends ReconstructionFigures {
  /** log p(x) by importance sampling, nats, where it was asked for; null for a deterministic code. */
  readonly iwae?: number | null;
}

export interface EvaluationReport {
  readonly run: string;
  readonly step: number;
  readonly recipe: string;
  /** On pictures trained on (at most 1,000 of them, evenly spread). */
  readonly train: EvaluationFigures;
  /** On the given folder, else on the project's own held-out pictures; null where there are none. */
  readonly heldout: EvaluationFigures | null;
  readonly activeUnits: number;
  readonly latentSize: number;
  readonly rate: number;
  readonly ratePerDimension: readonly number[];
  /** Of a recipe with several groups of latents: the rate of each, from the top down, nats. */
  readonly ratePerGroup?: readonly number[];
  /** Of a recipe whose prior is fitted after training: what was fitted. The figures are under it. */
  readonly fittedPrior?: { readonly gaussians: number; readonly covariance: 'diagonal' | 'full' };
  /** What the figures say of the latents, in plain words. */
  readonly advice: string;
}

const MOST_TRAINING_PICTURES = 1000;

interface Options {
  /** Pictures that the model has not seen. */
  readonly data?: string | undefined;
  /** Estimates the log-likelihood too, with so many samples a picture. */
  readonly importanceSamples?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Measures a trained model on pictures it knows and pictures it does not. */
export async function evaluateInstrument(
  opened: OpenedInstrument,
  options: Options = {},
): Promise<EvaluationReport> {
  const dataset = await openDataset(opened.project.dataset);
  try {
    const split = splitPictures(dataset.entries, opened.run.recipe.validation);
    const known = pick(dataset, thin(split.training, MOST_TRAINING_PICTURES));
    const { afterwards } = opened.model;
    const fitted =
      afterwards === null
        ? null
        : await fittedPrior(
            opened,
            afterwards,
            // Not to those that it will be measured on.
            () => encodeDataset(opened, { ...options, most: MOST_FITTED, indices: split.training }),
            options.signal,
          );
    const instrument =
      fitted === null ? opened : { ...opened, model: withPrior(opened.model, mixturePrior(fitted.mixture)) };
    const { figures: train, latents } = await measure(
      instrument,
      known,
      'Looking at known pictures',
      options,
    );
    const heldout =
      options.data === undefined
        ? split.heldOut.length === 0
          ? null
          : (await measure(instrument, pick(dataset, split.heldOut), 'Looking at held-out pictures', options))
              .figures
        : await withFolder(
            options.data,
            dataset,
            options,
            async (unseen) =>
              (await measure(instrument, unseen, 'Looking at unseen pictures', options)).figures,
          );
    return {
      run: instrument.runId,
      step: instrument.step,
      recipe: instrument.run.recipe.name,
      train,
      heldout,
      activeUnits: latents.activeUnits,
      latentSize: instrument.latentSize,
      rate: train.rate,
      ratePerDimension: [...latents.ratePerDimension],
      ...(opened.model.groups.length > 1 && {
        ratePerGroup: sumByGroups(latents.ratePerDimension, opened.model.groups),
      }),
      ...(fitted !== null && {
        fittedPrior: { gaussians: fitted.mixture.weights.length, covariance: fitted.mixture.covariance },
      }),
      advice: adviseOnLatents(train, latents),
    };
  } finally {
    dataset.close();
  }
}

function sumByGroups(each: Float32Array, groups: readonly number[]): number[] {
  let from = 0;
  return groups.map((size) => each.subarray(from, (from += size)).reduce((a, b) => a + b, 0));
}

async function measure(
  instrument: OpenedInstrument,
  pictures: TrainingPictures,
  stage: string,
  options: Options,
): Promise<{ figures: EvaluationFigures; latents: LatentFigures }> {
  const { model, weights } = instrument;
  const measured = await runAll(
    evaluateReconstruction(model, weights, pictures, 0),
    { stage, total: pictures.count },
    options,
  );
  const samples = options.importanceSamples;
  if (samples === undefined) return measured;
  const likelihood =
    model.recipe.latent.kind === 'deterministic'
      ? null
      : await runAll(
          estimateLogLikelihood(model, weights, pictures, samples, 0),
          { stage: `${stage}, ${samples} times each`, total: pictures.count },
          options,
        );
  return { ...measured, figures: { ...measured.figures, iwae: likelihood?.mean ?? null } };
}

/** Runs what yields the pictures that are done, showing progress. */
const runAll = <T>(
  steps: Generator<number, T>,
  { stage, total }: { stage: string; total: number },
  { onProgress, signal }: Options,
): Promise<T> =>
  runToEnd(steps, signal, (done) => onProgress?.({ stage, done: Math.floor(done), total, unit: 'pictures' }));

/** Imports a folder as the project's pictures were, into a place that is gone afterwards. */
async function withFolder<T>(
  folder: string,
  like: Dataset,
  { onProgress, signal }: Options,
  use: (pictures: Dataset) => Promise<T>,
): Promise<T> {
  const into = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-eval-'));
  try {
    await importPictures({
      sources: [folder],
      into,
      format: like.format,
      crop: like.crop,
      keepDuplicates: true,
      onProgress,
      signal,
    });
    const dataset = await openDataset(into);
    try {
      return await use(dataset);
    } finally {
      dataset.close();
    }
  } finally {
    await fs.rm(into, { recursive: true, force: true });
  }
}
