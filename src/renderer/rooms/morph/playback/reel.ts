/** What a preview is, once the engine began it. */
export interface PreviewFormat {
  readonly preview: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** The frame at which each keyframe is first met. */
  readonly keyframesAt: readonly number[];
}

/** Frames that the engine handed out. `bytes` is RGBA, frame after frame. */
export interface FrameChunk {
  readonly quality: 0 | 1 | 2;
  readonly from: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** What to ask the engine for next. */
export interface FrameWish {
  readonly from: number;
  readonly most: number;
  readonly known: 0 | 1;
}

/**
 * The frames of one preview, as far as they are there. Of long ones only those are kept that come next, so that
 * memory does not grow with the length.
 */
export class Reel {
  readonly format: PreviewFormat;
  readonly #pictures: (Uint8ClampedArray<ArrayBuffer> | undefined)[];
  readonly #quality: Uint8Array;
  /** How many frames are kept from the one that is shown on. */
  readonly #reach: number;
  #final = false;

  constructor(format: PreviewFormat, budgetBytes: number) {
    this.format = format;
    this.#pictures = Array.from({ length: format.frames });
    this.#quality = new Uint8Array(format.frames);
    this.#reach = Math.max(8, Math.floor(budgetBytes / (4 * format.width * format.height)));
  }

  get count(): number {
    return this.format.frames;
  }

  quality(frame: number): number {
    return this.#quality[frame] ?? 0;
  }

  /** A frame's pixels; where it is not there yet, the nearest before it that is; null before the first. */
  picture(frame: number): { pixels: Uint8ClampedArray<ArrayBuffer>; frame: number; quality: number } | null {
    for (let back = 0; back < this.count; back++) {
      const at = (frame - back + this.count) % this.count;
      const pixels = this.#pictures[at];
      if (pixels !== undefined) return { pixels, frame: at, quality: this.quality(at) };
    }
    return null;
  }

  has(frame: number): boolean {
    return this.#pictures[frame] !== undefined;
  }

  /** The part of the frames that are as good as they get, in [0, 1]. */
  get finished(): number {
    if (this.#final) return 1;
    return this.#quality.reduce((sum, quality) => sum + (quality === 2 ? 1 : 0), 0) / Math.max(1, this.count);
  }

  /** Whether there is something of every frame that is kept. */
  get playable(): boolean {
    return this.#firstBelow(1, 0) === null || this.#reach < this.count;
  }

  /** Whether nothing needs to be asked for any more; of a long one there is always something that comes next. */
  get complete(): boolean {
    return this.finished === 1 && this.#reach >= this.count;
  }

  /**
   * What is lacking most: first any look at what is shown next, then final frames in place of quick ones.
   * Null while nothing is.
   */
  wish(shown: number, most: number): FrameWish | null {
    if (this.#final && this.#reach >= this.count) return null;
    const missing = this.#firstBelow(1, shown);
    if (missing !== null) return { from: missing, most: this.#run(missing, 1, most), known: 0 };
    const quick = this.#final ? null : this.#firstBelow(2, shown);
    return quick === null ? null : { from: quick, most: this.#run(quick, 2, most), known: 1 };
  }

  /** Takes frames in; ones that are worse than those that are there are left. */
  put({ quality, from, count, bytes }: FrameChunk, shown: number): void {
    const size = 4 * this.format.width * this.format.height;
    for (let i = 0; i < count; i++) {
      const frame = from + i;
      if (frame >= this.count || (this.has(frame) && this.quality(frame) >= quality)) continue;
      // Copied, so that one kept frame does not keep the whole message.
      this.#pictures[frame] = new Uint8ClampedArray(bytes.slice(i * size, (i + 1) * size).buffer);
      this.#quality[frame] = quality;
    }
    this.#forget(shown);
  }

  /** The engine says that nothing gets better. */
  settle(): void {
    this.#final = true;
  }

  #firstBelow(quality: number, start: number): number | null {
    for (let i = 0; i < Math.min(this.count, this.#reach); i++) {
      const frame = (start + i) % this.count;
      if ((this.#quality[frame] ?? 0) < quality) return frame;
    }
    return null;
  }

  #run(from: number, quality: number, most: number): number {
    let length = 1;
    while (length < most && from + length < this.count && (this.#quality[from + length] ?? 0) < quality)
      length++;
    return length;
  }

  #forget(shown: number): void {
    if (this.#reach >= this.count) return;
    for (let frame = 0; frame < this.count; frame++) {
      const ahead = (frame - shown + this.count) % this.count;
      // A little of what was just seen stays, for steps backwards.
      if (ahead < this.#reach || ahead > this.count - 8) continue;
      this.#pictures[frame] = undefined;
      this.#quality[frame] = 0;
    }
  }
}
