import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';
import { type Clock, FREE_CLOCK, GIF_CLOCK, WEBP_CLOCK } from '../../export/timing.ts';
import { openApng } from './apng.ts';
import { openFrameFolder } from './folder.ts';
import { openGif, openWebp } from './movie.ts';
import type { OpenSink } from './sink.ts';
import { checkFilm, openFilm } from './film.ts';
import type { FilmEncoder } from './film-encoder.ts';

/** What is to be known about a kind of file that an animation can become. */
export interface AnimationFormat {
  readonly name: 'gif' | 'webp' | 'apng' | 'mp4' | 'webm' | 'frames';
  readonly clock: Clock;
  /** `binary`: a pixel is seen or it is not. */
  readonly alpha: 'full' | 'binary' | 'none';
  /** Whether it says how often it plays; film does not. */
  readonly repeats: boolean;
  /** Whether both sides must be even. */
  readonly even: boolean;
  readonly open: OpenSink;
}

const still = { repeats: true, even: false } as const;
const FORMATS: Readonly<Record<string, AnimationFormat>> = {
  '.gif': { ...still, name: 'gif', clock: GIF_CLOCK, alpha: 'binary', open: openGif },
  '.webp': { ...still, name: 'webp', clock: WEBP_CLOCK, alpha: 'full', open: openWebp },
  // Browsers take delays of APNG as they take those of WebP.
  '.apng': { ...still, name: 'apng', clock: WEBP_CLOCK, alpha: 'full', open: openApng },
  '.mp4': {
    name: 'mp4',
    clock: FREE_CLOCK,
    alpha: 'none',
    repeats: false,
    even: true,
    open: openFilm('mp4'),
  },
  '.webm': {
    name: 'webm',
    clock: FREE_CLOCK,
    alpha: 'full',
    repeats: false,
    even: false,
    open: openFilm('webm'),
  },
};
const FOLDER: AnimationFormat = {
  ...still,
  name: 'frames',
  clock: FREE_CLOCK,
  alpha: 'full',
  open: openFrameFolder,
};

/** The format that a name asks for. Throws `usage` for an ending that no animation has. */
export function formatOf(out: string): AnimationFormat {
  if (/[\\/]$/.test(out)) return FOLDER;
  const extension = path.extname(out).toLowerCase();
  if (extension === '') return FOLDER;
  const format = FORMATS[extension];
  if (format !== undefined) return format;
  throw new MorphloomError(
    'usage',
    `"${out}": no animation can be written as ${extension}; choose ${Object.keys(FORMATS).join(', ')}, or a folder (ending with a slash) for PNG frames.`,
  );
}

/** Refuses what could not be written in the end, before anything is drawn. Throws as `formatOf` and `checkFilm` do. */
export async function checkFormat(out: string, film?: FilmEncoder): Promise<void> {
  const { name } = formatOf(out);
  if (name === 'mp4' || name === 'webm') await checkFilm(name, film);
}
