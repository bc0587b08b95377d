import { MorphloomError, throwIfCancelled } from '../../contract/errors.ts';
import type { Output } from '../../contract/studio/api.ts';
import type { Timeline } from '../../contract/timeline.ts';
import type { Frame } from '../export/frame.ts';
import { timelineFrames } from '../morph/frames.ts';
import type { TimelinePlan } from '../morph/plan.ts';
import type { FittedStudio } from '../morph/fitted.ts';
import { describe } from './connect.ts';

type Quality = 0 | 1 | 2;

/** Computed before somebody who moved the playhead is heard. */
const RUN = 16;
/** What the frames of one preview may take; of longer ones those next to the playhead are kept. */
const BUDGET_BYTES = 192 * 1024 * 1024;

/**
 * One timeline on its way to the screen: all frames the quick way, then all as they will be exported, those
 * that are asked for first.
 */
export class Preview {
  readonly #frames: (Uint8Array | undefined)[];
  readonly #quality: Uint8Array;
  readonly #waiting = new Set<() => void>();
  /** How many frames from the playhead on are kept. */
  readonly #reach: number;
  #playhead = 0;
  #finalFrames = 0;
  #failure: Error | null = null;

  private constructor(
    readonly id: string,
    private readonly studio: FittedStudio,
    readonly quick: TimelinePlan,
    private readonly abort: AbortController,
  ) {
    const { width, height } = quick.parts.codec.image;
    this.#frames = Array.from({ length: quick.frameCount }, () => undefined);
    this.#quality = new Uint8Array(quick.frameCount);
    this.#reach = Math.max(2 * RUN, Math.floor(BUDGET_BYTES / (4 * width * height)));
  }

  static async begin(
    id: string,
    studio: FittedStudio,
    timeline: Timeline,
    abort: AbortController,
  ): Promise<Preview> {
    const quick = await studio.quick(timeline, { signal: abort.signal });
    throwIfCancelled(abort.signal);
    return new Preview(id, studio, quick, abort);
  }

  /** Works until all is final, or {@link end}; whoever waits for frames hears of what goes wrong. */
  async run(log: (line: string) => void): Promise<void> {
    try {
      await this.#work();
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      if (!(error instanceof MorphloomError)) log(`A defect in a preview: ${describe(error)}`);
      this.#tell();
    }
  }

  end(): void {
    this.abort.abort();
    this.#tell();
  }

  /** Waits until the frame at `from` is better than `known`, and gives it and those after it that are as good. */
  async take(
    from: number,
    most: number,
    known: Quality,
    signal: AbortSignal,
  ): Promise<Output<'preview.frames'>> {
    this.#playhead = Math.min(from, this.#frames.length - 1);
    this.#tell();
    while (from < this.#frames.length && this.#quality[from] <= known) {
      throwIfCancelled(signal);
      if (this.abort.signal.aborted) throw new MorphloomError('cancelled', 'The preview was ended.');
      if (this.#failure !== null) throw this.#failure;
      await this.#change(signal);
    }
    const quality = (this.#quality[from] ?? 0) as Quality;
    const chosen: Uint8Array[] = [];
    for (let i = from; i < this.#frames.length && chosen.length < most; i++) {
      const frame = this.#frames[i];
      if (frame === undefined || this.#quality[i] !== quality) break;
      chosen.push(frame);
    }
    const { width, height } = this.quick.parts.codec.image;
    const bytes = new Uint8Array(chosen.length * 4 * width * height);
    chosen.forEach((frame, i) => bytes.set(frame, i * 4 * width * height));
    return {
      quality,
      from,
      pictures: { count: chosen.length, width, height, channels: 4, bytes },
      done: this.#finalFrames / this.#frames.length,
    };
  }

  async #work(): Promise<void> {
    const { signal } = this.abort;
    await this.#draw(this.quick, 1);
    await this.#draw(await this.studio.plan(this.quick.timeline, { signal }), 2);
  }

  /** Draws all frames of a plan, from the playhead on and around; where not all are kept, those near it. */
  async #draw(plan: TimelinePlan, quality: Quality): Promise<void> {
    const { signal } = this.abort;
    const whole = this.#reach >= this.#frames.length;
    for (;;) {
      throwIfCancelled(signal);
      const from = this.#nextBelow(quality);
      if (from === null) {
        // Of a long one there is more to do once the playhead has moved; quick frames come with final ones then.
        if (whole || quality === 1) return;
        await this.#change(signal);
        continue;
      }
      let at = from;
      for await (const frame of timelineFrames(plan, { from, to: this.#endOfRun(from, quality), signal })) {
        this.#frames[at] = opaque(frame);
        if (quality === 2 && this.#quality[at] < 2) this.#finalFrames += 1;
        this.#quality[at] = quality;
        at += 1;
        this.#tell();
      }
      if (!whole) this.#forget();
    }
  }

  #nextBelow(quality: Quality): number | null {
    const count = this.#frames.length;
    for (let i = 0; i < Math.min(count, this.#reach); i++) {
      const at = (this.#playhead + i) % count;
      if (this.#quality[at] < quality) return at;
    }
    return null;
  }

  #endOfRun(from: number, quality: Quality): number {
    let to = from + 1;
    while (to < this.#frames.length && to < from + RUN && this.#quality[to] < quality) to++;
    return to;
  }

  /** Lets go what lies farthest behind the playhead. */
  #forget(): void {
    const count = this.#frames.length;
    for (let i = this.#reach + RUN; i < count; i++) {
      const at = (this.#playhead + i) % count;
      if (this.#quality[at] === 2) this.#finalFrames -= 1;
      this.#frames[at] = undefined;
      this.#quality[at] = 0;
    }
  }

  #tell(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves at the next frame, question or end. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}

/** RGBA, not premultiplied, as a canvas takes it. */
function opaque({ channels, data }: Frame): Uint8Array {
  if (channels === 4) return data;
  const out = new Uint8Array((data.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    out[to] = data[from];
    out[to + 1] = data[from + 1];
    out[to + 2] = data[from + 2];
  }
  return out;
}
