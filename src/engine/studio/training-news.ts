import type { TrainingLook, TrainingNow } from '../../contract/studio/state.ts';
import type { TopicBoard } from './publisher.ts';

/** The newest figures and looks of what trains, by the project's folder. */
export class TrainingNews {
  readonly #lines = new Map<string, TrainingNow>();
  readonly #looks = new Map<string, TrainingLook>();

  constructor(private readonly board: TopicBoard) {}

  line(folder: string): TrainingNow | undefined {
    return this.#lines.get(folder);
  }

  look(folder: string): TrainingLook | undefined {
    return this.#looks.get(folder);
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
  }
}
