import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';
import { type MorphRecipe, morphRecipeSchema, type MorphSettings } from '../../contract/morph.ts';
import type { OnProgress } from '../../contract/progress.ts';
import type { Provenance } from '../../contract/provenance.ts';
import { fewestFrames, type Loop } from '../../core/timeline.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { writeAnimation, type WrittenAnimation } from '../node/encoders/animation.ts';
import { readProvenance } from '../node/encoders/recipe.ts';
import { morphFrames } from './morph.ts';
import { type MorphPicture, picturesNamed, picturesReferred } from './pictures.ts';

interface Hooks {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface MorphExport extends Hooks {
  readonly instrument: OpenedInstrument;
  /** Two or more: files, or names of pictures of the project. */
  readonly pictures: readonly string[];
  readonly settings: MorphSettings;
  readonly seed: number;
  readonly out: string;
}

export interface WrittenMorph extends WrittenAnimation {
  /** Absolute paths. */
  readonly pictures: readonly string[];
  readonly settings: MorphSettings;
}

/**
 * Refuses what no morph can be made of, before anything is opened. Throws `usage`.
 * @param pictures how many
 */
export function checkMorph(pictures: number, { frames, loop }: { frames: number; loop: Loop }): void {
  if (pictures < 2) {
    const given = pictures === 1 ? 'only one was named' : 'none was named';
    throw new MorphloomError('usage', `A morph goes between two pictures or more; ${given}.`);
  }
  const fewest = fewestFrames(pictures, loop);
  if (frames < fewest) {
    throw new MorphloomError(
      'usage',
      `${frames} frames cannot show ${pictures} pictures; ask for ${fewest} at least.`,
    );
  }
}

/** Makes a morph and writes it, with the recipe inside. */
export async function exportMorph(job: MorphExport): Promise<WrittenMorph> {
  checkMorph(job.pictures.length, job.settings);
  const { instrument, settings } = job;
  const wants = { image: instrument.image, scale: settings.scale, dataset: instrument.project.dataset };
  const pictures = await picturesNamed(job.pictures, wants);
  const provenance: Provenance & MorphRecipe = {
    morphloom: 1,
    kind: 'morph',
    model: { run: instrument.runId, hash: instrument.hash },
    seed: job.seed,
    project: instrument.project.folder,
    pictures: pictures.map(({ source, id, crop }) => ({ source, id, crop })),
    settings,
  };
  return write(job, pictures, provenance, provenance);
}

/** The recipe of a morph's file. Throws `input` when it is no morph's, and as `readProvenance` does. */
export async function readMorphRecipe(file: string): Promise<Provenance & MorphRecipe> {
  const provenance = await readProvenance(file);
  if (provenance.kind !== 'morph') {
    throw new MorphloomError(
      'input',
      `"${file}" was made by "${provenance.kind}", not by a morph, so no morph can be rebuilt from it.`,
    );
  }
  const recipe = morphRecipeSchema.safeParse(provenance);
  if (!recipe.success) {
    const [issue] = recipe.error.issues;
    throw new MorphloomError(
      'corrupt',
      `The recipe embedded in "${file}" is damaged ("${issue.path.join('.')}": ${issue.message}); use an intact copy of the file.`,
    );
  }
  return { ...provenance, ...recipe.data };
}

export interface MorphRebuild extends Hooks {
  readonly instrument: OpenedInstrument;
  /** The file that carries the recipe. */
  readonly from: string;
  readonly recipe: Provenance & MorphRecipe;
  readonly out: string;
}

export interface RebuiltMorph extends WrittenMorph {
  /** Whether the new file is the old one to the byte; null where they cannot be compared (folders, other formats). */
  readonly identical: boolean | null;
}

/**
 * Makes a morph again from the recipe in its file. Throws `input` when the model is no longer the one that it
 * was made with, or a picture is gone or has changed: what came out would be another morph.
 */
export async function rebuildMorph(job: MorphRebuild): Promise<RebuiltMorph> {
  const { instrument, recipe, from, out } = job;
  checkMorph(recipe.pictures.length, recipe.settings);
  if (recipe.model.hash !== instrument.hash) {
    throw new MorphloomError(
      'input',
      `"${from}" was made with another model than run "${instrument.runId}" of "${instrument.project.folder}" has now (it was trained on, or is another of the same name), so the same morph cannot be rebuilt; make a new one from the pictures instead.`,
    );
  }
  const { settings } = recipe;
  const wants = { image: instrument.image, scale: settings.scale, dataset: instrument.project.dataset };
  const pictures = await picturesReferred(recipe.pictures, wants);
  const comparable = path.extname(from).toLowerCase() === path.extname(out).toLowerCase();
  const before = comparable ? await fs.readFile(from).catch(() => null) : null;
  const written = await write(job, pictures, recipe, recipe);
  return { ...written, identical: before === null ? null : before.equals(await fs.readFile(written.path)) };
}

async function write(
  { instrument, out, onProgress, signal }: Hooks & { instrument: OpenedInstrument; out: string },
  pictures: readonly MorphPicture[],
  { settings }: MorphRecipe,
  provenance: Provenance,
): Promise<WrittenMorph> {
  const { frames, framesPerSecond, loop, hold } = settings;
  const visits = fewestFrames(pictures.length, loop);
  const keyframes = pictures.map(({ keyframe }) => keyframe);
  const written = await writeAnimation({
    frames: morphFrames(instrument, keyframes, { ...settings, onProgress, signal }),
    frameCount: frames + hold * visits,
    framesPerSecond,
    loop: loop !== 'none',
    out,
    provenance,
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  });
  return { ...written, pictures: pictures.map(({ source }) => source), settings };
}
