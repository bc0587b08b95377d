import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { DEFAULT_ENCODING, type Encoding, type ExportEstimate } from '../../contract/encoding.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { MAX_SCALE } from '../../contract/morph.ts';
import type { Provenance } from '../../contract/provenance.ts';
import type { ExportFormat, ExportSettings } from '../../contract/studio/procedures/exports.ts';
import type { Timeline, TimelineRecipe } from '../../contract/timeline.ts';
import type { Frame } from '../export/frame.ts';
import { portablePath, portablePlaces } from '../export/portable.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { tunerOf } from '../latent/tune.ts';
import { writeAnimation, type WrittenAnimation } from '../node/encoders/animation.ts';
import { estimateAnimation } from '../node/encoders/estimate.ts';
import { checkFormat } from '../node/encoders/formats.ts';
import type { FilmEncoder } from '../node/encoders/film-encoder.ts';
import { fileName } from '../node/file-name.ts';
import { exists } from '../node/files.ts';
import { FittedStudio } from './fitted.ts';
import { timelineFrames } from './frames.ts';
import type { PictureReference } from './material.ts';
import { openMaterial } from './pictures.ts';
import { framesOnPhoto } from '../faces/put-back.ts';
import type { TimelinePlan } from './plan.ts';
import type { ReadRecipe } from './recipe.ts';
import { estimateSheet, writeSheet } from './sheet.ts';
import type { Hooks } from './timeline.ts';

export interface TimelineExport extends Hooks {
  readonly instrument: OpenedInstrument;
  readonly timeline: Timeline;
  /** Pictures that are not the project's, or were not cropped as it crops now. */
  readonly pictures?: readonly PictureReference[];
  /** Size of the frames, as a multiple of the model's pictures; as `encoding.side` needs it when left out, or 1. */
  readonly scale?: number | undefined;
  /** Puts the faces back on the whole photo of this picture, a keyframe's that is aligned. */
  readonly onto?: string | undefined;
  readonly encoding?: Encoding;
  /** As `writeAnimation` takes it. */
  readonly maxBytes?: number | undefined;
  /** As `writeAnimation` takes it. */
  readonly film?: FilmEncoder | undefined;
  /** Recorded; nothing in a morph is drawn at random. */
  readonly seed?: number;
  /** As `writeAnimation` takes it, or `.png` for a sheet of the frames. */
  readonly out: string;
}

export interface WrittenTimeline extends WrittenAnimation {
  /** Absolute paths of the pictures in it, in the order in which they are met. */
  readonly pictures: readonly string[];
}

/** Makes a morph and writes it, with the whole timeline inside; the file is there when it is complete, or not at all. */
export async function exportTimeline(job: TimelineExport): Promise<WrittenTimeline> {
  const scale = scaleOf(job);
  return draw({ ...job, scale }, (material) => recipeFor({ ...job, scale }, material));
}

function recipeFor(
  { instrument, timeline, scale, onto, seed = 0 }: TimelineExport & { readonly scale: number },
  { reference }: Pick<Opened, 'reference'>,
): (encoding: Encoding) => Provenance {
  const ids = [...new Set(picturesOf(timeline))];
  const { folder } = instrument.project;
  const pictures = ids
    .map(reference)
    .map(({ source, id, crop }) => ({ source: portablePath(source, folder), id, crop }));
  const project = path.basename(folder);
  const model = { run: instrument.runId, hash: instrument.hash };
  return (encoding) => {
    const recipe: TimelineRecipe = {
      kind: 'timeline',
      project,
      pictures,
      timeline,
      ...(onto !== undefined && { onto }),
      scale,
      encoding,
    };
    return { morphloom: 1, model, seed, ...recipe };
  };
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
  const { timeline, scale, onto, encoding, provenance } = recipe;
  const pictures = await Promise.all(
    recipe.pictures.map(async (picture) => {
      const [there, beside] = portablePlaces(picture.source, instrument.project.folder, from);
      return { ...picture, source: !(await exists(there)) && (await exists(beside)) ? beside : there };
    }),
  );
  if (provenance.model.hash !== instrument.hash) {
    throw new MorphloomError(
      'input',
      `"${from}" was made with another model than run "${instrument.runId}" of "${instrument.project.folder}" has now (it was trained on, or is another of the same name), so the same morph cannot be rebuilt; make a new one from the pictures instead.`,
    );
  }
  const comparable = path.extname(from).toLowerCase() === path.extname(out).toLowerCase();
  const before = comparable ? await fs.readFile(from).catch(() => null) : null;
  const written = await draw({ ...job, timeline, pictures, scale, onto, encoding }, () => () => provenance);
  return { ...written, identical: before === null ? null : before.equals(await fs.readFile(written.path)) };
}

const ENDINGS: Readonly<Record<ExportFormat, string>> = {
  gif: '.gif',
  webp: '.webp',
  apng: '.apng',
  mp4: '.mp4',
  webm: '.webm',
  frames: path.sep,
  sheet: '.png',
};

/** How a file of this format ends; a folder's name ends with a slash. */
export const endingOf = (format: ExportFormat): string => ENDINGS[format];

/** What a window asks of an export, as the exporter takes it. */
export function exportOf({
  scale,
  maxBytes,
  onto,
  ...asked
}: Omit<ExportSettings, 'name'>): Pick<TimelineExport, 'scale' | 'onto' | 'encoding' | 'maxBytes'> {
  const { quality, side, framesPerSecond, background, plays, columns } = asked;
  const encoding = { quality, side, framesPerSecond, background, plays, columns };
  return {
    scale: side === null ? scale : undefined,
    onto: onto ?? undefined,
    encoding,
    maxBytes: maxBytes ?? undefined,
  };
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
  const ending = endingOf(format);
  const safe = fileName(name);
  for (let number = 1; ; number++) {
    const file = path.join(folder, `${safe}${number === 1 ? '' : ` ${number}`}${ending}`);
    if (!promised.has(file) && !(await exists(file))) return file;
  }
}

const picturesOf = ({ keyframes }: Timeline): string[] =>
  keyframes.flatMap(({ place }) => (place.kind === 'picture' ? [place.id] : []));

/** What frames are drawn at: as `side` needs it, as far as the pictures' own detail may go, unless a scale is given. */
function scaleOf({ instrument, scale, encoding }: Drawing): number {
  const { width, height } = instrument.image;
  const side = encoding?.side ?? null;
  return scale ?? (side === null ? 1 : Math.min(MAX_SCALE, Math.max(1, side / Math.max(width, height))));
}

type Drawing = Pick<
  TimelineExport,
  | 'instrument'
  | 'timeline'
  | 'pictures'
  | 'scale'
  | 'onto'
  | 'encoding'
  | 'maxBytes'
  | 'film'
  | 'onProgress'
  | 'signal'
>;

/** A studio of its own for each export: what another one remembers may differ in the last bit. */
async function withStudio<T>(
  { instrument, pictures = [] }: Drawing,
  use: (studio: FittedStudio, material: Opened) => Promise<T>,
): Promise<T> {
  const material = await openMaterial(instrument, pictures);
  try {
    return await use(new FittedStudio(instrument, material, tunerOf(instrument)), material);
  } finally {
    material.close();
  }
}

type Opened = Awaited<ReturnType<typeof openMaterial>>;
type RecipeOf = (material: Pick<Opened, 'reference'>) => (encoding: Encoding) => Provenance;

/** A plan's frames, or a run of them, on the whole photo where that is asked for. */
function framesOf(
  plan: TimelinePlan,
  material: Opened,
  { instrument, onto, signal }: Drawing,
  scale: number,
  [from, to]: readonly [from: number, to: number] = [0, plan.frameCount],
): AsyncIterable<Frame> {
  const frames = timelineFrames(plan, { scale, from, to, signal });
  const { dataset } = instrument.project;
  return onto === undefined
    ? frames
    : framesOnPhoto(frames, { plan, material, picture: onto, scale, from, dataset, signal });
}

async function draw(job: Drawing & { readonly out: string }, recipeOf: RecipeOf): Promise<WrittenTimeline> {
  const { timeline, scale = 1, encoding = DEFAULT_ENCODING, maxBytes, film, out, onProgress, signal } = job;
  if (!isSheet(out)) await checkFormat(out, film);
  return withStudio(job, async (studio, material) => {
    const provenance = recipeOf(material);
    const plan = await studio.plan(timeline, { onProgress, signal });
    const frames = framesOf(plan, material, job, scale);
    const written = isSheet(out)
      ? await writeSheet(plan, frames, { out, encoding, provenance: provenance(encoding), onProgress })
      : await writeAnimation({
          frames,
          frameCount: plan.frameCount,
          framesPerSecond: plan.framesPerSecond,
          loop: timeline.loop !== 'none',
          out,
          encoding,
          maxBytes,
          film,
          provenance,
          ...(onProgress && { onProgress }),
          ...(signal && { signal }),
        });
    return { ...written, pictures: picturesOf(timeline).map((id) => material.reference(id).source) };
  });
}

const isSheet = (out: string): boolean => /\.png$/i.test(out);

/** Frames that are drawn for an estimate: so many places of the whole, so many at each. */
const PLACES = 3;
const FRAMES_AT_A_PLACE = 16;

/**
 * About how large an export will be, before it is made: a sample of its frames is drawn as a preview draws them
 * and encoded as the export would be. Throws as `exportTimeline` does.
 */
export function estimateTimeline(job: TimelineExport): Promise<ExportEstimate> {
  const { timeline, encoding = DEFAULT_ENCODING, maxBytes, film, out, signal } = job;
  const scale = scaleOf(job);
  return withStudio(job, async (studio, material) => {
    const plan = await studio.quick(timeline, { signal });
    const { frameCount, framesPerSecond } = plan;
    const runs: Frame[][] = [];
    const length = Math.min(FRAMES_AT_A_PLACE, frameCount);
    for (let place = 0; place < PLACES; place++) {
      const from = Math.round(((frameCount - length) * place) / (PLACES - 1));
      const run: Frame[] = [];
      const frames = framesOf(plan, material, job, scale, [from, from + length]);
      for await (const frame of frames) run.push(frame);
      runs.push(run);
    }
    if (isSheet(out)) {
      const about = await estimateSheet(runs.flat(), frameCount, encoding);
      const [least, most] = [0.8, 1.2].map((factor) => Math.round(factor * about.bytes)) as [number, number];
      return { ...about, least, most, seconds: frameCount / framesPerSecond, notes: [] };
    }
    const provenance = recipeFor({ ...job, scale }, material)(encoding);
    const loop = timeline.loop !== 'none';
    const frames = { runs, frameCount, framesPerSecond, loop };
    return estimateAnimation({ ...frames, out, encoding, maxBytes, provenance, film, signal });
  });
}
