import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Timeline } from '../../../../src/contract/timeline.ts';
import { easing } from '../../../../src/core/easing.ts';
import { LOOPS, scheduleFrames, segmentsOf } from '../../../../src/core/timeline.ts';
import { Axis, CLIP, ticksOf } from '../../../../src/renderer/rooms/morph/axis.ts';
import { easeInverse, easePath, valueY, yValue } from '../../../../src/renderer/rooms/morph/curves.ts';
import { emptyTimeline, insertPlaces } from '../../../../src/renderer/rooms/morph/edits.ts';
import { placeX, xPlace } from '../../../../src/renderer/rooms/morph/lane.ts';
import {
  clockText,
  forwardTime,
  keyframeAt,
  measuredShares,
  timeAt,
  timingOf,
} from '../../../../src/renderer/rooms/morph/timing.ts';

const timelines = fc
  .record({
    keyframes: fc.array(
      fc.record({
        hold: fc.oneof(fc.constant(0), fc.double({ min: 0.1, max: 3, noNaN: true })),
        seconds: fc.oneof(fc.constant(null), fc.double({ min: 0.2, max: 4, noNaN: true })),
        ease: fc.constantFrom('linear' as const, 'ease-in-cubic' as const, 'ease-out-sine' as const),
      }),
      { minLength: 2, maxLength: 6 },
    ),
    loop: fc.constantFrom(...LOOPS),
    seconds: fc.double({ min: 0.5, max: 10, noNaN: true }),
  })
  .map(({ keyframes, loop, seconds }): Timeline => {
    const timeline = emptyTimeline('loop');
    insertPlaces(
      timeline,
      0,
      keyframes.map((_, i) => ({ kind: 'picture', id: i.toString(16).padStart(32, '0') })),
    );
    keyframes.forEach(({ hold, seconds: own, ease }, i) =>
      Object.assign(timeline.keyframes[i], { holdSeconds: hold, seconds: own, ease }),
    );
    return { ...timeline, loop, seconds };
  });

describe('the timing of a timeline', () => {
  it('meets keyframes when the engine does, once it was told how far the ways are', () => {
    fc.assert(
      fc.property(
        timelines,
        fc.array(fc.double({ min: 0.1, max: 9, noNaN: true }), { minLength: 6, maxLength: 6 }),
        (timeline, lengths) => {
          const fps = 120;
          const at = { ...timeline, framesPerSecond: fps };
          const count = segmentsOf(at.keyframes.length, at.loop);
          const { frames, keyframesAt } = scheduleFrames({
            loop: at.loop,
            frames: at.seconds * fps,
            holds: at.keyframes.map(({ holdSeconds }) => holdSeconds * fps),
            segments: at.keyframes.slice(0, count).map(({ seconds, ease }, i) => ({
              frames: seconds === null ? null : seconds * fps,
              ease: easing(ease),
              length: lengths[i],
            })),
          });
          const timing = timingOf(at, measuredShares(at, keyframesAt, frames.length, new Map()));
          expect(Math.abs(timing.total - frames.length / fps)).toBeLessThan(
            (2 * at.keyframes.length + 2) / fps,
          );
          for (const [i, frame] of keyframesAt.entries())
            expect(Math.abs(timing.arrives[i] - frame / fps)).toBeLessThan(
              (2 * at.keyframes.length + 2) / fps,
            );
        },
      ),
    );
  });

  it('shares the time evenly before it was told anything', () => {
    const timeline = emptyTimeline('loop');
    insertPlaces(
      timeline,
      0,
      [0, 1, 2, 3].map((i) => ({ kind: 'picture', id: String(i).padStart(32, '0') })),
    );
    timeline.keyframes[1].seconds = 5;
    const { ways, length } = timingOf({ ...timeline, seconds: 3 }, new Map());
    expect(ways).toEqual([1, 5, 1, 1]);
    expect(length).toBe(8);
  });

  it('finds the moment of a place and the place of a moment', () => {
    fc.assert(
      fc.property(timelines, fc.double({ min: 0, max: 1, noNaN: true }), (timeline, part) => {
        const timing = timingOf(timeline, new Map());
        const time = part * timing.length;
        const back = timeAt(timing, keyframeAt(timing, time));
        const holding = timing.arrives.some(
          (arrive, i) => time >= arrive && time <= arrive + timing.holds[i],
        );
        if (!holding) expect(back).toBeCloseTo(time, 6);
      }),
    );
  });

  it('goes there and back through the same moments', () => {
    const timeline = { ...emptyTimeline('loop'), loop: 'pingpong' as const, seconds: 2 };
    insertPlaces(
      timeline,
      0,
      [0, 1, 2].map((i) => ({ kind: 'picture', id: String(i).padStart(32, '0') })),
    );
    timeline.keyframes[2].holdSeconds = 1;
    const timing = timingOf(timeline, new Map());
    expect(timing.total).toBe(5);
    expect(forwardTime(timing, 1.5)).toBe(1.5);
    // After two seconds there, and one of holding, it comes back.
    expect(forwardTime(timing, 3.5)).toBe(1.5);
    expect(forwardTime(timing, 5)).toBe(0);
  });

  it('writes times as clocks do', () => {
    expect(clockText(2.4)).toBe('2.40');
    expect(clockText(83.5)).toBe('1:23.50');
  });
});

describe('the axis of a timeline', () => {
  it('never goes back, and never lets pictures cover each other', () => {
    fc.assert(
      fc.property(
        timelines,
        fc.integer({ min: 200, max: 3000 }),
        fc.double({ min: 1, max: 8, noNaN: true }),
        (timeline, width, zoom) => {
          const timing = timingOf(timeline, new Map());
          const axis = new Axis(timing, { width, zoom, padding: 20 });
          const xs = Array.from({ length: 41 }, (_, i) => axis.x((i / 40) * timing.length));
          for (let i = 1; i < xs.length; i++) expect(xs[i]).toBeGreaterThanOrEqual(xs[i - 1] - 1e-6);
          for (let i = 1; i < axis.starts.length; i++)
            expect(axis.starts[i] - axis.leaves[i - 1]).toBeGreaterThanOrEqual(CLIP);
          expect(axis.width).toBeGreaterThanOrEqual(width);
        },
      ),
    );
  });

  it('finds the moment under a pixel', () => {
    fc.assert(
      fc.property(timelines, fc.double({ min: 0, max: 1, noNaN: true }), (timeline, part) => {
        const timing = timingOf(timeline, new Map());
        const axis = new Axis(timing, { width: 1200, zoom: 1, padding: 20 });
        expect(axis.time(axis.x(part * timing.length))).toBeCloseTo(part * timing.length, 6);
      }),
    );
  });

  it('says before which picture something is dropped', () => {
    const timing = { arrives: [0, 1, 2], holds: [0, 0, 0], ways: [1, 1], length: 2, total: 2 };
    const axis = new Axis(timing, { width: 1000, zoom: 1, padding: 20 });
    expect(axis.slot(0)).toBe(0);
    expect(axis.slot(axis.starts[1] - 5)).toBe(1);
    expect(axis.slot(axis.starts[1] + 5)).toBe(2);
    expect(axis.slot(999)).toBe(3);
    expect(axis.slotX(1)).toBeCloseTo((axis.starts[0] + axis.starts[1]) / 2);
  });

  it('writes no more ticks than have room', () => {
    const { times } = ticksOf(60, 720, 72);
    expect(times.length).toBeLessThanOrEqual(11);
    expect(times[0]).toBe(0);
  });
});

describe('curves', () => {
  it('turns an easing round', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (part) => {
        const ease = easing('ease-in-out-cubic');
        expect(ease(easeInverse(ease, part))).toBeCloseTo(part, 6);
      }),
    );
    expect(easePath('linear', 10, 10, 1)).toBe('M0.00 10.00L10.00 0.00');
  });

  it('finds the value of a height, and the place under a pixel of an eased way', () => {
    expect(yValue(valueY(1.3, 56), 56)).toBeCloseTo(1.3);
    fc.assert(
      fc.property(timelines, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (timeline, part) => {
        const timing = timingOf(timeline, new Map());
        const axis = new Axis(timing, { width: 1200, zoom: 1, padding: 20 });
        const at = part * timing.ways.length;
        expect(xPlace(timeline, timing, axis, placeX(timeline, timing, axis, at))).toBeCloseTo(at, 3);
      }),
    );
  });
});
