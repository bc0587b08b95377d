import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError, throwIfCancelled } from '../../../contract/errors.ts';
import type { OnProgress } from '../../../contract/progress.ts';
import { encodeProvenance, type Provenance } from '../../../contract/provenance.ts';
import { checkAnimationSize, checkFrame, flatColour, type Frame } from '../../export/frame.ts';
import { createPace, GIF_CLOCK, WEBP_CLOCK } from '../../export/timing.ts';
import { describeWriteFailure } from '../files.ts';
import { openFrameFolder } from './folder.ts';
import { openGif, openWebp } from './movie.ts';
import { type Kernel, resizeFrame } from './pixels.ts';
import type { FrameSink, SinkSettings } from './sink.ts';
import { openDraft } from './target.ts';

export interface AnimationOptions {
  /** All of one size. With 4 channels the animation has alpha (GIF: a pixel is seen or not). */
  readonly frames: Iterable<Frame> | AsyncIterable<Frame>;
  /** How many frames there will be, if known: for the progress. */
  readonly frameCount?: number;
  /** 0.1 to 240. GIF plays 50 at most, WebP 90: above, frames are left out and the duration is kept. */
  readonly framesPerSecond: number;
  /** True repeats for ever, false plays once. */
  readonly loop: boolean;
  /** `.gif`, `.webp`, or a folder for PNG frames (ends with a slash, or has no extension). */
  readonly out: string;
  /** Enlarges (or reduces) by this factor; 1 when left out. */
  readonly scale?: number;
  /** How pictures are scaled: `lanczos3` (the default) is smooth, `nearest` keeps pixels square. */
  readonly kernel?: Kernel;
  readonly provenance: Provenance;
  /** Writes an animation even though nothing but one colour is seen in it. */
  readonly allowFlat?: boolean;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface WrittenAnimation {
  readonly path: string;
  readonly bytes: number;
  /** How many frames are shown. */
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** How long it plays. */
  readonly seconds: number;
  /** What the user should know about the file, in sentences; mostly nothing. */
  readonly notes: readonly string[];
}

/** A folder of frames has no time in it: nothing is left out. */
const FOLDER_CLOCK = { ticksPerSecond: 1000, maxFramesPerSecond: 240 };

type Format = 'gif' | 'webp' | 'folder';

function formatOf(out: string): Format {
  if (/[\\/]$/.test(out)) return 'folder';
  const extension = path.extname(out).toLowerCase();
  if (extension === '.gif') return 'gif';
  if (extension === '.webp') return 'webp';
  if (extension === '') return 'folder';
  throw new MorphloomError(
    'usage',
    `"${out}": no animation can be written as ${extension}; choose .gif, .webp, or a folder (ending with a slash) for PNG frames.`,
  );
}

/**
 * Writes an animation with its recipe inside. The file appears under its name when it is complete, and not
 * before; memory does not grow with its length. Throws `usage` for a name, rate or size that is not possible
 * or a name that is taken by something else, `input` when there are no frames or nothing to be seen in them.
 */
export async function writeAnimation(options: AnimationOptions): Promise<WrittenAnimation> {
  const { out, frames, framesPerSecond, loop, provenance, onProgress, signal } = options;
  const format = formatOf(out);
  const recipe = encodeProvenance(provenance);
  const clock = { gif: GIF_CLOCK, webp: WEBP_CLOCK, folder: FOLDER_CLOCK }[format];
  const pace = createPace(framesPerSecond, clock);
  const { scale = 1 } = options;
  if (!(scale > 0 && Number.isFinite(scale))) {
    throw new MorphloomError('usage', `A scale of ${scale} is not possible; choose a number above 0.`);
  }
  throwIfCancelled(signal);
  const draft = await openDraft(out, format === 'folder' ? 'folder' : 'file');
  let written = 0;
  const report = (done = written): void => {
    written = done;
    onProgress?.({ stage: 'Writing frames', done, total: options.frameCount ?? null, unit: 'frames' });
  };
  let sink: FrameSink | null = null;
  try {
    let first: Frame | null = null;
    let flat: string | null = null;
    let given = 0;
    let shown = 0;
    for await (const frame of frames) {
      throwIfCancelled(signal);
      checkFrame(frame);
      if (given === 0) flat = flatColour(frame)?.join() ?? null;
      else if (flat !== null && flatColour(frame)?.join() !== flat) flat = null;
      if (pace.keeps(given++)) {
        const shownFrame = await scaled(frame, options);
        first ??= shownFrame;
        checkAlike(shownFrame, first, given - 1);
        sink ??= await open(format, draft.path, first, { pace, loop, recipe, signal, onWritten: report });
        await sink.add(shownFrame);
        shown++;
      }
      report();
    }
    if (sink === null || first === null) {
      throw new MorphloomError('input', `"${out}" was not written: there are no frames to show.`);
    }
    if (flat !== null && options.allowFlat !== true) {
      throw new MorphloomError(
        'input',
        `"${out}" was not written: every frame is the same flat colour (${flat}); check the model and the pictures that it was made from.`,
      );
    }
    await sink.finish();
    throwIfCancelled(signal);
    await sink.close();
    sink = null;
    const bytes = await sizeOnDisk(draft.path);
    await draft.commit();
    return {
      path: path.resolve(out),
      bytes,
      frames: shown,
      width: first.width,
      height: first.height,
      seconds: shown / pace.framesPerSecond,
      notes: pace.note === null ? [] : [pace.note],
    };
  } catch (cause) {
    throw describeWriteFailure(out, cause);
  } finally {
    await sink?.close();
    await draft.discard();
  }
}

async function open(format: Format, draft: string, first: Frame, settings: SinkSettings): Promise<FrameSink> {
  if (format === 'folder') return openFrameFolder(draft, settings);
  return format === 'gif' ? openGif(draft, first, settings) : openWebp(draft, first, settings);
}

function checkAlike(frame: Frame, first: Frame, index: number): void {
  if (frame.width !== first.width || frame.height !== first.height || frame.channels !== first.channels) {
    throw new RangeError(
      `Frame ${index} is ${frame.width} × ${frame.height} × ${frame.channels}, the first is ${first.width} × ${first.height} × ${first.channels}.`,
    );
  }
}

async function scaled(frame: Frame, { scale = 1, kernel = 'lanczos3' }: AnimationOptions): Promise<Frame> {
  const width = Math.max(1, Math.round(frame.width * scale));
  const height = Math.max(1, Math.round(frame.height * scale));
  checkAnimationSize(width, height, frame.channels);
  return resizeFrame(frame, width, height, kernel);
}

async function sizeOnDisk(file: string): Promise<number> {
  const stat = await fs.stat(file);
  if (!stat.isDirectory()) return stat.size;
  const names = await fs.readdir(file);
  const sizes = await Promise.all(names.map(async (name) => (await fs.stat(path.join(file, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
