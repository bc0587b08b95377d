import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { MorphloomError } from '../../contract/errors.ts';
import type { FilmFormat, FilmOrder } from '../../contract/studio/films.ts';
import { i420Bytes } from '../../core/i420.ts';
import type { Film, FilmEncoder } from '../node/encoders/film-encoder.ts';
import type { Client } from './context.ts';
import type { TopicBoard } from './publisher.ts';

/** A window that says nothing for so long while it encodes is given up: another, or itself anew, begins again. */
const SILENT_MS = 60_000;
/** No answer with frames is larger, but for a single one. */
const MOST_BYTES = 4 * 1024 * 1024;

interface Commission {
  readonly film: Film;
  /** Hears that it waits for a window. */
  readonly waits: () => void;
  readonly settle: (error: Error | null) => void;
  /** The window that it is for; null while there is none, and none may have it yet. */
  client: Client | null;
  /** Its file, and what the window was told. */
  work: Work | null;
  silence: NodeJS.Timeout | null;
}

interface Work {
  readonly order: FilmOrder;
  readonly handle: fs.FileHandle;
}

/** Films that windows encode for the engine. A window has one at a time; what it leaves unfinished begins anew. */
export class Films {
  readonly #offers = new Map<Client, ReadonlySet<FilmFormat>>();
  readonly #commissions = new Set<Commission>();

  constructor(
    private readonly board: TopicBoard,
    private readonly silentMs = SILENT_MS,
  ) {}

  /** What a client's codecs can do, until it leaves. */
  offer(client: Client, formats: readonly FilmFormat[]): void {
    this.#offers.delete(client);
    this.#offers.set(client, new Set(formats));
    this.#assign();
  }

  /** Whether any window offers to encode a format. */
  offers(format: FilmFormat): boolean {
    return [...this.#offers.values()].some((formats) => formats.has(format));
  }

  /** @param waits hears of each time that a film waits for a window */
  encoder(waits: () => void = () => undefined): FilmEncoder {
    return {
      encode: (film) =>
        new Promise<void>((resolve, reject) => {
          const { signal } = film;
          const settle = (error: Error | null): void => {
            signal?.removeEventListener('abort', stop);
            if (!this.#commissions.delete(commission)) return;
            void this.#release(commission).then(() => {
              if (error === null) resolve();
              else reject(error);
              this.#assign();
            });
          };
          const commission: Commission = { film, waits, settle, client: null, work: null, silence: null };
          const stop = (): void => settle(new MorphloomError('cancelled', 'Stopped, as asked.'));
          this.#commissions.add(commission);
          if (signal?.aborted === true) return stop();
          signal?.addEventListener('abort', stop, { once: true });
          this.#assign();
        }),
    };
  }

  /** What a client is to encode now. */
  orderFor(client: Client): FilmOrder | null {
    return [...this.#commissions].find((each) => each.client === client)?.work?.order ?? null;
  }

  async frames(
    client: Client,
    id: string,
    from: number,
    most: number,
  ): Promise<{ count: number; bytes: Uint8Array }> {
    const { film } = this.#find(client, id);
    const { width, height, alpha, frames } = film;
    const fit = Math.max(1, Math.floor(MOST_BYTES / i420Bytes(width, height, alpha)));
    const count = Math.max(0, Math.min(most, fit, frames - from));
    const bytes = await film.read(from, count);
    film.onTaken(Math.min(from, frames));
    return { count, bytes };
  }

  async write(client: Client, id: string, position: number, bytes: Uint8Array): Promise<void> {
    await this.#find(client, id).work.handle.write(bytes, 0, bytes.length, position);
  }

  async end(client: Client, id: string, error: string | null): Promise<void> {
    const { film, settle, work } = this.#find(client, id);
    if (error === null) await work.handle.sync();
    settle(
      error === null
        ? null
        : new MorphloomError(
            'environment',
            `The window could not encode the .${film.format} (${error}); choose another format, or install ffmpeg.`,
          ),
    );
  }

  left(client: Client): void {
    this.#offers.delete(client);
    for (const commission of this.#commissions)
      if (commission.client === client) void this.#takeBack(commission);
  }

  #find(client: Client, id: string): Commission & { readonly work: Work } {
    for (const commission of this.#commissions) {
      const { work } = commission;
      if (work?.order.id !== id || commission.client !== client) continue;
      commission.silence?.refresh();
      return { ...commission, work };
    }
    throw new MorphloomError('usage', 'That film is no longer encoded by this window.');
  }

  /** Gives films that wait to windows that have none, the window that came last first. */
  #assign(): void {
    for (const commission of this.#commissions) {
      if (commission.client !== null) continue;
      const { format } = commission.film;
      const busy = new Set([...this.#commissions].map(({ client }) => client));
      const free = [...this.#offers]
        .reverse()
        .find(([client, formats]) => formats.has(format) && !busy.has(client));
      if (free !== undefined) void this.#give(commission, free[0]);
      else if (!this.offers(format)) commission.waits();
    }
  }

  async #give(commission: Commission, client: Client): Promise<void> {
    const { format, width, height, alpha, frames, framesPerSecond, quality, comment, file } = commission.film;
    const order = { format, width, height, alpha, frames, framesPerSecond, quality, comment };
    commission.client = client;
    try {
      // An earlier window may have left a part. It must not come into being again where it was given up meanwhile.
      const handle = await fs.open(file, 'r+');
      await handle.truncate();
      commission.work = { handle, order: { id: randomUUID(), ...order } };
    } catch (error) {
      return commission.settle(error instanceof Error ? error : new Error(String(error)));
    }
    // It may have been given up, or the window may have left, meanwhile.
    if (!this.#commissions.has(commission)) return this.#release(commission);
    if (!this.#offers.has(client)) return this.#takeBack(commission);
    commission.silence = setTimeout(() => {
      this.#offers.delete(client);
      void this.#takeBack(commission);
    }, this.silentMs);
    this.board.changed('films');
  }

  async #takeBack(commission: Commission): Promise<void> {
    // Still being opened: who opens it looks again.
    if (commission.work === null) return;
    await this.#release(commission);
    this.#assign();
  }

  async #release(commission: Commission): Promise<void> {
    const { work, silence } = commission;
    if (silence !== null) clearTimeout(silence);
    if (work === null) return;
    commission.work = null;
    // What is still being written is waited for: it must not land in what begins anew.
    await work.handle.close();
    commission.client = null;
    this.board.changed('films');
  }
}
