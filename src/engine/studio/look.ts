import type { Pixels, TrainingLook } from '../../contract/studio/state.ts';
import { easing } from '../../core/easing.ts';
import { slerp } from '../../core/interpolate.ts';
import type { Dataset } from '../dataset/index.ts';
import { thin } from '../jobs/split.ts';
import type { TrainingView } from '../jobs/train.ts';
import type { Instrument, Latents } from '../latent/instrument.ts';
import { drawInPieces, encodeInPieces } from './gently.ts';

const SHOWN = 8;
/** There and back, so that it can be played over and over. */
const REHEARSAL_FRAMES = 24;
/** What the rates are measured on. */
const MEASURED = 64;
const FIRST_AFTER_MS = 2000;
const EVERY_MS = 5000;
/** A look may cost this part of the time that training takes. */
const SHARE = 0.05;

/** Looks at a model as it learns: early once, then every few seconds, as often as its cost allows. */
export class TrainingEye {
  #due = performance.now() + FIRST_AFTER_MS;
  #subject: Subject | null = null;

  /** @param giveWay called between the pieces of a look */
  constructor(
    private readonly tell: (look: TrainingLook) => void,
    private readonly giveWay: () => Promise<void>,
  ) {}

  /** Called between steps. */
  readonly glance = async (view: TrainingView): Promise<void> => {
    if (performance.now() >= this.#due) await this.look(view);
  };

  /** Looks now. */
  async look({ run, step, dataset, instrument }: TrainingView): Promise<void> {
    const started = performance.now();
    this.#subject ??= subjectOf(dataset);
    this.tell({ run: run.id, step, ...(await lookAt(instrument, this.#subject, this.giveWay)) });
    const cost = performance.now() - started;
    this.#due = started + cost + Math.max(EVERY_MS, cost / SHARE);
  }
}

/** The pictures that are looked at, always the same: those shown first. */
export interface Subject {
  readonly pixels: Uint8Array;
  readonly shown: number;
}

export function subjectOf(dataset: Dataset): Subject {
  const all = dataset.entries.map((_, i) => i);
  const shown = thin(all, SHOWN);
  const others = thin(
    all.filter((i) => !shown.includes(i)),
    MEASURED - shown.length,
  );
  const chosen = [...shown, ...others];
  const { width, height, channels } = dataset.format;
  const pixels = new Uint8Array(chosen.length * width * height * channels);
  dataset.readBatch(chosen, pixels);
  return { pixels, shown: shown.length };
}

/** @param giveWay called between the pieces */
export async function lookAt(
  instrument: Omit<Instrument, 'dispose'>,
  { pixels, shown }: Subject,
  giveWay: () => Promise<void>,
): Promise<Omit<TrainingLook, 'run' | 'step'>> {
  const { width, height, channels } = instrument.image;
  const z = instrument.latentSize;
  const latents = await encodeInPieces(instrument, pixels, giveWay);
  const own = (k: number): Float32Array => latents.mean.subarray(k * z, (k + 1) * z);
  const way = wayBetween(own(0), own(Math.floor(shown / 2)));
  const wanted = new Float32Array(shown * z + way.length);
  wanted.set(latents.mean.subarray(0, shown * z));
  wanted.set(way, shown * z);
  const size = width * height * channels;
  const { bytes: drawn } = await drawInPieces(instrument, wanted, giveWay);
  const picturesOf = (bytes: Uint8Array): Pixels => ({
    count: bytes.length / size,
    width,
    height,
    channels,
    bytes,
  });
  return {
    originals: picturesOf(pixels.slice(0, shown * size)),
    reconstructions: picturesOf(drawn.slice(0, shown * size)),
    rehearsal: picturesOf(thereAndBack(drawn.subarray(shown * size), size)),
    ratePerDimension: ratesOf(latents, z),
  };
}

/** The latents of half the rehearsal, both ends included. */
function wayBetween(from: Float32Array, to: Float32Array): Float32Array {
  const ease = easing('ease-in-out-sine');
  const steps = REHEARSAL_FRAMES / 2;
  const way = new Float32Array((steps + 1) * from.length);
  for (let i = 0; i <= steps; i++) {
    slerp(from, to, ease(i / steps), way.subarray(i * from.length, (i + 1) * from.length));
  }
  return way;
}

function thereAndBack(pictures: Uint8Array, size: number): Uint8Array {
  const loop = new Uint8Array(REHEARSAL_FRAMES * size);
  const last = REHEARSAL_FRAMES / 2;
  for (let i = 0; i < REHEARSAL_FRAMES; i++) {
    const k = last - Math.abs(last - i);
    loop.set(pictures.subarray(k * size, (k + 1) * size), i * size);
  }
  return loop;
}

/** The KL of each dimension's posterior to the standard normal, in nats, averaged over pictures; largest first. */
export function ratesOf({ mean, logVariance }: Latents, z: number): Float32Array {
  if (logVariance === null) return new Float32Array(0);
  const rates = new Float32Array(z);
  const count = mean.length / z;
  for (let i = 0; i < mean.length; i++) {
    rates[i % z] += (mean[i] ** 2 + Math.exp(logVariance[i]) - 1 - logVariance[i]) / (2 * count);
  }
  return rates.sort((a, b) => b - a);
}
