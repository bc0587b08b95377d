import type { TrainingLine } from '../../../contract/training.ts';
import { studio } from '../../lib/studio.svelte.ts';

/** More lines than a curve can show: beyond it, every second of the older ones goes. */
const MOST = 3000;
const AT_FIRST = 1500;

/** The figures of one run: those on disk, and those that arrive. */
export class RunLines {
  readonly run: string;
  list = $state.raw<readonly TrainingLine[]>([]);
  #control = new AbortController();

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
    const last = this.list.at(-1)?.step ?? 0;
    if (line.step === last) return;
    const kept = line.step > last ? this.list : this.list.filter(({ step }) => step < line.step);
    const thinned = kept.length < MOST ? kept : kept.filter((_, i) => i % 2 === 0 || i > MOST / 2);
    this.list = [...thinned, line];
  }

  /** Gives up what is still on its way. */
  close(): void {
    this.#control.abort();
  }
}
