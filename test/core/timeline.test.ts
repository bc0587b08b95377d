import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { easing } from '../../src/core/easing.ts';
import {
  countFrames,
  fewestFrames,
  LOOPS,
  type Loop,
  scheduleFrames,
  segmentsOf,
  share,
  type TimelineFrame,
  type TimelineSettings,
} from '../../src/core/timeline.ts';

const linear = easing('linear');

/** A timeline whose ways all share the time and whose keyframes all stay equally long. */
function alike(
  keyframes: number,
  loop: Loop,
  frames: number,
  { hold = 0, lengths = Array.from({ length: 9 }, () => 1), ease = linear } = {},
): TimelineSettings {
  const segments = lengths.slice(0, segmentsOf(keyframes, loop));
  return {
    loop,
    frames: loop === 'pingpong' ? frames / 2 : frames,
    holds: Array.from({ length: keyframes }, () => hold),
    segments: segments.map((length) => ({ frames: null, ease, length })),
  };
}

const alikes = fc
  .record({
    keyframes: fc.integer({ min: 2, max: 6 }),
    extra: fc.integer({ min: 0, max: 60 }),
    loop: fc.constantFrom(...LOOPS),
    hold: fc.integer({ min: 0, max: 3 }),
    lengths: fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 6, maxLength: 6 }),
  })
  .map((given) => ({ ...given, frames: fewestFrames(given.keyframes, given.loop) + given.extra }));

/** Any timeline: each keyframe with a hold of its own, each way with a time of its own or a share. */
const timelines = fc.integer({ min: 2, max: 6 }).chain((keyframes) =>
  fc.record({
    loop: fc.constantFrom(...LOOPS),
    frames: fc.double({ min: 0.1, max: 90, noNaN: true }),
    holds: fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 9, noNaN: true })), {
      minLength: keyframes,
      maxLength: keyframes,
    }),
    segments: fc.array(
      fc.record({
        frames: fc.option(fc.double({ min: 0.1, max: 40, noNaN: true })),
        ease: fc.constantFrom(linear, easing('ease-in-out-sine'), easing('ease-in-cubic')),
        length: fc.double({ min: 0, max: 5, noNaN: true }),
      }),
      { minLength: keyframes, maxLength: keyframes },
    ),
  }),
);
const fitting = (given: TimelineSettings): TimelineSettings => ({
  ...given,
  segments: given.segments.slice(0, segmentsOf(given.holds.length, given.loop)),
});

/** The place along the whole path, keyframe k at k. */
const place = ({ segment, position }: TimelineFrame): number => segment + position;

describe('scheduleFrames', () => {
  it('has the frames that were asked for, and those of the holds', () => {
    fc.assert(
      fc.property(alikes, ({ keyframes, loop, frames, hold, lengths }) => {
        const visits = loop === 'pingpong' ? 2 * (keyframes - 1) : keyframes;
        const schedule = scheduleFrames(alike(keyframes, loop, frames, { hold, lengths }));
        expect(schedule.frames).toHaveLength(frames + hold * visits);
      }),
    );
  });

  it('lasts as long as all its parts together, to half a frame, whatever they are', () => {
    fc.assert(
      fc.property(timelines, (any) => {
        const given = fitting(any);
        const { frames } = scheduleFrames(given);
        const ways = given.segments.map((segment) => segment.frames ?? Infinity);
        // Ways shorter than a frame take one all the same, and may leave too little for others.
        if (Math.min(...ways) >= 1 && given.frames >= 2 * given.holds.length)
          expect(frames).toHaveLength(countFrames(given));
        else expect(frames.length).toBeGreaterThanOrEqual(countFrames(given));
        const directions = given.loop === 'pingpong' ? 2 : 1;
        const own = given.segments.reduce((sum, segment) => sum + (segment.frames ?? 0), 0);
        const shared = given.segments.some((segment) => segment.frames === null) ? given.frames : 0;
        const stays = given.holds.reduce(
          (sum, hold, k) =>
            sum + hold * (given.loop === 'pingpong' && k > 0 && k + 1 < given.holds.length ? 2 : 1),
          0,
        );
        expect(countFrames(given)).toBe(
          Math.max(
            fewestFrames(given.holds.length, given.loop),
            Math.round(directions * (own + shared) + stays),
          ),
        );
      }),
    );
  });

  it('meets every keyframe exactly, where it says, and stays there as long as it should', () => {
    fc.assert(
      fc.property(timelines, (any) => {
        const given = fitting(any);
        const { frames, keyframesAt } = scheduleFrames(given);
        const keyframes = given.holds.length;
        expect(keyframesAt).toHaveLength(keyframes);
        const at = frames.map((frame) => place(frame) % (given.loop === 'cycle' ? keyframes : Infinity));
        keyframesAt.forEach((frame, k) => {
          expect(at[frame]).toBe(k);
          expect(at.indexOf(k)).toBe(frame);
          let stay = 0;
          while (at[frame + stay + 1] === k) stay++;
          expect(Math.abs(stay - given.holds[k])).toBeLessThanOrEqual(1 + 1e-9);
        });
        expect([...keyframesAt].sort((a, b) => a - b)).toEqual(keyframesAt);
      }),
    );
  });

  it('gives each way its own time, to a frame', () => {
    fc.assert(
      fc.property(timelines, (any) => {
        const given = fitting(any);
        const { frames } = scheduleFrames({ ...given, loop: 'cycle', segments: any.segments });
        // Where others have less than a frame each, the longest make room for them.
        const roomy = given.frames >= any.segments.length;
        fc.pre(roomy && any.segments.every((segment) => segment.frames === null || segment.frames >= 1));
        any.segments.forEach((segment, k) => {
          if (segment.frames === null) return;
          const inner = frames.filter((frame) => frame.segment === k && frame.position > 0).length;
          expect(Math.abs(inner + 1 - segment.frames)).toBeLessThanOrEqual(1 + 1e-9);
        });
      }),
    );
  });

  it('repeats no frame but the held ones, round the loop too', () => {
    fc.assert(
      fc.property(alikes, ({ keyframes, loop, frames, lengths }) => {
        const schedule = scheduleFrames(alike(keyframes, loop, frames, { lengths }));
        const at = schedule.frames.map((frame) => place(frame) % (loop === 'cycle' ? keyframes : Infinity));
        for (let i = 1; i < at.length; i++) expect(at[i]).not.toBe(at[i - 1]);
        if (loop !== 'none') expect(at[at.length - 1]).not.toBe(at[0]);
      }),
    );
  });

  it('moves on evenly with equal segments, round the loop too', () => {
    for (const loop of ['cycle', 'pingpong'] as const) {
      const { frames } = scheduleFrames(alike(3, loop, 24));
      const period = loop === 'cycle' ? 3 : Infinity;
      const at = [...frames, frames[0]].map(place);
      const steps = at.slice(1).map((p, i) => {
        const step = Math.abs(p - at[i]);
        return Math.min(step, period - step);
      });
      for (const step of steps) expect(step).toBeCloseTo(loop === 'cycle' ? 1 / 8 : 1 / 6, 10);
    }
  });

  it('gives longer segments more of the time', () => {
    const { frames } = scheduleFrames(alike(3, 'none', 31, { lengths: [1, 2] }));
    expect(frames.filter(({ segment }) => segment === 0)).toHaveLength(10);
    expect(frames.at(-1)).toEqual({ segment: 1, position: 1 });
  });

  it('shares out only what ways with a time of their own leave', () => {
    const { frames, keyframesAt } = scheduleFrames({
      loop: 'none',
      frames: 21,
      holds: [0, 5, 0, 0],
      segments: [
        { frames: null, ease: linear, length: 1 },
        { frames: 12, ease: linear, length: 100 },
        { frames: null, ease: linear, length: 3 },
      ],
    });
    expect(frames).toHaveLength(21 + 5 + 12);
    expect(keyframesAt).toEqual([0, 5, 22, 37]);
  });

  it('goes back with the same easing in time, not mirrored', () => {
    const { frames } = scheduleFrames(alike(2, 'pingpong', 8, { ease: easing('ease-in-quad') }));
    expect(frames.map(place)).toEqual([0, 1 / 16, 1 / 4, 9 / 16, 1, 15 / 16, 3 / 4, 7 / 16]);
  });

  it('shows every keyframe even where there are too few frames, and refuses what does not fit together', () => {
    const few = scheduleFrames(alike(4, 'none', 3));
    expect(few.frames.map(place)).toEqual([0, 1, 2, 3]);
    expect(() => scheduleFrames({ ...alike(4, 'none', 30), segments: [] })).toThrow(/need 3 segments, not 0/);
    expect(() => scheduleFrames(alike(1, 'none', 30))).toThrow(/1 keyframes need/);
  });
});

it('share gives whole parts, one at least, that sum up and follow the weights', () => {
  const weights = fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(weights, fc.integer({ min: 0, max: 200 }), (given, extra) => {
      const parts = share(given.length + extra, given);
      expect(parts.reduce((a, b) => a + b, 0)).toBe(given.length + extra);
      expect(Math.min(...parts)).toBeGreaterThanOrEqual(1);
      given.forEach((weight, i) =>
        given.forEach((other, j) => weight > other && expect(parts[i]).toBeGreaterThanOrEqual(parts[j])),
      );
    }),
  );
  expect(share(10, [1, 1, 2])).toEqual([3, 2, 5]);
});
