import { execFileSync, spawnSync } from 'node:child_process';
import { findFfmpeg } from '../../../../src/engine/node/encoders/ffmpeg.ts';

/** Why tests of film are skipped; null where they are not. */
export async function whyNoFilm(): Promise<string | null> {
  const found = await findFfmpeg();
  if (found === null) return 'there is no ffmpeg here (on Debian: apt-get install ffmpeg)';
  if (spawnSync('ffprobe', ['-version']).status !== 0) return 'there is no ffprobe here';
  const lacks = Object.entries(found.encoders).find(([, encoder]) => encoder === null);
  return lacks === undefined ? null : `the ffmpeg here writes no ${lacks[0]}`;
}

interface Probed {
  readonly streams: readonly Record<string, unknown>[];
  readonly format: { readonly duration: string; readonly tags?: Record<string, string> };
}

/** What ffprobe says of a file, every frame counted. */
export function probe(file: string): Probed {
  const asked = ['-show_streams', '-show_format', '-count_frames', '-of', 'json'];
  return JSON.parse(execFileSync('ffprobe', ['-v', 'error', ...asked, file]).toString()) as Probed;
}

/** All frames of a film as RGBA, below each other, by another conversion of colours than the one that wrote it. */
export function decodeFilm(file: string, decoder?: string): Uint8Array {
  const input = decoder === undefined ? [] : ['-c:v', decoder];
  const out = ['-f', 'rawvideo', '-pix_fmt', 'rgba', 'pipe:1'];
  const args = [
    '-v',
    'error',
    ...input,
    '-i',
    file,
    '-vf',
    'scale=in_color_matrix=auto:flags=lanczos',
    ...out,
  ];
  return execFileSync('ffmpeg', args, { maxBuffer: 1e9 });
}
