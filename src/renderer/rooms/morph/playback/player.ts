import type { Timeline } from '../../../../contract/timeline.ts';
import { PlaybackClock, Steadiness } from './clock.ts';
import { Reel, type FrameChunk, type FrameWish, type PreviewFormat } from './reel.ts';

/** Where frames come from. */
export interface FrameSource {
  begin(timeline: Timeline, signal: AbortSignal): Promise<PreviewFormat>;
  frames(preview: string, wish: FrameWish, signal: AbortSignal): Promise<FrameChunk>;
}

export interface PlayerOptions {
  /** Hears that something else than the frame on screen changed: another preview, more of it, an error. */
  readonly changed?: (player: Player) => void;
  /** Changes that follow each other within this time are shown as one, in milliseconds. */
  readonly pause?: number;
  /** What the frames may take. */
  readonly budgetBytes?: number;
}

/** The first frames are asked for in small parts: somebody waits for them. */
const FIRST_CHUNK = 4;
const MOST_CHUNK = 48;
/** What one answer may hold, so that the line stays free for other things. */
const CHUNK_BYTES = 2 * 1024 * 1024;
const BUDGET_BYTES = 256 * 1024 * 1024;
/** How long to wait before looking again whether a long preview has moved on, in milliseconds. */
const WATCH = 120;

interface Run {
  readonly timeline: Timeline;
  readonly control: AbortController;
  /** Whether something of it was seen, by this model or another: only then a newer one takes its place. */
  seen: boolean;
}

/**
 * Plays a timeline while it is edited. The newest timeline wins, one is computed at a time, and what was on
 * screen stays there until there is something of the next.
 */
export class Player {
  readonly clock = new PlaybackClock();
  readonly steadiness = new Steadiness();
  reel: Reel | null = null;
  /** The timeline that the reel shows. */
  shown: Timeline | null = null;
  error: unknown = null;
  loops = true;
  readonly #source: FrameSource;
  readonly #options: PlayerOptions;
  #run: Run | null = null;
  #next: Timeline | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(source: FrameSource, options: PlayerOptions = {}) {
    this.#source = source;
    this.#options = options;
  }

  /** Whether frames are being computed, or will be in a moment. */
  get working(): boolean {
    return this.#run !== null || this.#next !== null;
  }

  /** Shows a timeline from now on. */
  show(timeline: Timeline): void {
    if (this.#closed) return;
    this.#next = timeline;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#advance(), this.#options.pause ?? 24);
  }

  /** Shows nothing from now on. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#next = null;
    this.#run?.control.abort();
    this.reel = null;
    this.shown = null;
    this.error = null;
    this.#options.changed?.(this);
  }

  close(): void {
    this.clear();
    this.#closed = true;
  }

  /** The frame that is due at a time, and what there is of it. */
  tick(now: number): { frame: number; picture: ReturnType<Reel['picture']> } | null {
    const reel = this.reel;
    if (reel === null) return null;
    const { playing } = this.clock;
    const frame = this.clock.tick(now, reel.count, reel.format.framesPerSecond, this.loops);
    if (playing) this.steadiness.count(frame, reel.count);
    else this.steadiness.interrupt();
    return { frame, picture: reel.picture(frame) };
  }

  get frame(): number {
    return Math.min(Math.floor(this.clock.position), Math.max(0, (this.reel?.count ?? 1) - 1));
  }

  seek(frame: number): void {
    this.clock.seek(Math.min(Math.max(0, frame), Math.max(0, (this.reel?.count ?? 1) - 1)));
    this.steadiness.interrupt();
  }

  play(): void {
    if (!this.loops && this.reel !== null && this.frame >= this.reel.count - 1) this.seek(0);
    this.clock.playing = true;
  }

  pause(): void {
    this.clock.playing = false;
  }

  #advance(): void {
    if (this.#next === null || this.#closed) return;
    if (this.#run !== null) {
      if (this.#run.seen) this.#run.control.abort();
      return;
    }
    const seen = this.shown === this.#next;
    const run: Run = { timeline: this.#next, control: new AbortController(), seen };
    this.#next = null;
    this.#run = run;
    void this.#compute(run)
      .catch((error: unknown) => {
        if (!run.control.signal.aborted) this.error = error;
      })
      .finally(() => {
        this.#run = null;
        this.#options.changed?.(this);
        this.#advance();
      });
  }

  async #compute(run: Run): Promise<void> {
    const { signal } = run.control;
    const format = await this.#source.begin(run.timeline, signal);
    const reel = new Reel(format, this.#options.budgetBytes ?? BUDGET_BYTES);
    const most = Math.max(
      1,
      Math.min(MOST_CHUNK, Math.floor(CHUNK_BYTES / (4 * format.width * format.height))),
    );
    let chunk = Math.min(FIRST_CHUNK, most);
    const ahead = this.#placeOn(reel);
    while (!signal.aborted) {
      const shown = this.reel === reel ? this.frame : ahead;
      const wish = reel.wish(shown, chunk);
      if (wish === null) {
        if (reel.complete) return;
        await new Promise((resolve) => setTimeout(resolve, WATCH));
        continue;
      }
      const answer = await this.#source.frames(format.preview, wish, signal);
      if (signal.aborted) return;
      if (answer.count === 0) {
        reel.settle();
        continue;
      }
      reel.put(answer, shown);
      chunk = Math.min(most, 2 * chunk);
      // What was edited is wanted at once; the same from another model only when it can play without holes.
      const ready = this.shown === run.timeline ? reel.playable : reel.has(ahead);
      if (this.reel !== reel && ready) this.#change(reel, run);
      this.#options.changed?.(this);
      // Somebody changed it again: what was seen of this one has to do.
      if (run.seen && this.#next !== null) return;
    }
  }

  /** Where the playhead stands on another reel: at the same time, or on the same frame while it is scrubbed. */
  #placeOn(reel: Reel): number {
    const old = this.reel?.format;
    const scale = old === undefined ? 1 : reel.format.framesPerSecond / old.framesPerSecond;
    return Math.floor(this.clock.position * scale) % Math.max(1, reel.count);
  }

  #change(reel: Reel, run: Run): void {
    const old = this.reel?.format;
    const scale = old === undefined ? 1 : reel.format.framesPerSecond / old.framesPerSecond;
    this.clock.position = (this.clock.position * scale) % Math.max(1, reel.count);
    this.steadiness.interrupt();
    this.reel = reel;
    this.shown = run.timeline;
    this.error = null;
    run.seen = true;
  }
}
