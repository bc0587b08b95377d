import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Encoding, ExportEstimate } from '../../../contract/encoding.ts';
import { MorphloomError } from '../../../contract/errors.ts';
import { encodeProvenance, type Provenance } from '../../../contract/provenance.ts';
import type { Frame } from '../../export/frame.ts';
import { findRung } from '../../export/ladder.ts';
import { createPace } from '../../export/timing.ts';
import { sizeOnDisk } from '../files.ts';
import { type AnimationFormat, formatOf } from './formats.ts';
import { gaveUp, rungsFor } from './limit.ts';
import { encodePass, type Passed, type PassSettings } from './pass.ts';
import { framesInSegment } from './segments.ts';
import type { FilmEncoder } from './film-encoder.ts';

export interface EstimateOptions {
  /** Frames that follow each other, from several places of the whole, each run with two at least. */
  readonly runs: readonly (readonly Frame[])[];
  /** How many frames the whole has. */
  readonly frameCount: number;
  readonly framesPerSecond: number;
  readonly loop: boolean;
  /** As `writeAnimation` takes it; only its ending counts. */
  readonly out: string;
  readonly encoding: Encoding;
  readonly maxBytes?: number | undefined;
  readonly provenance: Provenance;
  /** As `writeAnimation` takes it. */
  readonly film?: FilmEncoder | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How far apart the pictures are that are encoded by themselves, in film. */
const FILM_KEY_EVERY = 250;
/** By how much estimates are off at least: what film makes of a few frames says little of what it makes of many. */
const LEAST_ERROR = 0.15;
const LEAST_ERROR_OF_FILM = 0.5;

/**
 * About how large an animation will be, by encoding a sample of its frames: of each run its first frame alone,
 * and all of it, as most formats keep a first frame whole and of the others only what has changed.
 */
export async function estimateAnimation(options: EstimateOptions): Promise<ExportEstimate> {
  const { encoding, framesPerSecond, loop, provenance, signal, maxBytes, runs } = options;
  const format = formatOf(options.out);
  const settings: PassSettings = {
    format,
    framesPerSecond,
    plays: encoding.plays ?? (loop ? 0 : 1),
    scale: 1,
    kernel: 'lanczos3',
    provenance: () => provenance,
    onWritten: () => undefined,
    signal,
    film: options.film,
  };
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-estimate-'));
  try {
    const sample = (asked: Encoding): Promise<Sampled> => sampled(options, asked, settings, folder);
    const asked = await sample(encoding);
    if (maxBytes === undefined || format.name === 'frames' || asked.bytes <= maxBytes)
      return shown(asked, []);
    const rungs = rungsFor(format.name, runs[0][0], encoding, settings);
    const known = new Map<number, Sampled>([[0, asked]]);
    const bytesOf = async (rung: number): Promise<number> => {
      const result = known.get(rung) ?? (await sample(rungs[rung]));
      known.set(rung, result);
      return result.bytes;
    };
    const found = await findRung({
      count: rungs.length,
      limit: maxBytes,
      estimate: bytesOf,
      attempt: bytesOf,
    });
    const chosen = 'rung' in found ? known.get(found.rung) : undefined;
    if (chosen === undefined) {
      const least = 'smallest' in found ? found.smallest : 0;
      return shown(asked, [
        `It cannot be made as small as that: about ${Math.ceil(least / 1000)} kB is the least that is worth looking at.`,
      ]);
    }
    return shown(chosen, gaveUp(encoding, chosen.passed, framesPerSecond));
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

interface Sampled {
  readonly bytes: number;
  /** One standard error of `bytes`. */
  readonly error: number;
  readonly passed: Passed;
  readonly frames: number;
  readonly seconds: number;
  readonly film: boolean;
}

function shown(
  { bytes, error, passed, frames, seconds, film }: Sampled,
  notes: readonly string[],
): ExportEstimate {
  const off = Math.max((film ? LEAST_ERROR_OF_FILM : LEAST_ERROR) * bytes, 1.65 * error);
  const { width, height } = passed;
  const whole = { bytes, least: Math.max(0, bytes - off), most: bytes + off };
  return {
    bytes: Math.round(whole.bytes),
    least: Math.round(whole.least),
    most: Math.round(whole.most),
    ...{ frames, width, height, seconds, notes },
  };
}

async function sampled(
  { runs, frameCount, provenance }: EstimateOptions,
  encoding: Encoding,
  settings: PassSettings,
  folder: string,
): Promise<Sampled> {
  const { format, plays, framesPerSecond } = settings;
  const pace = createPace(framesPerSecond, format.clock, encoding.framesPerSecond ?? Infinity);
  let frames = 0;
  for (let i = 0; i < frameCount; i++) if (pace.keeps(i)) frames++;
  const recipe = encodeProvenance(provenance).length;
  const file = path.join(folder, 'sample');
  const bytesOf = async (part: readonly Frame[]): Promise<{ bytes: number; passed: Passed }> => {
    await fs.rm(file, { recursive: true, force: true });
    if (format.name === 'frames') await fs.mkdir(file);
    const passed = await encodePass(inOrder(part), encoding, file, settings);
    return { passed, bytes: await sizeOnDisk(file) };
  };

  const keys: number[] = [];
  const inters: number[] = [];
  let passed: Passed | null = null;
  for (const run of runs) {
    const key = await bytesOf(run.slice(0, 1));
    const all = await bytesOf(run);
    passed = all.passed;
    keys.push(Math.max(0, key.bytes - recipe));
    inters.push(passed.frames > 1 ? (all.bytes - key.bytes) / (passed.frames - 1) : key.bytes - recipe);
  }
  if (passed === null) throw new MorphloomError('input', 'There are no frames to estimate a size from.');
  const whole = Math.min(frames, Math.ceil(frames / keyEvery(format, passed)));
  const often = format.repeats ? 1 : Math.max(1, plays);
  const [key, inter] = [mean(keys), mean(inters)];
  const bytes = recipe + often * (whole * key + (frames - whole) * inter);
  const error =
    (often * Math.hypot(whole * deviation(keys), (frames - whole) * deviation(inters))) /
    Math.sqrt(runs.length);
  const seconds = (often * frames) / pace.framesPerSecond;
  return { bytes, error, passed, frames: often * frames, seconds, film: !format.repeats };
}

/** Every how many frames one is whole. */
function keyEvery({ name }: AnimationFormat, { width, height }: Passed): number {
  if (name === 'gif' || name === 'webp') return framesInSegment({ width, height });
  if (name === 'apng') return Infinity;
  return name === 'frames' ? 1 : FILM_KEY_EVERY;
}

async function* inOrder(frames: readonly Frame[]): AsyncGenerator<Frame, void, undefined> {
  for (const frame of frames) yield await Promise.resolve(frame);
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const deviation = (values: readonly number[]): number =>
  values.length < 2
    ? 0
    : Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)) * (values.length / (values.length - 1)));
