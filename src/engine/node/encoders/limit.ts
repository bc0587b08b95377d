import * as fs from 'node:fs/promises';
import type { Encoding } from '../../../contract/encoding.ts';
import { MorphloomError } from '../../../contract/errors.ts';
import type { OnProgress } from '../../../contract/progress.ts';
import type { Frame } from '../../export/frame.ts';
import { findRung, ladderOf, type LadderKind, type Rung } from '../../export/ladder.ts';
import { encodePass, type Passed, type PassSettings } from './pass.ts';
import { sizeOf } from './prepare.ts';
import type { Spool } from './spool.ts';

export interface Limited {
  readonly encoding: Encoding;
  readonly settings: PassSettings;
  readonly maxBytes: number;
  /** Where the result goes, and one for attempts. */
  readonly files: readonly [string, string];
  /** What it will be called, for errors. */
  readonly out: string;
  readonly onProgress: OnProgress | undefined;
}

/** Frames that are encoded for an estimate: runs of them, spread over the whole. */
const RUN = 16;
const RUNS = 3;

/**
 * Encodes frames so that the file is no larger than the limit, giving up what is seen least first. Throws
 * `usage` when the limit is below what is worth looking at.
 */
export async function encodeWithin(spool: Spool, limited: Limited): Promise<Passed> {
  const { encoding, settings, maxBytes, files, out, onProgress } = limited;
  const whole = (): AsyncIterable<Frame> => playedOften(spool, settings);
  const { name } = settings.format;
  if (maxBytes === Infinity || name === 'frames') return encodePass(whole(), encoding, files[0], settings);

  const rungs = rungsFor(name, spool.shape, encoding, settings);
  const quiet = { ...settings, onWritten: () => undefined };
  const attempts = new Map<number, Passed>();
  let kept: number | null = null;
  let tried = 0;
  const say = (): void =>
    onProgress?.({ stage: 'Meeting the limit of size', done: ++tried, total: null, unit: 'attempts' });

  const found = await findRung({
    count: rungs.length,
    limit: maxBytes,
    estimate: async (rung) => {
      say();
      return estimateRung(spool, rungs[rung], files[1], quiet);
    },
    attempt: async (rung) => {
      say();
      const passed = await encodePass(whole(), rungs[rung], files[1], settings);
      attempts.set(rung, passed);
      const { size } = await fs.stat(files[1]);
      if (size <= maxBytes) {
        await fs.rename(files[1], files[0]);
        kept = rung;
      }
      return size;
    },
  });
  if ('smallest' in found) throw tooSmall(out, maxBytes, found.smallest);
  const passed = attempts.get(found.rung);
  if (passed === undefined || kept !== found.rung) throw new RangeError('The best attempt was not kept.');
  return passed;
}

/** What was given up to meet a limit, in sentences. */
export function gaveUp(asked: Encoding, passed: Passed, framesPerSecond: number): string[] {
  const { encoding, width, height, frames, seconds } = passed;
  const given: string[] = [];
  if (encoding.quality !== asked.quality)
    given.push(`quality ${encoding.quality} instead of ${asked.quality}`);
  if (encoding.framesPerSecond !== asked.framesPerSecond) {
    given.push(
      `${round(frames / seconds)} frames a second instead of ${round(asked.framesPerSecond ?? framesPerSecond)}`,
    );
  }
  if (encoding.side !== asked.side) given.push(`${width} × ${height} pixels`);
  return given.length === 0 ? [] : [`To meet the limit of size: ${given.join(', ')}.`];
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** What may be asked for instead, each smaller than the one before. */
export function rungsFor(
  kind: LadderKind,
  shape: Spool['shape'],
  encoding: Encoding,
  settings: PassSettings,
): Encoding[] {
  const { width, height } = sizeOf(shape, { ...settings, encoding });
  const side = Math.max(width, height);
  const shown = Math.min(
    settings.framesPerSecond,
    settings.format.clock.maxFramesPerSecond,
    encoding.framesPerSecond ?? Infinity,
  );
  return ladderOf(kind, { quality: encoding.quality, framesPerSecond: shown, side }).map(
    ({ quality, rate, size }: Rung) => ({
      ...encoding,
      quality,
      framesPerSecond: rate === 1 ? encoding.framesPerSecond : shown * rate,
      side: size === 1 ? encoding.side : Math.max(1, Math.round(side * size)),
    }),
  );
}

/** About the size of the whole, by runs of frames that are spread over it; of short ones, by all of it. */
async function estimateRung(
  spool: Spool,
  encoding: Encoding,
  file: string,
  settings: PassSettings,
): Promise<number> {
  const sampled = RUNS * RUN;
  const all = spool.count <= 2 * sampled;
  const frames = all ? spool.read() : runsOf(spool);
  await encodePass(frames, encoding, file, settings);
  const { size } = await fs.stat(file);
  const times = settings.format.repeats ? 1 : Math.max(1, settings.plays);
  const overhead = overheadOf(settings, encoding);
  return overhead + (size - overhead) * times * (all ? 1 : spool.count / sampled);
}

async function* runsOf(spool: Spool): AsyncGenerator<Frame, void, undefined> {
  for (let run = 0; run < RUNS; run++) {
    const from = Math.round(((spool.count - RUN) * run) / (RUNS - 1));
    yield* spool.read(from, from + RUN);
  }
}

/** The recipe, and what every file has. */
function overheadOf({ provenance }: PassSettings, encoding: Encoding): number {
  return JSON.stringify(provenance(encoding)).length + 800;
}

/** Film has no word for how often it plays: the frames come again. */
async function* playedOften(
  spool: Spool,
  { format, plays }: PassSettings,
): AsyncGenerator<Frame, void, undefined> {
  const times = format.repeats ? 1 : Math.max(1, plays);
  for (let time = 0; time < times; time++) yield* spool.read();
}

function tooSmall(out: string, maxBytes: number, smallest: number): MorphloomError {
  return new MorphloomError(
    'usage',
    `"${out}" was not written: ${sizeText(maxBytes)} were allowed, and the smallest that is still worth looking at has ${sizeText(smallest)}; allow more, make it shorter, or choose a format that packs better (WebP, MP4).`,
  );
}

const sizeText = (bytes: number): string =>
  bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1000)} kB`;
