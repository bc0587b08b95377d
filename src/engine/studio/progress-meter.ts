import type { Progress } from '../../contract/progress.ts';
import type { Job } from '../../contract/studio/state.ts';

const INTERVAL_MS = 100;
/** Before this much of a stage has passed, its pace says little. */
const SETTLED_MS = 1000;

/** Passes progress on ten times a second at most, the newest always, with the time that is left. */
export class ProgressMeter {
  #stage = '';
  #since = 0;
  #doneAtSince = 0;
  #passedAt = -Infinity;
  #held: Job['progress'] = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly pass: (progress: Job['progress']) => void) {}

  /** @param etaSeconds where the work itself knows better than its pace tells */
  readonly report = (progress: Progress, etaSeconds?: number): void => {
    const now = performance.now();
    const { stage, done, total } = progress;
    if (stage !== this.#stage || done < this.#doneAtSince) {
      this.#stage = stage;
      this.#since = now;
      this.#doneAtSince = done;
    }
    const eta = etaSeconds ?? this.#estimate(now, done, total);
    this.#held = eta === undefined ? progress : { ...progress, etaSeconds: eta };
    const wait = this.#passedAt + INTERVAL_MS - now;
    if (wait <= 0) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), wait);
  };

  close(): void {
    this.#flush();
  }

  #estimate(now: number, done: number, total: number | null): number | undefined {
    const [passedMs, gained] = [now - this.#since, done - this.#doneAtSince];
    if (total === null || gained <= 0 || passedMs < SETTLED_MS) return undefined;
    return (((total - done) / gained) * passedMs) / 1000;
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#held === null) return;
    this.#passedAt = performance.now();
    this.pass(this.#held);
    this.#held = null;
  }
}
