import type { Timing } from './timing.ts';

/** Width of a keyframe's picture on the timeline, in pixels. */
export const CLIP = 64;
/** The least that is seen of a way between two pictures. */
const LEAST_GAP = 34;

export interface AxisOptions {
  /** Pixels that the timeline may fill without being scrolled. */
  readonly width: number;
  /** 1 fills the width; more is longer than that. */
  readonly zoom: number;
  /** Left and right of the first and the last picture. */
  readonly padding: number;
}

/**
 * Where moments lie on the timeline, in pixels. A picture stands around the moment at which it is reached, a held
 * one is as long as it stays; ways are as long as they take, but never so short that pictures cover each other.
 */
export class Axis {
  /** The middle of each picture's beginning, and of the end. */
  readonly starts: readonly number[];
  /** Where each picture's hold ends and its way begins. */
  readonly leaves: readonly number[];
  readonly width: number;
  #timing: Timing;
  #end: number;

  constructor(timing: Timing, { width, zoom, padding }: AxisOptions) {
    this.#timing = timing;
    const inner = Math.max(1, width - 2 * padding - CLIP);
    const scale = (zoom * inner) / (timing.length || 1);
    const starts: number[] = [];
    const leaves: number[] = [];
    let x = padding + CLIP / 2;
    for (let i = 0; i < timing.arrives.length; i++) {
      starts.push(x);
      x += (timing.holds[i] ?? 0) * scale;
      leaves.push(x);
      const way = timing.ways[i];
      if (way !== undefined) x += Math.max(CLIP + LEAST_GAP, way * scale);
    }
    this.starts = starts;
    this.leaves = leaves;
    this.#end = x;
    this.width = Math.max(width, x + CLIP / 2 + padding);
  }

  /** The pixel of a moment of the forward direction. */
  x(time: number): number {
    const { arrives, holds, ways, length } = this.#timing;
    for (let i = arrives.length - 1; i >= 0; i--) {
      const since = time - (arrives[i] ?? 0);
      if (since < 0 && i > 0) continue;
      const [start, leave] = [this.starts[i] ?? 0, this.leaves[i] ?? 0];
      const hold = holds[i] ?? 0;
      if (since <= hold) return hold > 0 ? start + (Math.max(since, 0) / hold) * (leave - start) : start;
      const next = this.starts[i + 1] ?? this.#end;
      const way = ways[i] ?? 0;
      return way > 0 ? leave + (Math.min(since - hold, way) / way) * (next - leave) : leave;
    }
    return length > 0 ? this.#end : (this.starts[0] ?? 0);
  }

  /** The moment at a pixel: the reverse of {@link x}. */
  time(x: number): number {
    const { arrives, holds, ways } = this.#timing;
    for (let i = this.starts.length - 1; i >= 0; i--) {
      const [start, leave] = [this.starts[i] ?? 0, this.leaves[i] ?? 0];
      if (x < start && i > 0) continue;
      const arrive = arrives[i] ?? 0;
      const hold = holds[i] ?? 0;
      if (x <= leave) return arrive + (leave > start ? (Math.max(0, x - start) / (leave - start)) * hold : 0);
      const next = this.starts[i + 1] ?? this.#end;
      const part = next > leave ? Math.min(1, (x - leave) / (next - leave)) : 0;
      return arrive + hold + part * (ways[i] ?? 0);
    }
    return 0;
  }

  /** Seconds that a pixel of the way after a keyframe stands for: what a drag of its border changes by. */
  secondsPerPixel(way: number): number {
    const from = this.leaves[way] ?? 0;
    const to = this.starts[way + 1] ?? this.#end;
    return to > from ? (this.#timing.ways[way] ?? 0) / (to - from) : 0;
  }

  /** Before which keyframe something dropped at this pixel belongs. */
  slot(x: number): number {
    const middles = this.starts.map((start, i) => (start + (this.leaves[i] ?? start)) / 2);
    const after = middles.findIndex((middle) => x < middle);
    return after < 0 ? middles.length : after;
  }

  /** Where the line stands that shows such a place. */
  slotX(slot: number): number {
    if (this.starts.length === 0) return CLIP / 2;
    const before = this.leaves[slot - 1];
    const after = this.starts[slot];
    if (before === undefined) return (after ?? 0) - CLIP / 2 - 7;
    return after === undefined ? before + CLIP / 2 + 7 : (before + after) / 2;
  }
}

const STEPS = [0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600];

/** Moments to write on a ruler, so that they stand about so many pixels apart. */
export function ticksOf(length: number, pixels: number, apart = 72): { step: number; times: number[] } {
  const wanted = (length * apart) / Math.max(1, pixels);
  const step = STEPS.find((candidate) => candidate >= wanted) ?? 600;
  const times = Array.from({ length: Math.floor(length / step + 1e-6) + 1 }, (_, i) => i * step);
  return { step, times };
}
