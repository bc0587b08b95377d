import { beforeAll, describe, expect, it } from 'vitest';
import type { Timeline } from '../../../src/contract/timeline.ts';
import type { LatentCodec } from '../../../src/engine/morph/codec.ts';
import { timelineFrames } from '../../../src/engine/morph/frames.ts';
import { ByteCache } from '../../../src/engine/morph/cache.ts';
import { TimelineStudio } from '../../../src/engine/morph/timeline.ts';
import { discCodec, drawDisc, toBytes } from './disc.ts';
import { collect, materialOf, timelineOf, withKeyframe, worst } from './gallery.ts';

const pictures = Object.fromEntries(
  ['a', 'b', 'c', 'd', 'e'].map((name, i) => [
    name,
    toBytes(
      drawDisc(
        { x: 18 + 3 * i, y: 22 + (i % 2) * 6, radius: 9 + i, colour: [0.8 - i / 8, 0.3, i / 6] },
        0.15,
      ),
    ),
  ]),
);
const material = materialOf({ pictures, directions: { right: Float32Array.of(0.2, 0, 0, 0, 0, 0) } });

/** The disc codec, counting the pictures that it encodes and decodes. */
function counting(): { codec: LatentCodec; taken: () => { encoded: number; decoded: number } } {
  let [encoded, decoded] = [0, 0];
  const codec: LatentCodec = {
    ...discCodec,
    encode: (pixels, count) => {
      encoded += count;
      return discCodec.encode(pixels, count);
    },
    decode: (latents, count) => {
      decoded += count;
      return discCodec.decode(latents, count);
    },
  };
  const taken = (): { encoded: number; decoded: number } => {
    const was = { encoded, decoded };
    [encoded, decoded] = [0, 0];
    return was;
  };
  return { codec, taken };
}

/** What measuring one way decodes. */
async function costOfAWay(): Promise<number> {
  const { codec, taken } = counting();
  const studio = new TimelineStudio(codec, material);
  await studio.quick(timelineOf(['a', 'b']));
  taken();
  await studio.plan(timelineOf(['a', 'b']));
  return taken().decoded;
}

describe('a studio', () => {
  const timeline = timelineOf(['a', 'b', 'c', 'd'], { path: 'slerp' });
  const edits: readonly [string, (was: Timeline) => Timeline][] = [
    ['seconds', (was) => ({ ...was, seconds: 9 })],
    ['frames per second', (was) => ({ ...was, framesPerSecond: 12 })],
    ['a hold', (was) => withKeyframe(was, 1, { holdSeconds: 2 })],
    ["a way's own time", (was) => withKeyframe(was, 2, { seconds: 1 })],
    ['easing', (was) => withKeyframe(was, 0, { ease: 'ease-in-cubic' })],
    ['the loop, there and back', (was) => ({ ...was, loop: 'pingpong' })],
    ['the name', (was) => ({ ...was, name: 'another' })],
  ];

  const shared = counting();
  const planned = new TimelineStudio(shared.codec, material);
  beforeAll(async () => {
    await planned.plan(timeline);
    expect(shared.taken().encoded).toBe(4);
  });

  it.each(edits)('measures nothing anew when %s changes', async (_, edit) => {
    shared.taken();
    await planned.plan(edit(timeline));
    expect(shared.taken()).toEqual({ encoded: 0, decoded: 0 });
  });

  it('measures the two ways of a keyframe that changed, one of a cycle that closes, and none twice', async () => {
    const way = await costOfAWay();
    const { codec, taken } = counting();
    const studio = new TimelineStudio(codec, material);
    await studio.plan(timeline);
    expect(taken().decoded).toBe(3 * way + 4);
    await studio.plan(timelineOf(['a', 'e', 'c', 'd'], { path: 'slerp' }));
    expect(taken()).toEqual({ encoded: 1, decoded: 2 * way + 1 });
    await studio.plan({ ...timeline, loop: 'cycle' });
    expect(taken()).toEqual({ encoded: 0, decoded: way });
    await studio.plan(timeline);
    expect(taken()).toEqual({ encoded: 0, decoded: 0 });
  });

  it('keeps no more than it may', async () => {
    const { codec, taken } = counting();
    const studio = new TimelineStudio(codec, material, { cacheBytes: 1000 });
    const short = timelineOf(['a', 'b']);
    await studio.plan(short);
    const first = taken();
    await studio.plan(short);
    expect(taken()).toEqual(first);
  });

  it('has a first look with the frames of the final one, the keyframes exact', async () => {
    const quick = await new TimelineStudio(discCodec, material).quick(timeline);
    const final = await planned.plan(timeline);
    expect(quick.quality).toBe('quick');
    expect(final.quality).toBe('final');
    expect(quick.frameCount).toBe(final.frameCount);
    const frames = await collect(quick);
    expect(frames).toHaveLength(quick.frameCount);
    ['a', 'b', 'c', 'd'].forEach((name, k) =>
      expect(worst(frames[quick.keyframesAt[k]].data, pictures[name])).toBeLessThanOrEqual(1),
    );
  });

  it('shows ways that it knows as they are, in a first look too', async () => {
    const frames = await collect(await planned.plan(timeline));
    const known = await planned.quick(timeline);
    expect(known.keyframesAt).toEqual((await planned.plan(timeline)).keyframesAt);
    (await collect(known)).forEach((frame, i) => expect(worst(frame.data, frames[i].data)).toBe(0));
    // The last way is another one now; those before it are not.
    const edited = await planned.quick(timelineOf(['a', 'b', 'c', 'e'], { path: 'slerp' }));
    const [{ data }] = await collect(edited, { from: edited.keyframesAt[2], to: edited.keyframesAt[2] + 1 });
    expect(worst(data, pictures['c'])).toBeLessThanOrEqual(1);
    const measured = edited.parts.segments.map((segment) => segment.measured);
    expect(measured).toEqual([true, true, false]);
    shared.taken();
  });

  it('decodes little before the first frame of a first look', async () => {
    const { codec, taken } = counting();
    const studio = new TimelineStudio(codec, material);
    const frames = timelineFrames(await studio.quick({ ...timeline, seconds: 60 }));
    await frames.next();
    expect(taken().decoded).toBeLessThanOrEqual(4 + 4);
    await frames.return();
  });

  it('shows moves in a first look too', async () => {
    const moving = {
      ...timeline,
      tracks: [{ attribute: 'right', points: [{ at: 1, value: 2, ease: 'linear' as const }] }],
    };
    const studio = new TimelineStudio(discCodec, material);
    const [still] = await collect(await studio.quick(timeline), { to: 1 });
    const [moved] = await collect(await studio.quick(moving), { to: 1 });
    expect(worst(still.data, moved.data)).toBeGreaterThan(20);
  });
});

describe('ByteCache', () => {
  it('forgets what was not asked for longest, and never holds too much', () => {
    const cache = new ByteCache<string>(10);
    cache.set('a', 'A', 4);
    cache.set('b', 'B', 4);
    expect(cache.get('a')).toBe('A');
    cache.set('c', 'C', 4);
    expect(cache.get('b')).toBeUndefined();
    expect([cache.get('a'), cache.get('c')]).toEqual(['A', 'C']);
    cache.set('d', 'D', 11);
    expect(cache.get('d')).toBeUndefined();
    cache.set('a', 'AA', 8);
    expect([cache.get('a'), cache.get('c')]).toEqual(['AA', undefined]);
  });
});
