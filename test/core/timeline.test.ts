import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { easing } from '../../src/core/easing.ts';
import {
  fewestFrames,
  LOOPS,
  scheduleFrames,
  segmentsOf,
  share,
  type TimelineFrame,
} from '../../src/core/timeline.ts';

const linear = easing('linear');
const settings = fc
  .record({
    keyframes: fc.integer({ min: 2, max: 6 }),
    extra: fc.integer({ min: 0, max: 60 }),
    loop: fc.constantFrom(...LOOPS),
    hold: fc.integer({ min: 0, max: 3 }),
    weights: fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 6, maxLength: 6 }),
  })
  .map(({ keyframes, extra, loop, hold, weights }) => ({
    keyframes,
    frames: fewestFrames(keyframes, loop) + extra,
    loop,
    hold,
    ease: linear,
    lengths: weights.slice(0, segmentsOf(keyframes, loop)),
  }));

/** The place along the whole path, keyframe k at k. */
const place = ({ segment, position }: TimelineFrame): number => segment + position;

describe('scheduleFrames', () => {
  it('has the frames that were asked for, and those of the holds', () => {
    fc.assert(
      fc.property(settings, (given) => {
        const { keyframes, frames, loop, hold } = given;
        const visits = loop === 'pingpong' ? 2 * (keyframes - 1) : keyframes;
        expect(scheduleFrames(given)).toHaveLength(frames + hold * visits);
      }),
    );
  });

  it('meets every keyframe exactly, and repeats no frame but the held ones', () => {
    fc.assert(
      fc.property(settings, (given) => {
        const { keyframes, loop } = given;
        const frames = scheduleFrames({ ...given, hold: 0 });
        const at = frames.map((frame) => place(frame) % (loop === 'cycle' ? keyframes : Infinity));
        for (let k = 0; k < keyframes; k++) expect(at).toContain(k);
        for (let i = 1; i < at.length; i++) expect(at[i]).not.toBe(at[i - 1]);
        if (loop !== 'none') expect(at[at.length - 1]).not.toBe(at[0]);
      }),
    );
  });

  it('moves on evenly with equal segments, round the loop too', () => {
    for (const loop of ['cycle', 'pingpong'] as const) {
      const frames = scheduleFrames({
        keyframes: 3,
        frames: 24,
        loop,
        hold: 0,
        ease: linear,
        lengths: loop === 'cycle' ? [2, 2, 2] : [2, 2],
      });
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
    const frames = scheduleFrames({
      keyframes: 3,
      frames: 31,
      loop: 'none',
      hold: 0,
      ease: linear,
      lengths: [1, 2],
    });
    expect(frames.filter(({ segment }) => segment === 0)).toHaveLength(10);
    expect(frames.at(-1)).toEqual({ segment: 1, position: 1 });
  });

  it('goes back with the same easing in time, not mirrored', () => {
    const ease = easing('ease-in-quad');
    const frames = scheduleFrames({ keyframes: 2, frames: 8, loop: 'pingpong', hold: 0, ease, lengths: [1] });
    expect(frames.map(place)).toEqual([0, 1 / 16, 1 / 4, 9 / 16, 1, 15 / 16, 3 / 4, 7 / 16]);
  });

  it('refuses too few frames, and lengths that do not fit', () => {
    const given = { keyframes: 4, loop: 'none', hold: 0, ease: linear, lengths: [1, 1, 1] } as const;
    expect(() => scheduleFrames({ ...given, frames: 3 })).toThrow(/3 frames/);
    expect(() => scheduleFrames({ ...given, frames: 30, lengths: [1] })).toThrow(/3 segments and 1 length/);
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
