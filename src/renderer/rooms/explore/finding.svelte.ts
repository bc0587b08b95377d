import type { OnProgress, Progress } from '../../../contract/progress.ts';
import { report } from '../../lib/studio.svelte.ts';

/** A question that takes long: how far it is, its newest answer, and giving it up. */
export class Finding<Question, Answer> {
  /** What is there stays until the next answer comes. */
  answer = $state.raw<Answer | null>(null);
  busy = $state(false);
  /** The part of it that is done, in [0, 1]; null while it is not known. */
  part = $state.raw<number | null>(null);
  #ask: (question: Question, signal: AbortSignal, watch: OnProgress) => Promise<Answer>;
  #asked: string | null = null;
  #running: AbortController | null = null;

  constructor(ask: (question: Question, signal: AbortSignal, watch: OnProgress) => Promise<Answer>) {
    this.#ask = ask;
  }

  /** Asks, unless just that is answered or on its way; another question is given up. */
  async want(question: Question): Promise<void> {
    const key = JSON.stringify(question);
    if (key === this.#asked) return;
    this.#running?.abort();
    const control = new AbortController();
    this.#running = control;
    this.#asked = key;
    this.busy = true;
    this.part = null;
    const watch = ({ done, total }: Progress): void => {
      if (this.#running === control) this.part = total ? done / total : null;
    };
    try {
      const answer = await this.#ask(question, control.signal, watch);
      if (!control.signal.aborted) this.answer = answer;
    } catch (error) {
      if (!control.signal.aborted) {
        this.#asked = null;
        report(error);
      }
    } finally {
      if (this.#running === control) this.busy = false;
    }
  }

  giveUp(): void {
    this.#running?.abort();
    this.#asked = null;
    this.busy = false;
  }

  /** Gives up what is asked, and what was answered. */
  forget(): void {
    this.giveUp();
    this.answer = null;
  }
}
