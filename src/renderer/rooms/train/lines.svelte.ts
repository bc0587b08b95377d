import type { TrainingLine } from '../../../contract/training.ts';
import { studio } from '../../lib/studio.svelte.ts';

/** More lines than a curve can show: beyond it, every second of the older ones goes. */
const MOST = 1200;
const AT_FIRST = 800;

/** Curves that move twice a second move as fast as anybody reads them. */
const SHOW_EVERY_MS = 500;

/** The figures of one run: those on disk, and those that arrive. */
export class RunLines {
  readonly run: string;
  list = $state.raw<readonly TrainingLine[]>([]);
  #control = new AbortController();
  #arrived: TrainingLine[] = [];
  #shownAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(project: string, run: string) {
    this.run = run;
    void this.#load(project);
  }

  async #load(project: string): Promise<void> {
    const lines = await studio
      .ask('runs.lines', { project, run: this.run, most: AT_FIRST }, this.#control.signal)
      .catch(() => []);
    const last = lines.at(-1)?.step ?? 0;
    this.list = [...lines, ...this.list.filter(({ step }) => step > last)];
  }

  /** Takes a line in, if it is this run's and newer. A run that went back to a checkpoint begins there again. */
  push(run: string, line: TrainingLine): void {
    if (run !== this.run) return;
    this.#arrived.push(line);
    this.#timer ??= setTimeout(() => this.#show(), this.#shownAt + SHOW_EVERY_MS - performance.now());
  }

  #show(): void {
    this.#timer = undefined;
    this.#shownAt = performance.now();
    let list = [...this.list];
    for (const line of this.#arrived.splice(0)) {
      const last = list.at(-1)?.step ?? 0;
      if (line.step === last) continue;
      if (line.step < last) list = list.filter(({ step }) => step < line.step);
      if (list.length >= MOST) list = list.filter((_, i) => i % 2 === 0 || i > MOST / 2);
      list.push(line);
    }
    this.list = list;
  }

  /** Gives up what is still on its way. */
  close(): void {
    clearTimeout(this.#timer);
    this.#control.abort();
  }
}
