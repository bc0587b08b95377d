import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';
import type { Provenance } from '../../contract/provenance.ts';
import type { ExportFormat } from '../../contract/studio/api.ts';
import type { Timeline, TimelineRecipe } from '../../contract/timeline.ts';
import type { Frame } from '../export/frame.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { tuneDecoder } from '../latent/tune.ts';
import { writeAnimation, type WrittenAnimation } from '../node/encoders/animation.ts';
import { sheet } from '../node/encoders/compose.ts';
import { writeStill } from '../node/encoders/still.ts';
import { fileName } from '../node/file-name.ts';
import { exists } from '../node/files.ts';
import { FittedStudio } from './fitted.ts';
import { timelineFrames } from './frames.ts';
import type { PictureReference } from './material.ts';
import { openMaterial } from './pictures.ts';
import type { TimelinePlan } from './plan.ts';
import type { ReadRecipe } from './recipe.ts';
import type { Hooks } from './timeline.ts';

export interface TimelineExport extends Hooks {
  readonly instrument: OpenedInstrument;
  readonly timeline: Timeline;
  /** Pictures that are not the project's, or were not cropped as it crops now. */
  readonly pictures?: readonly PictureReference[];
  /** Size of the frames, as a multiple of the model's pictures; 1 when left out. */
  readonly scale?: number;
  /** Recorded; nothing in a morph is drawn at random. */
  readonly seed?: number;
  /** `.gif`, `.webp`, a folder (ends with a slash) for PNG frames, or `.png` for a sheet of them. */
  readonly out: string;
}

export interface WrittenTimeline extends WrittenAnimation {
  /** Absolute paths of the pictures in it, in the order in which they are met. */
  readonly pictures: readonly string[];
}

/** Makes a morph and writes it, with the whole timeline inside; the file is there when it is complete, or not at all. */
export async function exportTimeline(job: TimelineExport): Promise<WrittenTimeline> {
  const { instrument, timeline, scale = 1, seed = 0 } = job;
  return draw(job, ({ reference }) => {
    const ids = picturesOf(timeline);
    const recipe: TimelineRecipe = {
      kind: 'timeline',
      project: instrument.project.folder,
      pictures: [...new Set(ids)].map(reference).map(({ source, id, crop }) => ({ source, id, crop })),
      timeline,
      scale,
    };
    const model = { run: instrument.runId, hash: instrument.hash };
    return { morphloom: 1, model, seed, ...recipe };
  });
}

export interface TimelineRebuild extends Hooks {
  readonly instrument: OpenedInstrument;
  /** The file that carries the recipe. */
  readonly from: string;
  readonly recipe: ReadRecipe;
  readonly out: string;
}

export interface RebuiltTimeline extends WrittenTimeline {
  /** Whether the new file is the old one to the byte; null where they cannot be compared (folders, other formats). */
  readonly identical: boolean | null;
}

/**
 * Makes a morph again from the recipe in its file. Throws `input` when the model is no longer the one that it
 * was made with, or a picture is gone or has changed: what came out would be another morph.
 */
export async function rebuildTimeline(job: TimelineRebuild): Promise<RebuiltTimeline> {
  const { instrument, recipe, from, out } = job;
  const { timeline, pictures, scale, provenance } = recipe;
  if (provenance.model.hash !== instrument.hash) {
    throw new MorphloomError(
      'input',
      `"${from}" was made with another model than run "${instrument.runId}" of "${instrument.project.folder}" has now (it was trained on, or is another of the same name), so the same morph cannot be rebuilt; make a new one from the pictures instead.`,
    );
  }
  const comparable = path.extname(from).toLowerCase() === path.extname(out).toLowerCase();
  const before = comparable ? await fs.readFile(from).catch(() => null) : null;
  const written = await draw({ ...job, timeline, pictures, scale }, () => provenance);
  return { ...written, identical: before === null ? null : before.equals(await fs.readFile(written.path)) };
}

/**
 * Where an export of this name goes: a name that is taken gets a number.
 * @param folder the project's `exports/`
 * @param promised paths that are not there yet, but will be
 */
export async function exportPath(
  folder: string,
  name: string,
  format: ExportFormat,
  promised: ReadonlySet<string> = new Set(),
): Promise<string> {
  const ending = { gif: '.gif', webp: '.webp', sheet: '.png', frames: path.sep }[format];
  const safe = fileName(name);
  for (let number = 1; ; number++) {
    const file = path.join(folder, `${safe}${number === 1 ? '' : ` ${number}`}${ending}`);
    if (!promised.has(file) && !(await exists(file))) return file;
  }
}

const picturesOf = ({ keyframes }: Timeline): string[] =>
  keyframes.flatMap(({ place }) => (place.kind === 'picture' ? [place.id] : []));

/** A studio of its own for each export: what another one remembers may differ in the last bit. */
async function draw(
  { instrument, timeline, pictures = [], scale = 1, out, onProgress, signal }: TimelineExport,
  recipeOf: (material: { reference: (id: string) => PictureReference }) => Provenance,
): Promise<WrittenTimeline> {
  const material = await openMaterial(instrument, pictures);
  try {
    const provenance = recipeOf(material);
    const studio = new FittedStudio(instrument, material, (pictures, hooks) =>
      tuneDecoder(instrument, pictures, hooks),
    );
    const plan = await studio.plan(timeline, { onProgress, signal });
    const frames = timelineFrames(plan, { scale, signal });
    const options = { out, provenance, onProgress, signal };
    const written = /\.png$/i.test(out)
      ? await writeSheet(plan, frames, options)
      : await writeAnimation({
          frames,
          frameCount: plan.frameCount,
          framesPerSecond: plan.framesPerSecond,
          loop: timeline.loop !== 'none',
          out,
          provenance,
          ...(onProgress && { onProgress }),
          ...(signal && { signal }),
        });
    return { ...written, pictures: picturesOf(timeline).map((id) => material.reference(id).source) };
  } finally {
    material.close();
  }
}

/** More than these are not looked at one by one. */
const MOST_ON_SHEET = 240;

async function writeSheet(
  { frameCount, framesPerSecond }: TimelinePlan,
  frames: AsyncIterable<Frame>,
  { out, provenance, onProgress }: Hooks & { readonly out: string; readonly provenance: Provenance },
): Promise<WrittenAnimation> {
  const every = Math.ceil(frameCount / MOST_ON_SHEET);
  const shown: Frame[] = [];
  let done = 0;
  for await (const frame of frames) {
    if (done % every === 0) shown.push(frame);
    onProgress?.({ stage: 'Drawing frames', done: ++done, total: frameCount, unit: 'frames' });
  }
  const columns = Math.ceil(Math.sqrt(shown.length));
  const rows = Array.from({ length: Math.ceil(shown.length / columns) }, (_, row) =>
    shown.slice(row * columns, (row + 1) * columns),
  );
  const written = await writeStill({ frame: await sheet({ rows }), out, provenance });
  const notes = every === 1 ? [] : [`The sheet shows one frame of every ${every}.`];
  return { ...written, frames: shown.length, seconds: frameCount / framesPerSecond, notes };
}
