import type { Arrivals, TrainingLook, TrainingNow } from '../../contract/studio/state.ts';
import type { TopicBoard } from './publisher.ts';

/** What goes on in projects, by folder: the newest figures and looks of what trains, and what an import finds. */
export class News {
  readonly #lines = new Map<string, TrainingNow>();
  readonly #looks = new Map<string, TrainingLook>();
  readonly #arrivals = new Map<string, Arrivals>();

  constructor(private readonly board: TopicBoard) {}

  line(folder: string): TrainingNow | undefined {
    return this.#lines.get(folder);
  }

  look(folder: string): TrainingLook | undefined {
    return this.#looks.get(folder);
  }

  arrivals(folder: string): Arrivals | undefined {
    return this.#arrivals.get(folder);
  }

  /** Null once the import is over. */
  tellArrivals(folder: string, arrivals: Arrivals | null): void {
    if (arrivals === null) this.#arrivals.delete(folder);
    else this.#arrivals.set(folder, arrivals);
    this.board.changed(`arrivals:${folder}`);
  }

  tellLine(folder: string, now: TrainingNow): void {
    this.#lines.set(folder, now);
    this.board.changed(`training:${folder}`);
  }

  tellLook(folder: string, look: TrainingLook): void {
    this.#looks.set(folder, look);
    this.board.changed(`look:${folder}`);
  }

  /** Nobody has the project open any more. */
  forget(folder: string): void {
    this.#lines.delete(folder);
    this.#looks.delete(folder);
    this.#arrivals.delete(folder);
  }
}
