import * as path from 'node:path';
import { DEFAULT_ENCODING, type Encoding } from '../../../contract/encoding.ts';
import { MorphloomError, throwIfCancelled } from '../../../contract/errors.ts';
import type { OnProgress } from '../../../contract/progress.ts';
import type { Provenance } from '../../../contract/provenance.ts';
import type { Frame } from '../../export/frame.ts';
import { describeWriteFailure, sizeOnDisk } from '../files.ts';
import { encodeWithin, gaveUp } from './limit.ts';
import { type AnimationFormat, formatOf } from './formats.ts';
import { encodePass, type Passed, type PassSettings } from './pass.ts';
import type { Kernel } from './pixels.ts';
import { losesAlpha } from './prepare.ts';
import { fillSpool } from './spool.ts';
import { openDraft } from './target.ts';
import { type Watched, watch } from './watch.ts';
import type { FilmEncoder } from './film-encoder.ts';

export interface AnimationOptions {
  /** All of one size. With 4 channels the animation has alpha (GIF: a pixel is seen or not), where its format has it. */
  readonly frames: Iterable<Frame> | AsyncIterable<Frame>;
  /** How many frames there will be, if known: for the progress. */
  readonly frameCount?: number;
  /** 0.1 to 240. GIF plays 50 at most, WebP and APNG 90: above, frames are left out and the duration is kept. */
  readonly framesPerSecond: number;
  /** True repeats for ever, false plays once, where `encoding.plays` says nothing else. */
  readonly loop: boolean;
  /** `.gif`, `.webp`, `.apng`, `.mp4`, `.webm`, or a folder for PNG frames (ends with a slash, or has no extension). */
  readonly out: string;
  /** Enlarges (or reduces) by this factor where `encoding.side` is null; 1 when left out. */
  readonly scale?: number;
  /** How pictures are scaled: `lanczos3` (the default) is smooth, `nearest` keeps pixels square. */
  readonly kernel?: Kernel;
  readonly encoding?: Encoding;
  /** No file may be larger: what is seen least is given up until it fits, and the notes say what. */
  readonly maxBytes?: number | undefined;
  /** May depend on the encoding that the file got, which is another than the one asked for where a limit was to be met. */
  readonly provenance: Provenance | ((encoding: Encoding) => Provenance);
  /** Writes an animation even though nothing but one colour is seen in it. */
  readonly allowFlat?: boolean;
  /** What encodes film where there is no ffmpeg that does. */
  readonly film?: FilmEncoder | undefined;
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
  /** How long it plays, once. */
  readonly seconds: number;
  /** What the user should know about the file, in sentences; mostly nothing. */
  readonly notes: readonly string[];
}

/**
 * Writes an animation with its recipe inside. The file appears under its name when it is complete, and not
 * before; memory does not grow with its length. Throws `usage` for a name, rate, size or limit that is not
 * possible or a name that is taken by something else, `input` when there are no frames or nothing to be seen
 * in them, `environment` where film is asked for and there is no encoder for it.
 */
export async function writeAnimation(options: AnimationOptions): Promise<WrittenAnimation> {
  const { out, framesPerSecond, loop, onProgress, signal, frameCount, maxBytes } = options;
  const { encoding = DEFAULT_ENCODING, scale = 1, kernel = 'lanczos3' } = options;
  const format = formatOf(out);
  checkLimit(maxBytes, format, out);
  const plays = encoding.plays ?? (loop ? 0 : 1);
  const { provenance } = options;
  const tell =
    (stage: string) =>
    (done: number): void =>
      onProgress?.({ stage, done, total: frameCount ?? null, unit: 'frames' });
  const settings: PassSettings = {
    format,
    framesPerSecond,
    plays,
    scale,
    kernel,
    signal,
    film: options.film,
    provenance: typeof provenance === 'function' ? provenance : () => provenance,
    onWritten: tell('Writing frames'),
    onDrawn: tell('Drawing frames'),
  };
  throwIfCancelled(signal);
  const kind = format.name === 'frames' ? 'folder' : 'file';
  const draft = await openDraft(out, kind);
  const drafts = [draft];
  try {
    const watched = watch(options.frames, {
      framesPerSecond,
      loops: plays !== 1,
      out,
      allowFlat: options.allowFlat,
    });
    const playsAnew = !format.repeats && plays > 1;
    let result: Passed;
    if (maxBytes === undefined && !playsAnew) {
      result = await encodePass(watched.frames, encoding, draft.path, settings);
    } else {
      const spool = await openDraft(out, 'file');
      drafts.push(spool);
      const attempt = await openDraft(out, 'file');
      drafts.push(attempt);
      result = await encodeWithin(await fillSpool(spool.path, counted(watched.frames, options), signal), {
        encoding,
        settings,
        maxBytes: maxBytes ?? Infinity,
        files: [draft.path, attempt.path],
        out,
        onProgress,
      });
    }
    throwIfCancelled(signal);
    const bytes = await sizeOnDisk(draft.path);
    await draft.commit();
    const { frames, width, height, seconds } = result;
    const notes = notesOn(result, watched.result(), encoding, settings);
    return { path: path.resolve(out), bytes, frames, width, height, seconds, notes };
  } catch (cause) {
    throw describeWriteFailure(out, cause);
  } finally {
    for (const each of drafts) await each.discard();
  }
}

function checkLimit(maxBytes: number | undefined, { name }: AnimationFormat, out: string): void {
  if (maxBytes === undefined) return;
  if (!(maxBytes >= 1)) throw new MorphloomError('usage', `A limit of ${maxBytes} bytes is not possible.`);
  if (name === 'frames') {
    throw new MorphloomError(
      'usage',
      `"${out}" is a folder of lossless frames, which no limit of size applies to; choose a file, or leave the limit out.`,
    );
  }
}

async function* counted(
  frames: AsyncIterable<Frame>,
  { frameCount, onProgress }: AnimationOptions,
): AsyncGenerator<Frame, void, undefined> {
  let done = 0;
  for await (const frame of frames) {
    yield frame;
    onProgress?.({ stage: 'Drawing frames', done: ++done, total: frameCount ?? null, unit: 'frames' });
  }
}

/** What should be known about a file, in sentences. */
function notesOn(
  result: Passed,
  { warnings, channels }: Watched,
  asked: Encoding,
  settings: PassSettings,
): string[] {
  const { format } = settings;
  const notes = [...warnings, ...gaveUp(asked, result, settings.framesPerSecond)];
  if (result.paceNote !== null) notes.push(result.paceNote);
  if (losesAlpha(channels, { ...settings, encoding: asked })) {
    notes.push(
      `.${format.name} has no transparency: it lies on white; choose another with a background colour.`,
    );
  }
  return notes;
}
