import { MorphloomError } from '../../contract/errors.ts';

/** How a format counts time, and how fast it may run before players slow it down on purpose. */
export interface Clock {
  readonly ticksPerSecond: number;
  readonly maxFramesPerSecond: number;
}

/**
 * GIF counts centiseconds. Players take a delay below 2 for a mistake of the file's and show such frames for
 * 10, so 50 frames a second is the most there is.
 */
export const GIF_CLOCK: Clock = { ticksPerSecond: 100, maxFramesPerSecond: 50 };
/** WebP counts milliseconds; browsers treat delays of 10 and less as 100. */
export const WEBP_CLOCK: Clock = { ticksPerSecond: 1000, maxFramesPerSecond: 90 };

/** Film and folders of frames take any rate. */
export const FREE_CLOCK: Clock = { ticksPerSecond: 1000, maxFramesPerSecond: 240 };

export interface Pace {
  /** The rate that is written: the one asked for, or the fastest that the format can. */
  readonly framesPerSecond: number;
  /** Whether the frame at this index (from 0) is shown. Left-out frames keep the duration true. */
  keeps(index: number): boolean;
  /**
   * The delay of the frame that is the `shown`-th (from 0) to be shown, in ticks. Rounded so that the sum of
   * the first n delays is within half a tick of n / framesPerSecond: 30 fps gives 3, 4, 3, 3, 4, 3 …
   */
  delay(shown: number): number;
  /** One sentence when the rate had to be lowered. */
  readonly note: string | null;
}

/**
 * How frames that come at `framesPerSecond` (0.1 to 240) are timed by `clock`. Throws `usage` outside.
 * @param atMost the rate that is wanted, where it is lower
 */
export function createPace(framesPerSecond: number, clock: Clock, atMost = Infinity): Pace {
  if (!(framesPerSecond >= 0.1 && framesPerSecond <= 240)) {
    throw new MorphloomError(
      'usage',
      `${framesPerSecond} frames per second is not possible; choose from 0.1 to 240.`,
    );
  }
  const rate = Math.min(framesPerSecond, clock.maxFramesPerSecond, atMost);
  const start = (shown: number): number => Math.round((shown * clock.ticksPerSecond) / rate);
  const slot = (index: number): number => Math.floor((index * rate) / framesPerSecond + 1e-9);
  return {
    framesPerSecond: rate,
    keeps: (index) => index === 0 || slot(index) !== slot(index - 1),
    delay: (shown) => start(shown + 1) - start(shown),
    note:
      rate === framesPerSecond || atMost <= clock.maxFramesPerSecond
        ? null
        : `Players show this format at ${rate} frames per second at most: frames were left out, the duration is kept.`,
  };
}
