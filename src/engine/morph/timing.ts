import { MorphloomError } from '../../contract/errors.ts';
import { MAX_FRAMES } from '../../contract/morph.ts';
import type { Timeline } from '../../contract/timeline.ts';
import { easing } from '../../core/easing.ts';
import { countFrames, type Schedule, scheduleFrames, segmentsOf } from '../../core/timeline.ts';

/**
 * When which frame is shown.
 * @param lengths of the ways, as they are seen; times that are not set are shared out by them
 */
export function scheduleTimeline(timeline: Timeline, lengths: readonly number[]): Schedule {
  const { segments, ...timing } = timingOf(timeline);
  return scheduleFrames({
    ...timing,
    segments: segments.map((segment, i) => ({ ...segment, length: lengths[i] })),
  });
}

/** Refuses what no morph can be made of. Throws `usage`. */
export function checkTimeline(timeline: Timeline): void {
  checkKeyframes(timeline.keyframes.length);
  const frames = countFrames(timingOf(timeline));
  if (frames > MAX_FRAMES) {
    throw new MorphloomError(
      'usage',
      `This morph has ${frames} frames, and ${MAX_FRAMES} is the most; make it shorter, or take fewer frames a second.`,
    );
  }
}

/** Throws `usage` for fewer than two keyframes. */
export function checkKeyframes(keyframes: number): void {
  if (keyframes >= 2) return;
  const given = keyframes === 1 ? 'only one was named' : 'none was named';
  throw new MorphloomError('usage', `A morph goes between two pictures or more; ${given}.`);
}

function timingOf({ keyframes, loop, seconds, framesPerSecond }: Timeline) {
  const ways = keyframes.slice(0, segmentsOf(keyframes.length, loop));
  return {
    loop,
    frames: seconds * framesPerSecond,
    holds: keyframes.map(({ holdSeconds }) => holdSeconds * framesPerSecond),
    segments: ways.map((keyframe) => ({
      frames: keyframe.seconds === null ? null : keyframe.seconds * framesPerSecond,
      ease: easing(keyframe.ease),
    })),
  };
}
