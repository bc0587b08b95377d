import { type OpenedInstrument, openInstrument } from '../latent/open.ts';
import type { Project } from '../project/project.ts';
import { RunFolder } from '../project/run-folder.ts';
import type { Engine } from './engine-state.ts';
import type { StudioOptions } from './context.ts';

/** An opened model, and who plays on it just now. */
interface Held {
  /** The run's place and the step, each on a line of its own. */
  readonly key: string;
  readonly opening: Promise<OpenedInstrument>;
  players: number;
  /** Another one took its place: it goes when the last player has left. */
  retired: boolean;
}

/** How many models stay open when nobody plays on them. */
const MOST_IDLE = 2;

/**
 * The models that are open, one for each checkpoint that is asked for. A model that is not the run's newest
 * any more goes as soon as nobody plays on it.
 */
export class Instruments {
  readonly #held = new Set<Held>();

  constructor(
    private readonly engine: Engine,
    private readonly options: StudioOptions,
    /** Hears of a model that is about to be put away. */
    private readonly closing: (instrument: OpenedInstrument) => void,
  ) {}

  /** Plays on the newest checkpoint of a run; of the newest run that has one, where `run` is null. */
  async play<T>(
    project: Project,
    run: string | null,
    use: (instrument: OpenedInstrument) => Promise<T> | T,
  ): Promise<T> {
    const { instrument, release } = await this.take(project, run);
    try {
      return await use(instrument);
    } finally {
      release();
    }
  }

  /** The same, for as long as it takes: `release` must be called once, at the end. */
  async take(
    project: Project,
    run: string | null,
  ): Promise<{ instrument: OpenedInstrument; release: () => void }> {
    await this.engine.ready();
    const held = this.#hold(project, await newestCheckpoint(project, run));
    held.players += 1;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      held.players -= 1;
      this.#tidy();
    };
    try {
      return { instrument: await held.opening, release };
    } catch (error) {
      held.retired = true;
      release();
      throw error;
    }
  }

  #hold(project: Project, { run, step }: { run: string | null; step: number }): Held {
    const place = `${project.folder}\n${run}\n`;
    const key = `${place}${step}`;
    const known = [...this.#held].find((held) => held.key === key && !held.retired);
    if (known !== undefined) {
      // The one played last stays longest.
      this.#held.delete(known);
      this.#held.add(known);
      return known;
    }
    for (const held of this.#held) if (held.key.startsWith(place)) held.retired = true;
    const opening = openInstrument(project.folder, {
      run: run ?? undefined,
      backend: this.options.backend,
      log: this.options.log,
    });
    const held: Held = { key, opening, players: 0, retired: false };
    this.#held.add(held);
    return held;
  }

  /** Puts away what nobody plays on: all that was replaced, and the oldest of the others. */
  #tidy(): void {
    const idle = [...this.#held].filter(({ players }) => players === 0);
    const current = idle.filter(({ retired }) => !retired);
    const surplus = current.slice(0, Math.max(0, current.length - MOST_IDLE));
    for (const held of [...idle.filter(({ retired }) => retired), ...surplus]) {
      this.#held.delete(held);
      held.opening.then(
        (instrument) => {
          this.closing(instrument);
          instrument.dispose();
        },
        () => undefined,
      );
    }
  }

  /** Puts away what belongs to a project that nobody has open any more. */
  forget(folder: string): void {
    for (const held of this.#held) if (held.key.startsWith(`${folder}\n`)) held.retired = true;
    this.#tidy();
  }
}

/** Where there is none, opening says so in a better sentence: the step is then 0. */
async function newestCheckpoint(
  project: Project,
  asked: string | null,
): Promise<{ run: string | null; step: number }> {
  const runs = asked === null ? (await RunFolder.list(project.runs)).reverse() : [asked];
  for (const id of runs) {
    const run = await RunFolder.named(project.runs, id);
    const step = (await run.checkpoints()).at(-1);
    if (step !== undefined) return { run: id, step };
  }
  return { run: asked, step: 0 };
}
