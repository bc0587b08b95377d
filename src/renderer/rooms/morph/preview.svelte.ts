import type { Timeline } from '../../../contract/timeline.ts';
import { MorphloomError } from '../../../contract/errors.ts';
import { studio } from '../../lib/studio.svelte.ts';
import { t } from '../../strings/index.ts';
import { Player, type FrameSource } from './playback/player.ts';

const source: FrameSource = {
  begin: (timeline, signal) =>
    studio.ask(
      'preview.begin',
      { project: studio.project?.folder ?? '', run: studio.run?.id ?? null, slot: 'morph', timeline },
      signal,
    ),
  frames: async (preview, wish, signal) => {
    const { quality, from, pictures } = await studio.ask('preview.frames', { preview, ...wish }, signal);
    return { quality, from, count: pictures.count, bytes: pictures.bytes };
  },
};

/** So many times a second a number can change and still be read. */
const READ_PER_SECOND = 10;

/** The player as the window's parts read it. */
export class Preview {
  frame = $state(0);
  playing = $state(false);
  frames = $state(0);
  framesPerSecond = $state(30);
  width = $state(1);
  height = $state(1);
  /** The frames at which keyframes are first met. */
  keyframesAt = $state.raw<readonly number[]>([]);
  /** The timeline on screen; a change of it is on screen a moment later. */
  shown = $state.raw<Timeline | null>(null);
  /** The part of the frames that are as good as they get. */
  finished = $state(0);
  error = $state<string | null>(null);
  /** Counts up whenever there is something else to draw. */
  version = $state(0);
  readonly player = new Player(source, { changed: () => this.#read() });

  /** Where the playhead is, in seconds; of what plays only as often as it can be read. */
  readonly readableSeconds = $derived.by(() => {
    const seconds = this.frame / this.framesPerSecond;
    return this.playing ? Math.floor(seconds * READ_PER_SECOND) / READ_PER_SECOND : seconds;
  });

  #read(): void {
    const { reel, shown, error, clock } = this.player;
    this.shown = shown;
    this.frames = reel?.count ?? 0;
    this.framesPerSecond = reel?.format.framesPerSecond ?? 30;
    this.width = reel?.format.width ?? 1;
    this.height = reel?.format.height ?? 1;
    this.keyframesAt = reel?.format.keyframesAt ?? [];
    this.finished = reel?.finished ?? 0;
    this.playing = clock.playing;
    this.frame = this.player.frame;
    this.error = this.#sentence(error);
    this.version++;
  }

  #sentence(error: unknown): string | null {
    if (error === null) return null;
    // The line broke: the room asks again when it is back.
    if (error instanceof MorphloomError) return error.code === 'cancelled' ? null : error.message;
    return t.common.defect(error instanceof Error ? error.message : 'an unknown error');
  }

  show(timeline: Timeline): void {
    this.player.loops = timeline.loop !== 'none';
    this.player.show(timeline);
  }

  clear(): void {
    this.player.clear();
  }

  /** What is due now; to be asked once a frame of the screen. */
  tick(now: number): ReturnType<Player['tick']> {
    const due = this.player.tick(now);
    if (due !== null && due.frame !== this.frame) this.frame = due.frame;
    if (this.playing !== this.player.clock.playing) this.playing = this.player.clock.playing;
    return due;
  }

  toggle(): void {
    if (this.player.clock.playing) this.player.pause();
    else this.player.play();
    this.playing = this.player.clock.playing;
  }

  play(): void {
    this.player.play();
    this.playing = true;
  }

  pause(): void {
    this.player.pause();
    this.playing = false;
  }

  seek(frame: number): void {
    this.player.seek(frame);
    this.frame = this.player.frame;
  }

  /** Goes some frames on or back, round the loop. */
  step(by: number): void {
    this.pause();
    if (this.frames > 0) this.seek((this.frame + by + this.frames) % this.frames);
  }
}
