import { randomUUID } from 'node:crypto';
import { MorphloomError } from '../../contract/errors.ts';
import type { Output } from '../../contract/studio/api.ts';
import type { Timeline } from '../../contract/timeline.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { tunerOf } from '../latent/tune.ts';
import { openMaterial, type ProjectMaterial } from '../morph/pictures.ts';
import { FittedStudio } from '../morph/fitted.ts';
import type { Call, Client } from './context.ts';
import { Preview } from './preview.ts';

/** What is remembered of one model and its pictures for timelines. */
interface Workshop {
  readonly instrument: OpenedInstrument;
  readonly contentHash: string;
  readonly studio: FittedStudio;
  readonly material: ProjectMaterial;
  /** Previews that work with it. */
  users: number;
}

/** Workshops measure pictures and ways: a few stay, since windows go back and forth. */
const MOST_IDLE = 2;

/** The previews of all clients: in each slot of a client one, the newest. */
export class Previews {
  /** By client and slot; null while the first look is being taken. */
  readonly #slots = new Map<string, { readonly abort: AbortController; preview: Preview | null }>();
  #workshops: Workshop[] = [];

  constructor(private readonly log: (line: string) => void) {}

  /**
   * Begins a preview in place of the one that the slot had.
   * @param release called once, when the preview plays on the instrument no more
   */
  async begin(
    instrument: OpenedInstrument,
    { contentHash, slot: name, timeline }: { contentHash: string; slot: string; timeline: Timeline },
    release: () => void,
    { client, signal }: Call,
  ): Promise<Output<'preview.begin'>> {
    const key = keyOf(client, name);
    this.#end(key);
    const slot = { abort: new AbortController(), preview: null as Preview | null };
    this.#slots.set(key, slot);
    const giveUp = (): void => slot.abort.abort();
    signal.addEventListener('abort', giveUp, { once: true });
    let workshop: Workshop | null = null;
    const done = (): void => {
      release();
      if (workshop !== null) workshop.users -= 1;
      this.#tidy();
    };
    try {
      workshop = await this.#workshop(instrument, contentHash);
      workshop.users += 1;
      const preview = await Preview.begin(randomUUID(), workshop.studio, timeline, slot.abort);
      slot.preview = preview;
      void preview.run(this.log).finally(done);
      const { frameCount, framesPerSecond, keyframesAt } = preview.quick;
      const { width, height } = instrument.image;
      return { preview: preview.id, frames: frameCount, width, height, framesPerSecond, keyframesAt };
    } catch (error) {
      if (this.#slots.get(key) === slot) this.#slots.delete(key);
      done();
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Throws `cancelled` for one that is no longer worked on. */
  find(id: string, client: Client): Preview {
    for (const [key, { preview }] of this.#slots) {
      if (preview?.id === id && key.startsWith(keyOf(client, ''))) return preview;
    }
    throw new MorphloomError('cancelled', 'Another preview took the place of this one.');
  }

  end(id: string, client: Client): void {
    for (const [key, { preview }] of this.#slots) {
      if (preview?.id === id && key.startsWith(keyOf(client, ''))) this.#end(key);
    }
  }

  left(client: Client): void {
    for (const key of this.#slots.keys()) if (key.startsWith(keyOf(client, ''))) this.#end(key);
  }

  /** An instrument is put away: what was measured with it is of no more use. */
  forget(instrument: OpenedInstrument): void {
    this.#drop((workshop) => workshop.instrument === instrument);
  }

  close(): void {
    for (const key of this.#slots.keys()) this.#end(key);
    this.#drop(() => true);
  }

  #end(key: string): void {
    const slot = this.#slots.get(key);
    this.#slots.delete(key);
    slot?.abort.abort();
    slot?.preview?.end();
  }

  async #workshop(instrument: OpenedInstrument, contentHash: string): Promise<Workshop> {
    const known = this.#workshops.find((w) => w.instrument === instrument && w.contentHash === contentHash);
    if (known !== undefined) {
      this.#workshops = [...this.#workshops.filter((workshop) => workshop !== known), known];
      return known;
    }
    const material = await openMaterial(instrument);
    const studio = new FittedStudio(instrument, material, tunerOf(instrument));
    const workshop = { instrument, contentHash, studio, material, users: 0 };
    this.#workshops.push(workshop);
    return workshop;
  }

  /** Lets go of the workshops that have been idle for longest. */
  #tidy(): void {
    const idle = this.#workshops.filter(({ users }) => users === 0);
    const surplus = idle.slice(0, Math.max(0, idle.length - MOST_IDLE));
    this.#drop((workshop) => surplus.includes(workshop));
  }

  #drop(which: (workshop: Workshop) => boolean): void {
    const dropped = this.#workshops.filter((workshop) => workshop.users === 0 && which(workshop));
    this.#workshops = this.#workshops.filter((workshop) => !dropped.includes(workshop));
    for (const { material } of dropped) material.close();
  }
}

const keyOf = ({ id }: Client, slot: string): string => `${id} ${slot}`;
