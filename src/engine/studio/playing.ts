import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import type { Place } from '../../contract/timeline.ts';
import { type Dataset, entryOfPicture } from '../dataset/index.ts';
import { encodeDataset } from '../jobs/pictures.ts';
import { thin } from '../jobs/split.ts';
import type { Latents } from '../latent/instrument.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import type { Call } from './context.ts';
import { encodeGently } from './gently.ts';
import type { Instruments } from './instruments.ts';
import type { Session, Sessions } from './sessions.ts';
import { SharedResults } from './shared.ts';

/** A model of a project in a client's hands. */
export interface Playing {
  readonly session: Session;
  readonly instrument: OpenedInstrument;
  readonly dataset: Dataset;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** The latents of a project's pictures, in the order of `indices`, counted as in the dataset. */
export interface EncodedPictures extends Latents {
  readonly ids: readonly string[];
  readonly labels: readonly (string | null)[];
}

/** Of the same model and the same pictures the answer to a question is the same. */
export const answerKey = ({ instrument, dataset }: Playing, ...question: readonly unknown[]): string =>
  JSON.stringify([instrument.project.folder, instrument.hash, dataset.contentHash, ...question]);

/** As many pictures as questions about all of them look at. */
export const MOST_LOOKED_AT = 20_000;
const MOST_KEPT = 4;

/** Lets handlers play on a project's model, and keeps what they all need: where its pictures lie. */
export class Stage {
  readonly #encoded = new SharedResults<Omit<EncodedPictures, 'labels'>>(MOST_KEPT);

  constructor(
    private readonly sessions: Sessions,
    private readonly instruments: Instruments,
  ) {}

  async play<T>(
    { project, run }: { readonly project: string; readonly run: string | null },
    { client, signal, onProgress }: Call,
    use: (playing: Playing) => Promise<T>,
  ): Promise<T> {
    const session = await this.sessions.reading(project, client);
    const { instrument, release } = await this.instruments.take(session.project, run);
    try {
      const dataset = await session.reader.pictures();
      return await use({ session, instrument, dataset, signal, onProgress });
    } finally {
      release();
    }
  }

  /** The latents of the pictures, of more than `most` so many, evenly spread. Other labels leave them as they are. */
  async encoded(
    { instrument, dataset, signal, onProgress }: Playing,
    most: number,
  ): Promise<EncodedPictures> {
    const all = dataset.count <= most;
    const key = [instrument.project.folder, instrument.hash, dataset.pixelsHash, all ? 'all' : most].join(
      ' ',
    );
    const latents = await this.#encoded.get(key, signal, async (shared) => {
      const { mean, logVariance, entries } = await encodeDataset(instrument, {
        most,
        onProgress,
        signal: shared,
      });
      return { mean, logVariance, ids: entries.map(({ id }) => id) };
    });
    const entries = thin(dataset.entries, most);
    const labels = latents.ids.map((id, at) => {
      const entry = entries.at(at);
      // Pictures of one content may have different labels, by where their files lie.
      return (entry?.id === id ? entry : entryOfPicture(dataset, id))?.label ?? null;
    });
    return { ...latents, labels };
  }

  /** Where a place lies in this model, `[z]`. Throws `usage` for one of another model or that is gone. */
  async latentAt({ instrument, dataset, signal }: Playing, place: Place): Promise<Float32Array> {
    if (place.kind === 'latent') return this.ownLatents(instrument, Float32Array.from(place.values), 1);
    if (entryOfPicture(dataset, place.id) === null) throw pictureGone();
    return encodeGently(instrument, dataset, [place.id], signal);
  }

  /** The latents as they came, when they are this model's. Throws `usage` otherwise. */
  ownLatents(instrument: OpenedInstrument, latents: Float32Array, count: number): Float32Array {
    if (latents.length === count * instrument.latentSize && latents.every(Number.isFinite)) return latents;
    throw new MorphloomError(
      'usage',
      `A place of another model cannot be shown by run "${instrument.runId}", which has ${instrument.latentSize} directions; choose it anew.`,
    );
  }
}

export const pictureGone = (): MorphloomError =>
  new MorphloomError(
    'usage',
    'That picture is no longer in the project: it was removed, or its file changed.',
  );
