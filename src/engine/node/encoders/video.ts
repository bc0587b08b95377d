import { spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { MorphloomError, throwIfCancelled } from '../../../contract/errors.ts';
import { RECIPE_MARK } from '../../export/mark.ts';
import type { Frame } from '../../export/frame.ts';
import { needFfmpeg, type VideoFormat } from './ffmpeg.ts';
import type { FrameSink, OpenSink, SinkSettings } from './sink.ts';

/**
 * Film, by the `ffmpeg` of this machine: frames go into it raw, and it writes the file. Colours are converted by
 * BT.709, limited range, and tagged so, as players guess where there are no tags, and guess wrong.
 */
export const openVideo =
  (format: VideoFormat): OpenSink =>
  async (file, first, settings) => {
    const { file: program, encoder } = await needFfmpeg(format);
    const metadata = `${file}.meta`;
    await fs.writeFile(metadata, metadataOf(settings.recipe));
    const child = spawn(program, argumentsFor(format, encoder, file, metadata, first, settings), {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const { signal, onWritten } = settings;
    const stop = (): unknown => child.kill('SIGKILL');
    signal?.addEventListener('abort', stop, { once: true });

    let complaint = '';
    child.stderr.on('data', (text: Buffer) => (complaint = (complaint + text.toString()).slice(-4000)));
    child.stdout.on('data', (text: Buffer) => {
      const done = [...text.toString().matchAll(/^frame=\s*(\d+)/gm)].at(-1)?.[1];
      if (done !== undefined && !signal?.aborted) onWritten(Math.min(Number(done), added));
    });
    // A pipe that breaks says less than the program does about itself when it ends.
    child.stdin.on('error', () => undefined);
    const ended = new Promise<number | Error>((resolve) => {
      child.on('error', resolve);
      child.on('close', (code) => resolve(code ?? -1));
    });
    let added = 0;
    const checkEnd = (end: number | Error): void => {
      throwIfCancelled(signal);
      if (end !== 0) throw failure(format, end, complaint);
    };

    const sink: FrameSink = {
      add: async (frame) => {
        throwIfCancelled(signal);
        const accepted = new Promise<null>((resolve) => {
          child.stdin.write(frame.data, () => resolve(null));
        });
        const end = await Promise.race([accepted, ended]);
        if (end !== null) {
          checkEnd(end);
          throw failure(format, -1, complaint);
        }
        added++;
      },
      finish: async () => {
        child.stdin.end();
        checkEnd(await ended);
        onWritten(added);
        const handle = await fs.open(file, 'r+');
        try {
          await handle.sync();
        } finally {
          await handle.close();
        }
      },
      close: async () => {
        signal?.removeEventListener('abort', stop);
        stop();
        await ended;
        await fs.rm(metadata, { force: true });
      },
    };
    return sink;
  };

const TAGS = 'color_primaries=bt709:color_trc=bt709:colorspace=bt709';

function argumentsFor(
  format: VideoFormat,
  encoder: string,
  file: string,
  metadata: string,
  { width, height, channels }: Frame,
  { pace, quality }: SinkSettings,
): string[] {
  const alpha = channels === 4;
  const rate = pace.framesPerSecond;
  const colours = [
    'scale=out_color_matrix=bt709:out_range=tv:flags=lanczos+accurate_rnd+full_chroma_int',
    `format=${alpha ? 'yuva420p' : 'yuv420p'}`,
    `setparams=range=tv:${TAGS}`,
  ];
  return [
    ...[
      '-hide_banner',
      '-loglevel',
      'error',
      '-nostats',
      '-progress',
      'pipe:1',
      '-stats_period',
      '0.2',
      '-y',
    ],
    ...['-f', 'rawvideo', '-pix_fmt', alpha ? 'rgba' : 'rgb24', '-video_size', `${width}x${height}`],
    ...['-framerate', String(rate), '-i', 'pipe:0'],
    ...['-f', 'ffmetadata', '-i', `file:${metadata}`, '-map', '0:v', '-map_metadata', '1'],
    ...['-vf', colours.join(','), '-c:v', encoder],
    ...encoding(encoder, quality, { pixelsPerSecond: width * height * rate, alpha }),
    ...['-color_range', 'tv', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
    // Bit-exact: no version and no time in the file, so that a rebuilt one is the same.
    ...['-fflags', '+bitexact', '-flags:v', '+bitexact'],
    ...(format === 'mp4' ? ['-movflags', '+faststart'] : []),
    ...['-f', format, `file:${file}`],
  ];
}

function encoding(
  encoder: string,
  quality: number,
  { pixelsPerSecond, alpha }: { pixelsPerSecond: number; alpha: boolean },
): string[] {
  if (encoder === 'libx264') {
    return ['-preset', 'slow', '-profile:v', 'high', '-crf', String(17 + (90 - quality) * 0.4)];
  }
  if (encoder === 'libvpx-vp9') {
    const crf = String(Math.round(Math.max(4, 22 + (90 - quality) * 0.5)));
    const effort = ['-deadline', 'good', '-cpu-used', '2', '-row-mt', '1'];
    return ['-crf', crf, '-b:v', '0', ...effort, ...(alpha ? ['-auto-alt-ref', '0'] : [])];
  }
  // The rest take a rate: bits a pixel that look as the qualities above do, for morphs.
  return ['-b:v', String(Math.round(pixelsPerSecond * 0.3 * 2 ** ((quality - 90) / 15)))];
}

/** The recipe as ffmpeg reads tags from a file: longer ones do not fit a command line. */
function metadataOf(recipe: string): string {
  const escaped = (RECIPE_MARK + recipe).replace(/[=;#\\\n]/g, (c) => `\\${c}`);
  return `;FFMETADATA1\ncomment=${escaped}\n`;
}

function failure(format: VideoFormat, end: number | Error, complaint: string): Error {
  const [why] = complaint.trim().split('\n').reverse();
  if (/No space left|disk (is )?full/i.test(complaint)) {
    return Object.assign(new Error(complaint), { code: 'ENOSPC' });
  }
  const said = end instanceof Error ? end.message : why || `it ended with ${end}`;
  return new MorphloomError(
    'environment',
    `ffmpeg did not write the .${format} (${said}); choose another format, or another build of ffmpeg.`,
  );
}
