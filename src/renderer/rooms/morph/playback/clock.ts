/** Counts frames steadily: which one is due follows from the time alone, however late somebody asks. */
export class PlaybackClock {
  /** In frames, from the beginning. */
  position = 0;
  #playing = false;
  #last: number | null = null;

  get playing(): boolean {
    return this.#playing;
  }

  set playing(playing: boolean) {
    // Nobody asks while it stands: that time did not pass for it.
    if (playing && !this.#playing) this.#last = null;
    this.#playing = playing;
  }

  /**
   * The frame that is due.
   * @param now in milliseconds, of any steady clock
   * @param loops whether it begins again after the last frame; else it stays there and stops
   */
  tick(now: number, frames: number, framesPerSecond: number, loops: boolean): number {
    const passed = this.#last === null ? 0 : now - this.#last;
    this.#last = now;
    if (frames <= 0) return 0;
    if (this.playing) {
      this.position += (passed / 1000) * framesPerSecond;
      if (this.position >= frames) {
        if (loops) this.position %= frames;
        else {
          this.position = frames - 1;
          this.playing = false;
        }
      }
    }
    return Math.min(Math.floor(this.position), frames - 1);
  }

  seek(frame: number): void {
    this.position = Math.max(0, frame);
  }
}

/** How steadily frames were shown. A frame is dropped when its time passed without it having been on screen. */
export class Steadiness {
  shown = 0;
  dropped = 0;
  #last: number | null = null;

  count(frame: number, frames: number): void {
    if (this.#last === frame) return;
    if (this.#last !== null) {
      const ahead = (frame - this.#last + frames) % frames;
      this.dropped += Math.max(0, ahead - 1);
    }
    this.shown++;
    this.#last = frame;
  }

  /** What comes next did not follow from what was: a jump, another preview. */
  interrupt(): void {
    this.#last = null;
  }

  /** In [0, 1]. */
  get droppedPart(): number {
    return this.dropped === 0 ? 0 : this.dropped / (this.dropped + this.shown);
  }
}
