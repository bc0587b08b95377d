import type { Crop, ImageFormat, PictureCrop, SetAside } from '../dataset.ts';
import type { ErrorCode } from '../errors.ts';
import type { FaceSettings } from '../faces.ts';
import type { Progress } from '../progress.ts';
import type { TrainingLine } from '../training.ts';

export type { CropRectangle } from '../dataset.ts';

/** What computes, for the status bar. */
export interface EngineState {
  readonly version: string;
  /** Changes with each start of the engine: a client that sees another one has to ask for everything anew. */
  readonly session: string;
  /** Null until something had to be computed. */
  readonly backend: {
    readonly name: string;
    readonly version: string;
    readonly why: string;
    readonly threads: number;
    readonly notes: readonly string[];
  } | null;
  readonly residentBytes: number;
  /** Where new projects go unless another place is chosen. */
  readonly projectsFolder: string;
}

export type JobKind = 'import' | 'train' | 'learn-attribute' | 'export' | 'sample-project';

/**
 * - `interrupted`: the engine ended while it ran; what was committed is there, and it can be resumed.
 */
export type JobState =
  'queued' | 'running' | 'paused' | 'stopping' | 'done' | 'failed' | 'cancelled' | 'interrupted';

/** What a job is about, for a window to say it in its own words; `title` says the same in plain English. */
export type JobSubject =
  | { readonly kind: 'import' | 'edit'; readonly projectName: string }
  | {
      readonly kind: 'train';
      readonly projectName: string;
      /** The recipe's name, as in `RecipeCard`. */
      readonly recipe: string;
      /** Whether it goes on with a run that was begun before. */
      readonly resumed: boolean;
    }
  | { readonly kind: 'learn-attribute'; readonly projectName: string; readonly attribute: string }
  | {
      readonly kind: 'export';
      readonly projectName: string;
      /** The file's name with its ending; of a folder of frames, the folder's. */
      readonly file: string;
      readonly format: string;
    }
  | { readonly kind: 'sample-project'; readonly sample: 'faces' | 'shapes' };

/** A long piece of work. It belongs to the engine, not to the window that asked for it. */
export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  /** What it is, for people: "Training morph", "Exporting sunset.gif". */
  readonly title: string;
  /** Null of jobs that an earlier version left. */
  readonly subject: JobSubject | null;
  /** The folder of the project. */
  readonly project: string;
  readonly state: JobState;
  readonly progress: (Progress & { readonly etaSeconds?: number | undefined }) | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly error: { readonly code: ErrorCode | 'defect'; readonly message: string } | null;
  readonly canPause: boolean;
  /** Of training: the run, once it began. */
  readonly run: string | null;
  /** Of an export: the file, once it is there. Of a sample project: its folder. */
  readonly file: string | null;
  /** Sentences that the user should read, as they arose. */
  readonly notes: readonly string[];
}

export interface PicturesState {
  readonly count: number;
  readonly format: ImageFormat;
  readonly crop: Crop;
  /** How faces are aligned; null where they are not. */
  readonly faces: FaceSettings | null;
  readonly faceCounts: {
    /** Pictures that are aligned by a face that was found, and by eyes placed by hand. */
    readonly found: number;
    readonly byHand: number;
    /** Pictures that are not aligned. */
    readonly whole: number;
    /** Pictures that are aligned by the largest of several faces. */
    readonly several: number;
    /** Files that were set aside for want of a face. */
    readonly without: number;
  };
  /** The table that labels come from; null for none. It may be gone by now. */
  readonly labelTable: string | null;
  readonly labels: readonly string[];
  /** Columns of numbers that came with a table. */
  readonly columns: readonly string[];
  readonly setAside: number;
  readonly contentHash: string;
}

export interface RunState {
  readonly id: string;
  readonly recipe: string;
  /** The step of the newest checkpoint; 0 where there is none yet. */
  readonly step: number;
  readonly progress: number;
  readonly elapsedSeconds: number;
  /** Whether its pictures are still those of the project, so that it can go on. */
  readonly resumable: boolean;
  readonly finished: boolean;
  /** The newest figures on held-out pictures. */
  readonly validation: Readonly<Record<string, number>> | null;
}

export interface AttributeState {
  readonly name: string;
  /** `axis`: not learned, but a direction in which the pictures differ, kept under a name. */
  readonly method: 'mean' | 'logistic' | 'axis';
  readonly run: string;
  readonly with: number;
  readonly without: number;
  /** How well it tells pictures apart that it has not seen: .5 is chance, 1 is always. */
  readonly heldOutAuc: number | null;
  /** Whether it belongs to the model that the project's newest run has now. */
  readonly current: boolean;
  /** Which direction it was, from 1 on, and its part of all difference; null where it was learned. */
  readonly axis: { readonly number: number; readonly share: number } | null;
  /** Those that it is freed of, by name. */
  readonly apart: readonly string[];
  /** By how many standard deviations others of its model change where it changes by one, and would if it were freed of none. */
  readonly leaks: readonly { readonly name: string; readonly amount: number; readonly alone: number }[];
}

export interface MorphState {
  readonly id: string;
  readonly name: string;
  readonly keyframes: number;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
}

export interface ExportState {
  /** The file's name in the project's `exports/`, with its ending; of a folder of frames, the folder's. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly savedAt: number;
}

/** All of a project but its pictures' pixels. */
export interface ProjectState {
  readonly folder: string;
  readonly name: string;
  readonly sources: readonly string[];
  /** Null before the first import. */
  readonly pictures: PicturesState | null;
  readonly runs: readonly RunState[];
  readonly attributes: readonly AttributeState[];
  readonly morphs: readonly MorphState[];
  readonly exports: readonly ExportState[];
  /** Whether this client may change it: one writes at a time, the others look on. */
  readonly access: 'write' | 'read';
}

export interface RecentProject {
  readonly folder: string;
  readonly name: string;
  readonly pictures: number;
  readonly runs: number;
  readonly openedAt: number;
}

export interface PictureState {
  /** Its place in the dataset. */
  readonly index: number;
  readonly id: string;
  /** The file's name without the folder. */
  readonly name: string;
  readonly source: string;
  readonly label: string | null;
  readonly crop: PictureCrop;
  /** How many faces were found, where they were looked for; it is aligned by the largest, or by eyes placed by hand. */
  readonly faces?: number;
  /** Of the original, upright, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** Pictures as bytes: `[count, height, width, channels]`, uint8 sRGB, 1 grey, 3 colour, 4 with premultiplied alpha. */
export interface Pixels {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly bytes: Uint8Array;
}

/** A picture as a browser shows it. */
export interface EncodedPicture {
  readonly id: string;
  /** `image/webp`; null where it cannot be made any more (the file is gone): show the packed pixels instead. */
  readonly type: string | null;
  readonly bytes: Uint8Array;
}

/** Pictures as an import comes upon them; the set may still come to nothing. */
export interface Arrivals {
  readonly job: string;
  /** Pictures so far. */
  readonly count: number;
  /** The newest of them, a few dozen at most, the newest last. */
  readonly names: readonly string[];
  readonly pictures: Pixels;
  readonly setAsideCount: number;
  /** The newest files that were set aside, the newest last. */
  readonly setAside: readonly SetAside[];
}

/** The figures of a run as it trains; the newest only, `runs.lines` has the rest. */
export interface TrainingNow {
  readonly run: string;
  readonly line: TrainingLine;
}

/** What a run's pictures look like by now. */
export interface TrainingLook {
  readonly run: string;
  readonly step: number;
  /** Always the same pictures, first as they are, then as the model draws them. */
  readonly originals: Pixels;
  readonly reconstructions: Pixels;
  /** Always the same little morph. */
  readonly rehearsal: Pixels;
  /** Nats by latent dimension, largest first; empty for a deterministic code. */
  readonly ratePerDimension: Float32Array;
}

export interface RecipeCard {
  readonly name: string;
  /** What it is for, in one plain sentence. */
  readonly about: string;
  readonly source: string;
  readonly fields: readonly RecipeField[];
}

/** One setting of a recipe, for a form; `key` is what `--set` takes. */
export interface RecipeField {
  readonly key: string;
  readonly group: string;
  readonly label: string;
  readonly help: string;
  readonly value: number | string | boolean | readonly number[];
  readonly kind: 'number' | 'integer' | 'boolean' | 'choice' | 'integers';
  readonly least?: number | undefined;
  readonly most?: number | undefined;
  readonly choices?: readonly string[] | undefined;
}

export interface FolderListing {
  readonly path: string;
  /** Null at the top. */
  readonly parent: string | null;
  readonly folders: readonly {
    readonly name: string;
    readonly path: string;
    readonly project: boolean;
  }[];
  /** Pictures that lie directly in it, by their names' endings. */
  readonly pictures: number;
}

/** What is odd about a picture: harder or easier to draw than the others, or farther from or nearer to their middle. */
export type Oddity = 'harder' | 'easier' | 'farther' | 'nearer';

export interface OddPicture {
  readonly id: string;
  readonly label: string | null;
  /** Robust standard deviations from the common run. */
  readonly score: number;
  readonly oddity: Oddity;
}

/** A tag of a picture, as the model tells it. */
export interface ToldAttribute {
  readonly name: string;
  readonly value: number;
  /** The least and the greatest that the model knows; null for kinds without order. */
  readonly range: readonly [number, number] | null;
}

/** The tags that a model knows: labels, numbers within a range, and kinds without order. */
export interface KnownTags {
  readonly labels: readonly string[];
  readonly attributes: readonly (
    | { readonly name: string; readonly range: readonly [number, number] }
    | { readonly name: string; readonly kinds: readonly number[] }
  )[];
}
