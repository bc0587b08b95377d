import * as fc from 'fast-check';
import { create } from 'mutative';
import { describe, expect, it } from 'vitest';
import { timelineSchema, type Place, type Timeline } from '../../../../src/contract/timeline.ts';
import {
  addPoint,
  addTrack,
  duplicateKeyframe,
  emptyTimeline,
  insertPlaces,
  MOST_DEVIATIONS,
  moveKeyframe,
  movePoint,
  removeKeyframe,
  waysOf,
} from '../../../../src/renderer/rooms/morph/edits.ts';

const picture = (n: number): Place => ({ kind: 'picture', id: n.toString(16).padStart(32, '0') });
const idsOf = ({ keyframes }: Timeline): number[] =>
  keyframes.map(({ place }) => (place.kind === 'picture' ? parseInt(place.id, 16) : -1));

function timelineOf(count: number, points: readonly number[] = []): Timeline {
  const timeline = emptyTimeline('loop');
  timeline.loop = 'none';
  insertPlaces(
    timeline,
    0,
    Array.from({ length: count }, (_, i) => picture(i)),
  );
  if (points.length > 0) {
    timeline.tracks.push({
      attribute: 'smile',
      points: points.map((at) => ({ at, value: 1, ease: 'linear' as const })),
    });
  }
  return timeline;
}

describe('a timeline that is edited', () => {
  it('takes places in where they are dropped, each with a key of its own', () => {
    const timeline = timelineOf(2);
    const keys = insertPlaces(timeline, 1, [picture(7), picture(8)]);
    expect(idsOf(timeline)).toEqual([0, 7, 8, 1]);
    expect(timeline.keyframes.slice(1, 3).map(({ key }) => key)).toEqual(keys);
    expect(new Set(timeline.keyframes.map(({ key }) => key)).size).toBe(4);
    expect(timelineSchema.parse(timeline)).toEqual(timeline);
  });

  it('does not give a key anew that a removed keyframe in the middle had left', () => {
    const timeline = timelineOf(3);
    removeKeyframe(timeline, 'k2');
    insertPlaces(timeline, 0, [picture(9)]);
    expect(new Set(timeline.keyframes.map(({ key }) => key)).size).toBe(3);
  });

  it('moves a keyframe to a place, and stays within bounds', () => {
    const timeline = timelineOf(4);
    moveKeyframe(timeline, 'k1', 2);
    expect(idsOf(timeline)).toEqual([1, 2, 0, 3]);
    moveKeyframe(timeline, 'k4', -5);
    expect(idsOf(timeline)).toEqual([3, 1, 2, 0]);
  });

  it('repeats a keyframe behind itself', () => {
    // As the window edits: on a draft, whose parts are no plain objects.
    let copy: string | null = null;
    const timeline = create(timelineOf(2), (draft) => {
      copy = duplicateKeyframe(draft, 'k1');
    });
    expect(idsOf(timeline)).toEqual([0, 0, 1]);
    expect(timeline.keyframes[1].key).toBe(copy);
    // Wires take plain values only.
    expect(structuredClone(timeline)).toEqual(timeline);
  });

  it('keeps points by the pictures that they stood between when one comes or goes before them', () => {
    const timeline = timelineOf(3, [0, 1.5, 2]);
    insertPlaces(timeline, 1, [picture(9)]);
    expect(timeline.tracks[0].points.map(({ at }) => at)).toEqual([0, 2.5, 3]);
    removeKeyframe(timeline, timeline.keyframes[1].key);
    expect(timeline.tracks[0].points.map(({ at }) => at)).toEqual([0, 1.5, 2]);
  });

  it('brings points back where they were when a keyframe is put in and taken out again', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 8 }),
        fc.nat(8),
        fc.array(fc.double({ min: 0, max: 7, noNaN: true }), { maxLength: 6 }),
        (count, at, points) => {
          const inside = points.map((point) => Math.min(point, count - 1)).sort((a, b) => a - b);
          const timeline = timelineOf(count, inside);
          const index = Math.min(at, count);
          const [key] = insertPlaces(timeline, index, [picture(99)]);
          removeKeyframe(timeline, key);
          for (const [i, { at: now }] of timeline.tracks[0]?.points.entries() ?? [])
            expect(Math.abs(now - inside[i])).toBeLessThan(2e-4);
        },
      ),
    );
  });

  it('puts an attribute on once: it rises half-way and is gone at the ends', () => {
    const timeline = timelineOf(3);
    addTrack(timeline, 'smile');
    addTrack(timeline, 'smile');
    expect(timeline.tracks).toHaveLength(1);
    expect(timeline.tracks[0].points.map(({ at, value }) => [at, value])).toEqual([
      [0, 0],
      [1, 2],
      [2, 0],
    ]);
    expect(waysOf({ ...timeline, loop: 'cycle' })).toBe(3);
  });

  it('keeps points in order, whatever is dragged where', () => {
    const steps = fc.array(
      fc.record({
        index: fc.nat(20),
        at: fc.double({ min: -3, max: 9, noNaN: true }),
        value: fc.double({ min: -50, max: 50, noNaN: true }),
        add: fc.boolean(),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const timeline = timelineOf(4, [0, 3]);
        for (const { index, at, value, add } of all) {
          const { points } = timeline.tracks[0];
          if (add) addPoint(timeline, 0, Math.min(Math.max(at, 0), 3), value);
          else movePoint(timeline, 0, index % points.length, at, value);
        }
        const { points } = timeline.tracks[0];
        expect(points.map(({ at }) => at)).toEqual(points.map(({ at }) => at).sort((a, b) => a - b));
        for (const { at, value } of points) {
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at).toBeLessThanOrEqual(3);
          expect(Math.abs(value)).toBeLessThanOrEqual(MOST_DEVIATIONS);
        }
        timelineSchema.parse(timeline);
      }),
    );
  });
});
