import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';

export type VideoFormat = 'mp4' | 'webm';

/** A program that encodes film, as it was found on this machine. */
export interface Ffmpeg {
  readonly file: string;
  readonly version: string;
  /** The encoder for each format; null where this ffmpeg has none. */
  readonly encoders: Readonly<Record<VideoFormat, string | null>>;
}

/** The best first: those that take a quality rather than a rate. */
const ENCODERS: Readonly<Record<VideoFormat, readonly string[]>> = {
  mp4: ['libx264', 'libopenh264', 'h264_videotoolbox', 'h264_mf'],
  webm: ['libvpx-vp9'],
};
/** From here on it says often enough how far it is. */
const OLDEST = 4.4;
const WORKS_WITHOUT = 'GIF, WebP, APNG, PNG frames and sheets need none';

/** Looks for `ffmpeg` where FFMPEG points, or on the PATH. Null where there is none, or it does not start. */
export async function findFfmpeg(env: NodeJS.ProcessEnv = process.env): Promise<Ffmpeg | null> {
  const file = env['FFMPEG'] || (await onPath(env['PATH'] ?? ''));
  if (file === null) return null;
  const [version, encoders] = await Promise.all([ask(file, '-version'), ask(file, '-encoders')]);
  if (version === null || encoders === null) return null;
  const has = new Set([...encoders.matchAll(/^ V\S* (\S+)/gm)].map(([, name]) => name));
  const first = (format: VideoFormat): string | null =>
    ENCODERS[format].find((name) => has.has(name)) ?? null;
  return {
    file,
    version: /^ffmpeg version (\S+)/.exec(version)?.[1] ?? 'unknown',
    encoders: { mp4: first('mp4'), webm: first('webm') },
  };
}

/** Why a format cannot be written here, as one sentence; null where it can. */
export function whyNoVideo(format: VideoFormat, found: Ffmpeg | null): string | null {
  const codec = format === 'mp4' ? 'H.264 (libx264)' : 'VP9 (libvpx-vp9)';
  if (found === null) {
    return `.${format} is encoded by ffmpeg, and there is none on the PATH; install it (or set FFMPEG to its path) and try again; ${WORKS_WITHOUT}.`;
  }
  const number = /^n?(\d+\.\d+)/.exec(found.version)?.[1];
  if (number !== undefined && Number(number) < OLDEST) {
    return `The ffmpeg here is ${found.version}, and .${format} needs ${OLDEST} or newer; update it; ${WORKS_WITHOUT}.`;
  }
  if (found.encoders[format] === null) {
    return `The ffmpeg here (${found.file}) was built without an encoder for ${codec}, so it writes no .${format}; install a full build, or choose ${format === 'mp4' ? '.webm' : '.mp4'}; ${WORKS_WITHOUT}.`;
  }
  return null;
}

/** The ffmpeg that writes this format. Throws `environment`, with what to do and what works without. */
export async function needFfmpeg(format: VideoFormat): Promise<{ file: string; encoder: string }> {
  const found = await findFfmpeg();
  const why = whyNoVideo(format, found);
  const encoder = found?.encoders[format];
  if (why !== null || found === null || encoder == null) throw new MorphloomError('environment', why ?? '');
  return { file: found.file, encoder };
}

async function onPath(folders: string): Promise<string | null> {
  const name = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  for (const folder of folders.split(path.delimiter).filter(Boolean)) {
    const file = path.join(folder, name);
    const usable = await fs.access(file, fs.constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return file;
  }
  return null;
}

function ask(file: string, question: string): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(file, ['-hide_banner', question], { timeout: 20_000, maxBuffer: 1e7 }, (error, stdout) =>
      resolve(error === null ? stdout : null),
    );
  });
}
