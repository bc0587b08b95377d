/**
 * Asks for one thing at a time, always for the newest: what was wanted in between is skipped. So an answer is on
 * its way all the time while something is dragged, and none is waited for that nobody wants any more.
 */
export class Newest<Question, Answer> {
  readonly #ask: (question: Question, signal: AbortSignal) => Promise<Answer>;
  readonly #answered: (answer: Answer, question: Question) => void;
  readonly #failed: (error: unknown) => void;
  #next: { question: Question } | null = null;
  #running: AbortController | null = null;

  constructor(
    ask: (question: Question, signal: AbortSignal) => Promise<Answer>,
    answered: (answer: Answer, question: Question) => void,
    failed: (error: unknown) => void = () => undefined,
  ) {
    this.#ask = ask;
    this.#answered = answered;
    this.#failed = failed;
  }

  get busy(): boolean {
    return this.#running !== null;
  }

  want(question: Question): void {
    this.#next = { question };
    if (this.#running === null) void this.#run();
  }

  /** Wants nothing any more: an answer that is on its way is not told. */
  drop(): void {
    this.#next = null;
    this.#running?.abort();
  }

  async #run(): Promise<void> {
    while (this.#next !== null) {
      const { question } = this.#next;
      this.#next = null;
      const control = new AbortController();
      this.#running = control;
      try {
        const answer = await this.#ask(question, control.signal);
        if (!control.signal.aborted) this.#answered(answer, question);
      } catch (error) {
        if (!control.signal.aborted) this.#failed(error);
      }
    }
    this.#running = null;
  }
}
