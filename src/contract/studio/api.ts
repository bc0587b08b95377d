import { z } from 'zod';
import { cropRectangleSchema, cropSchema, imageFormatSchema, type SetAside } from '../dataset.ts';
import { eyesSchema, faceSettingsSchema } from '../faces.ts';
import { encodingSchema, type ExportEstimate } from '../encoding.ts';
import { FEWEST_POINTS, MOST_POINTS, WALK_TEMPERATURE } from '../morph.ts';
import { pictureIdSchema, placeSchema, timelineSchema, type Timeline } from '../timeline.ts';
import type { TrainingLine } from '../training.ts';
import { FILM_FORMATS } from './films.ts';
import type {
  EncodedPicture,
  EngineState,
  FolderListing,
  Job,
  OddPicture,
  PictureState,
  Pixels,
  ProjectState,
  RecentProject,
  RecipeCard,
  ToldAttribute,
  TrainingLook,
} from './state.ts';

/** One thing that a client may ask of the engine. The input is checked at the engine's door; the output is typed only. */
export interface Procedure<Input extends z.ZodType, Output> {
  readonly input: Input;
  /** Never there at run time: it carries the type. */
  readonly output?: Output;
}

const ask =
  <Output>() =>
  <Shape extends z.ZodRawShape>(shape: Shape): Procedure<z.ZodObject<Shape, z.core.$strict>, Output> => ({
    input: z.strictObject(shape),
  });

const folder = z.string().min(1).max(4096);
const project = folder;
const name = z.string().trim().min(1).max(200);
const run = z.string().min(1).max(400).nullable().default(null);
const names = z.array(name).max(64).default([]);
const ids = z.array(pictureIdSchema).min(1).max(100_000);
const count = z.int().min(1).max(1000);
const latents = z.custom<Float32Array>((value) => value instanceof Float32Array, 'must be float32 numbers');
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'must be bytes');
const ofModel = { project, run };

export const budgetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('steps'), steps: z.int().min(1) }),
  z.strictObject({ kind: z.literal('epochs'), epochs: z.number().positive() }),
  z.strictObject({ kind: z.literal('minutes'), minutes: z.number().positive() }),
]);

export const EXPORT_FORMATS = ['gif', 'webp', 'apng', 'mp4', 'webm', 'frames', 'sheet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const exportSettingsSchema = z.strictObject({
  format: z.enum(EXPORT_FORMATS),
  /** Size of the frames, as a multiple of the model's pictures, where `side` is null. */
  scale: z.number().min(1).max(16).default(1),
  /** The file's name, without its ending; one that is taken gets a number. */
  name,
  ...encodingSchema.shape,
  /** No file may be larger: what is seen least is given up, and the job's notes say what. Frames and sheets take none. */
  maxBytes: z.int().min(1).nullable().default(null),
  /** Puts faces back on the whole photo of this picture, a keyframe's that is aligned; the photo is then the frame. */
  onto: pictureIdSchema.nullable().default(null),
});
export type ExportSettings = z.infer<typeof exportSettingsSchema>;

/**
 * All that the engine offers to a window, whichever door it came through. Names are `<what>.<verb>`; what
 * takes long is a job: it is started here, and reported on the topic `jobs` until it ends.
 */
export const procedures = {
  'engine.hello': ask<EngineState>()({}),
  /** Readies the backend, if it is not; a client calls it so that the first drag need not wait. */
  'engine.warmUp': ask<EngineState>()({}),
  /** The folders in a folder; without a path, the user's own. For windows without native dialogs. */
  'folders.list': ask<FolderListing>()({ path: folder.nullable().default(null) }),
  /** Begins to take in files from a browser; they go into a folder of the artist's beside the projects. */
  'uploads.begin': ask<{ upload: string; folder: string }>()({ name }),
  'uploads.file': ask<Record<never, never>>()({
    upload: z.string(),
    /** Path below the upload's folder, with slashes. */
    path: z.string().min(1).max(1024),
    bytes,
    /** Where these bytes begin: large files come in pieces, in order. */
    offset: z.int().min(0).default(0),
    /** Whether the file is whole with them. */
    last: z.boolean().default(true),
  }),

  'projects.recent': ask<readonly RecentProject[]>()({}),
  'projects.forget': ask<Record<never, never>>()({ project }),
  /** Makes a project, in the projects' folder unless another is given. A name that is taken gets a number. */
  'projects.create': ask<ProjectState>()({ name, folder: folder.nullable().default(null) }),
  /** A project of drawn pictures, to try things with: a job, whose `file` is the project's folder. */
  'projects.sample': ask<Job>()({ kind: z.enum(['faces', 'shapes']) }),
  'projects.open': ask<ProjectState>()({ project }),
  'projects.close': ask<Record<never, never>>()({ project }),
  'projects.rename': ask<Record<never, never>>()({ project, name }),
  /** Becomes the one client that writes. */
  'projects.takeOver': ask<ProjectState>()({ project }),

  /** Makes the project hold the pictures of these folders and files: a job. Settings left out stay as they are. */
  'pictures.import': ask<Job>()({
    project,
    /** Null: those that it has. */
    sources: z.array(folder).min(1).max(10_000).nullable().default(null),
    /** Whether the sources come on top of those that it has. */
    add: z.boolean().default(false),
    format: imageFormatSchema.nullable().default(null),
    crop: cropSchema.nullable().default(null),
    /** Aligns pictures by their faces from now on, or no more; null leaves it as it is. */
    faces: z
      .union([faceSettingsSchema.partial(), z.literal('off')])
      .nullable()
      .default(null),
    labels: folder.nullable().default(null),
    /** Forgets the table of labels that it has: that a file is gone must not stop the import. */
    withoutLabels: z.boolean().default(false),
    keepDuplicates: z.boolean().nullable().default(null),
  }),
  'pictures.list': ask<{ total: number; pictures: readonly PictureState[] }>()({
    project,
    from: z.int().min(0),
    count,
    /** Only of this label; '' those without. */
    label: z.string().nullable().default(null),
    /** Only those whose name has this in it. */
    search: z.string().max(200).default(''),
    /** Only these, as far as they are there, in this order; whatever their label and name. */
    ids: ids.max(1024).nullable().default(null),
  }),
  /** The packed pixels, as the model sees them: at once there, for any number of pictures. */
  'pictures.pixels': ask<Pixels>()({ project, ids: ids.max(1024) }),
  /** The original, cropped as in the dataset, at about this side; kept on disk once made. */
  'pictures.thumbnails': ask<readonly EncodedPicture[]>()({
    project,
    ids: ids.max(64),
    side: z.int().min(16).max(1024),
  }),
  /** The original, uncropped, at most this wide and high: for cropping and for placing eyes; also of what was set aside and has an id. */
  'pictures.original': ask<EncodedPicture & { width: number; height: number }>()({
    project,
    id: pictureIdSchema,
    side: z.int().min(16).max(4096),
  }),
  'pictures.setAside': ask<{ total: number; files: readonly SetAside[] }>()({
    project,
    from: z.int().min(0),
    count,
  }),
  /**
   * Edits that outlive a new import; each gives a job that brings the dataset up to date. `restore` takes
   * files back that were set aside as duplicates, or by hand.
   */
  'pictures.edit': ask<Job>()({
    project,
    restore: z.array(folder).max(100_000).default([]),
    /** Takes the restoring of duplicates back: these files are compared with the others again. */
    unrestore: z.array(folder).max(100_000).default([]),
    remove: z.array(pictureIdSchema).max(100_000).default([]),
    /** A null label is none; it takes the place of that of the folder or table. */
    label: z
      .strictObject({ ids, label: z.string().max(200).nullable() })
      .nullable()
      .default(null),
    /** Null brings back the crop of the whole dataset. */
    crop: z
      .strictObject({ id: pictureIdSchema, rectangle: cropRectangleSchema.nullable() })
      .nullable()
      .default(null),
    /**
     * Aligns a picture by two eyes placed by hand, in any order, whether or not faces are aligned; also one that
     * was set aside for want of a face, by its `id` there. Null leaves them to be found. Eyes take the place of
     * a crop by hand, and a crop of eyes.
     */
    eyes: z.strictObject({ id: pictureIdSchema, eyes: eyesSchema.nullable() }).nullable().default(null),
  }),

  'recipes.list': ask<readonly RecipeCard[]>()({}),
  /** Trains a new model: a job. `settings` as `--set` takes them, by key. */
  'training.start': ask<Job>()({
    project,
    recipe: name,
    settings: z.record(z.string(), z.json()).default({}),
    budget: budgetSchema,
    seed: z.int().min(0).default(0),
  }),
  /** Goes on with a run from its last checkpoint: a job. */
  'training.resume': ask<Job>()({ project, run }),
  /** Figures after a step, thinned evenly to `most`. */
  'runs.lines': ask<readonly TrainingLine[]>()({
    project,
    run: z.string().min(1),
    after: z.int().min(0).default(0),
    most: z.int().min(2).max(10_000).default(2000),
  }),
  /** What the pictures of a run that was trained look like: as the topic `look` tells of one that trains. */
  'runs.look': ask<TrainingLook>()({ project, run: z.string().min(1) }),
  'runs.remove': ask<Record<never, never>>()({ project, run: z.string().min(1) }),

  'jobs.list': ask<readonly Job[]>()({}),
  'jobs.pause': ask<Job>()({ job: z.string() }),
  /** Goes on with a paused or an interrupted one. */
  'jobs.resume': ask<Job>()({ job: z.string() }),
  /** Training commits what it has, and ends; anything else is given up without a trace. */
  'jobs.stop': ask<Job>()({ job: z.string() }),
  /** Takes ended ones off the list. */
  'jobs.dismiss': ask<Record<never, never>>()({ job: z.string() }),

  /** Where the pictures lie, brought to two dimensions. `points` is `[n, 2]`, in [0, 1]; made once and kept. */
  'explore.map': ask<{ ids: readonly string[]; points: Float32Array; labels: readonly (string | null)[] }>()({
    ...ofModel,
    method: z.enum(['pca', 'umap']),
    most: z.int().min(2).max(20_000).default(4000),
  }),
  /** The directions in which the pictures differ most: `[count, z]`, each one standard deviation long. */
  'explore.directions': ask<{
    count: number;
    latentSize: number;
    directions: Float32Array;
    /** The part of all variance that each has, in [0, 1]. */
    shares: Float32Array;
    /** The middle of the pictures. */
    mean: Float32Array;
  }>()({ ...ofModel, count: z.int().min(1).max(256) }),
  'explore.samples': ask<{ latents: Float32Array; pictures: Pixels }>()({
    ...ofModel,
    count: z.int().min(1).max(256),
    temperature: z.number().min(0).max(3),
    from: z.enum(['pictures', 'mixture', 'prior']).default('pictures'),
    seed: z.int().min(0),
  }),
  /** Random places where the pictures lie, in the order of a closed loop through them: each is near the next. */
  'explore.walk': ask<{ latents: Float32Array; pictures: Pixels }>()({
    ...ofModel,
    count: z.int().min(FEWEST_POINTS).max(MOST_POINTS),
    temperature: z.number().min(0.01).max(3).default(WALK_TEMPERATURE),
    seed: z.int().min(0),
  }),
  /** The posterior means of pictures, `[n, z]`. */
  'explore.encode': ask<{ latents: Float32Array; latentSize: number }>()({ ...ofModel, ids: ids.max(1024) }),
  /** @remarks latents `[count, z]` */
  'explore.decode': ask<Pixels>()({ ...ofModel, latents, count: z.int().min(1).max(256) }),
  /** The pictures that lie nearest, by Euclidean distance of latents. */
  'explore.neighbours': ask<readonly { id: string; distance: number }[]>()({
    ...ofModel,
    place: placeSchema,
    count,
  }),
  'explore.reconstruct': ask<Pixels>()({ ...ofModel, ids: ids.max(256) }),
  /** The pictures that are unlike the others, the oddest first, as they are and as the model draws them. */
  'explore.outliers': ask<{
    pictures: readonly OddPicture[];
    originals: Pixels;
    drawn: Pixels;
    /** Of all that were looked at, the greatest first. */
    scores: Float32Array;
  }>()({
    ...ofModel,
    count: z.int().min(1).max(256).default(48),
    most: z.int().min(2).max(20_000).default(4000),
  }),
  /** Pictures that belong together, the largest group first; in each the most typical picture first. */
  'explore.groups': ask<{
    groups: readonly (readonly string[])[];
    /** Agreement with what is known of the pictures, by name; 1 is the same, 0 is chance. */
    agreement: Readonly<Record<string, number>>;
  }>()({
    ...ofModel,
    /** By the axes along which pictures differ most, or by their neighbourhoods. */
    by: z.enum(['axes', 'map']).default('axes'),
    /** How many; as many as the pictures speak for where null. */
    groups: z.int().min(2).max(64).nullable().default(null),
    most: z.int().min(2).max(20_000).default(4000),
  }),
  /**
   * Fills in what is missing of a picture, in several ways: the most probable first, then others that are probable,
   * and the latents of each.
   */
  'explore.complete': ask<{ latents: Float32Array; pictures: Pixels }>()({
    ...ofModel,
    id: pictureIdSchema,
    /** `[height, width]` of the model's pictures, not 0 where something is missing. */
    hole: bytes,
    count: z.int().min(1).max(16).default(6),
    seed: z.int().min(0).default(1),
  }),
  /** What a place shows, in words, as far as they are known. */
  'explore.tell': ask<{
    /** By a model that knows tags; null for another. */
    tags: { label: string | null; attributes: readonly ToldAttribute[] } | null;
    /** The labels of the nearest pictures that have one, the most frequent first; parts of 1. */
    nearby: readonly { label: string; part: number }[];
  }>()({ ...ofModel, place: placeSchema }),

  /** Learns an attribute from piles, a label, or a column of the table: a job. */
  'attributes.learn': ask<Job>()({
    ...ofModel,
    name,
    examples: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('piles'), with: ids, without: ids }),
      z.strictObject({ kind: z.literal('label'), label: z.string() }),
      z.strictObject({ kind: z.literal('column'), column: z.string() }),
    ]),
    method: z.enum(['mean', 'logistic']).nullable().default(null),
    /** Attributes of this model that are not to come along. */
    apart: names,
    /** Attributes of this model that are made equally frequent on both sides. */
    balance: names,
  }),
  /** Keeps a direction of `explore.directions`, from 1 on, as an attribute. */
  'attributes.keepDirection': ask<Record<never, never>>()({
    ...ofModel,
    name,
    direction: z.int().min(1).max(256),
    /** Whether its lower end is what the name says. */
    reversed: z.boolean().default(false),
  }),
  /** Frees an attribute of others, so that they do not come along; of none puts it back as it was learned. */
  'attributes.free': ask<Record<never, never>>()({ ...ofModel, name, of: names }),
  'attributes.remove': ask<Record<never, never>>()({ project, name }),
  /** An attribute as a file, for others who have the same model. */
  'attributes.save': ask<{ file: string; bytes: Uint8Array }>()({ ...ofModel, name }),
  /**
   * Takes an attribute from such a file; a name that is taken gets a number. Throws `input` for a file that is
   * none, or that belongs to another model.
   */
  'attributes.add': ask<{ name: string }>()({
    ...ofModel,
    /** The file's name, for what is said about it. */
    file: z.string().min(1).max(1024),
    bytes,
  }),
  /** A place moved along attributes, one picture for each factor that all amounts are multiplied by. */
  'attributes.sweep': ask<{ latents: Float32Array; pictures: Pixels }>()({
    ...ofModel,
    place: placeSchema,
    /** In standard deviations. */
    moves: z.array(z.strictObject({ name, amount: z.number().min(-10).max(10) })).max(64),
    factors: z.array(z.number().min(-10).max(10)).min(1).max(64),
  }),

  'morphs.load': ask<Timeline>()({ project, id: z.string() }),
  /** Writes a timeline; without an id, a new one. */
  'morphs.save': ask<{ id: string }>()({
    project,
    id: z.string().nullable().default(null),
    timeline: timelineSchema,
  }),
  'morphs.remove': ask<Record<never, never>>()({ project, id: z.string() }),
  /**
   * Begins to compute a timeline's frames, the quick way first. Asking for another timeline of the same
   * `slot` gives the one before up; slots belong to the client.
   */
  'preview.begin': ask<{
    preview: string;
    frames: number;
    width: number;
    height: number;
    framesPerSecond: number;
    /** The frame at which each keyframe is first met. */
    keyframesAt: readonly number[];
  }>()({ ...ofModel, slot: z.string().max(64), timeline: timelineSchema }),
  /**
   * Frames from one on, as soon as there is at least one that is better than `known` (0 none, 1 quick, 2
   * final); an empty answer says that all are final. RGBA, not premultiplied.
   */
  'preview.frames': ask<{
    quality: 0 | 1 | 2;
    from: number;
    pictures: Pixels;
    /** How far the final ones are, in [0, 1]. */
    done: number;
    /** As `preview.begin` told; where ways share their time they move a little once it is known how far the ways are. */
    keyframesAt?: readonly number[];
  }>()({
    preview: z.string(),
    from: z.int().min(0),
    most: z.int().min(1).max(512),
    known: z.union([z.literal(0), z.literal(1)]),
  }),
  'preview.end': ask<Record<never, never>>()({ preview: z.string() }),

  'exports.start': ask<Job>()({ ...ofModel, timeline: timelineSchema, settings: exportSettingsSchema }),
  /** About how large an export will be: a sample of its frames is drawn and encoded, which takes seconds. */
  'exports.estimate': ask<ExportEstimate>()({
    ...ofModel,
    timeline: timelineSchema,
    settings: exportSettingsSchema.omit({ name: true }),
  }),
  /** Which formats this machine writes; where one is missing, why, and what to do, as a sentence. */
  'exports.formats': ask<readonly { format: ExportFormat; why: string | null }[]>()({}),
  /** What this window's codecs encode, for the topic `films`; it holds until the line closes, or another offer is made. */
  'films.offer': ask<Record<never, never>>()({
    formats: z.array(z.enum(FILM_FORMATS)).max(FILM_FORMATS.length),
  }),
  /**
   * Frames of a film that this window was asked to encode: I420, or I420A, BT.709 in limited range, one behind
   * the other; fewer than `most` where they are large. Throws `usage` once it is no longer this window's.
   */
  'films.frames': ask<{ count: number; bytes: Uint8Array }>()({
    film: z.string(),
    from: z.int().min(0),
    most: z.int().min(1).max(64),
  }),
  /** A piece of the encoded file; pieces may come in any order, and again. */
  'films.write': ask<Record<never, never>>()({ film: z.string(), position: z.int().min(0), bytes }),
  /** The file is whole, or could not be encoded: then why, as a sentence. */
  'films.end': ask<Record<never, never>>()({ film: z.string(), error: z.string().max(1000).nullable() }),
  'exports.remove': ask<Record<never, never>>()({ project, name: z.string() }),
  /** A finished export's bytes, piece by piece: for windows on another machine. */
  'exports.read': ask<{ bytes: Uint8Array; total: number; type: string }>()({
    project,
    name: z.string(),
    offset: z.int().min(0),
    most: z
      .int()
      .min(1)
      .max(4 * 1024 * 1024),
  }),
} as const;

export type Procedures = typeof procedures;
export type Method = keyof Procedures;
/** As a client writes it: what has a default may be left out. */
export type Input<M extends Method> = z.input<Procedures[M]['input']>;
/** As the engine gets it, checked. */
export type Checked<M extends Method> = z.output<Procedures[M]['input']>;
export type Output<M extends Method> = NonNullable<Procedures[M]['output']>;

export const isMethod = (method: string): method is Method => Object.hasOwn(procedures, method);
