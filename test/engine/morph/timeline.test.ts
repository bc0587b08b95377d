import { describe, expect, it } from 'vitest';
import type { MorphloomError } from '../../../src/contract/errors.ts';
import type { Frame } from '../../../src/engine/export/frame.ts';
import { framesOf } from '../../../src/engine/export/model-frames.ts';
import { type LatentCodec, seenDifference } from '../../../src/engine/morph/codec.ts';
import { timelineFrames } from '../../../src/engine/morph/frames.ts';
import { morphMetrics } from '../../../src/engine/morph/metrics.ts';
import { TimelineStudio } from '../../../src/engine/morph/timeline.ts';
import { discCodec, drawDisc, SHAPE, toBytes } from './disc.ts';
import {
  collect,
  floats,
  type Gallery,
  materialOf,
  render,
  timelineOf,
  withKeyframe,
  worst,
} from './gallery.ts';

const striped = (x: number, y: number, radius: number, colour: [number, number, number]): Uint8Array =>
  toBytes(drawDisc({ x, y, radius, colour }, 0.15));
const pictures = {
  a: striped(18, 20, 9, [0.8, 0.3, 0.3]),
  b: striped(30, 27, 13, [0.3, 0.4, 0.8]),
  c: striped(20, 30, 11, [0.3, 0.7, 0.3]),
};
/** Moves a disc to the right, and reddens it. */
const directions = {
  right: Float32Array.of(0.2, 0, 0, 0, 0, 0),
  red: Float32Array.of(0, 0, 0, 0.03, 0, 0),
};
const gallery: Gallery = { pictures, directions };
const place = [2.4, 2.4, 1, 0.5, 0.5, 0.5];
const draw = (...args: Parameters<typeof timelineOf>): Promise<Uint8Array[]> =>
  render(discCodec, gallery, timelineOf(...args));
/** What the codec draws at a place. */
const decoded = (latent: ArrayLike<number>): Uint8Array =>
  toBytes(discCodec.decode(Float32Array.from(latent), 1));
const encoded = (picture: Uint8Array): Float32Array => discCodec.encode(picture, 1).mean;
const seconds = (frames: number): { seconds: number; framesPerSecond: number } => ({
  seconds: frames / 30,
  framesPerSecond: 30,
});

describe('the frames of a timeline', () => {
  it("show the artist's own pictures at the keyframes, to one grey level", async () => {
    const studio = new TimelineStudio(discCodec, materialOf(gallery));
    const plan = await studio.plan(timelineOf(['a', 'b', 'c'], seconds(31)));
    const frames = await collect(plan);
    expect(frames).toHaveLength(31);
    expect(plan.frameCount).toBe(31);
    expect(plan.keyframesAt).toHaveLength(3);
    (['a', 'b', 'c'] as const).forEach((name, k) =>
      expect(worst(frames[plan.keyframesAt[k]].data, pictures[name])).toBeLessThanOrEqual(1),
    );
  });

  it('without detail show what the codec draws, and nothing else', async () => {
    const [first] = await draw(['a', 'b'], { detail: 0 });
    expect(worst(first, decoded(encoded(pictures.a)))).toBeLessThanOrEqual(1);
    expect(worst(first, pictures.a)).toBeGreaterThan(20);
  });

  it('carry the texture along: sharper than the decoder, no ghost, and evenly', async () => {
    const count = 25;
    const bareFrames = (await draw(['a', 'b'], { ...seconds(count), detail: 0 })).map(floats);
    const bare = morphMetrics(bareFrames, SHAPE);
    const whole = morphMetrics((await draw(['a', 'b'], seconds(count))).map(floats), SHAPE);
    const [a, b] = [floats(pictures.a), floats(pictures.b)];
    const dissolve = Array.from({ length: count }, (_, i) =>
      a.map((value, k) => value + (i / (count - 1)) * (b[k] - value)),
    );
    const faded = morphMetrics(dissolve, SHAPE);
    expect(faded.ghost).toBeCloseTo(1, 6);
    expect(faded.lengthToChord).toBeCloseTo(1, 6);
    expect(bare.largestToMedianStep).toBeLessThan(1.1);
    expect(whole.largestToMedianStep).toBeLessThan(1.15);
    const bareAgainstPictures = morphMetrics([a, bareFrames[12], b], SHAPE);
    expect(whole.sharpness).toBeGreaterThan(2 * bareAgainstPictures.sharpness);
    expect(whole.ghost).toBeLessThan(0.6);
  });

  it.each(['cycle', 'pingpong'] as const)('close a %s loop without a stop or a jump', async (loop) => {
    const time = seconds(loop === 'pingpong' ? 18 : 36);
    const frames = (await draw(['a', 'b', 'c'], { ...time, loop })).map(floats);
    expect(frames).toHaveLength(36);
    const steps = frames.map((frame, i) => seenDifference(frame, frames[(i + 1) % frames.length]));
    const median = [...steps].sort((x, y) => x - y)[18];
    expect(steps[35] / median).toBeGreaterThan(0.75);
    expect(Math.max(...steps) / median).toBeLessThan(1.25);
  });

  it('go back the way they came, and hold where asked', async () => {
    const timeline = withKeyframe(timelineOf(['a', 'b'], { ...seconds(10), loop: 'pingpong' }), 0, {
      holdSeconds: 2 / 30,
    });
    const frames = await render(discCodec, gallery, timeline);
    expect(frames).toHaveLength(22);
    expect(worst(frames[0], frames[2])).toBe(0);
    expect(worst(frames[2], frames[3])).toBeGreaterThan(0);
    expect(worst(frames[12], pictures.b)).toBeLessThanOrEqual(1);
    for (let k = 1; k < 10; k++) expect(worst(frames[12 - k], frames[12 + k])).toBe(0);
  });

  it('pass a place of its own as the model draws it, and fade the detail there to none', async () => {
    const studio = new TimelineStudio(discCodec, materialOf(gallery));
    const plan = await studio.plan(timelineOf(['a', place, 'b'], seconds(41)));
    const frames = await collect(plan);
    const [first, middle, last] = plan.keyframesAt;
    expect(worst(frames[first].data, pictures.a)).toBeLessThanOrEqual(1);
    expect(worst(frames[middle].data, decoded(place))).toBeLessThanOrEqual(1);
    expect(worst(frames[last].data, pictures.b)).toBeLessThanOrEqual(1);
    const between = await draw([place, [3, 3, 1, 0.2, 0.5, 0.5]], { ...seconds(5), path: 'lerp' });
    const onTheWay = Array.from({ length: 41 }, (_, i) => {
      const t = 0.3 + i / 100;
      return decoded([2.4 + 0.6 * t, 2.4 + 0.6 * t, 1, 0.5 - 0.3 * t, 0.5, 0.5]);
    });
    expect(Math.min(...onTheWay.map((point) => worst(between[2], point)))).toBeLessThanOrEqual(4);
  });

  it('refuse a place of another model, and too few keyframes, in one sentence', async () => {
    const studio = new TimelineStudio(discCodec, materialOf(gallery));
    await expect(studio.plan(timelineOf(['a', [1, 2]]))).rejects.toMatchObject({ code: 'usage' });
    await expect(studio.quick(timelineOf(['a']))).rejects.toThrow(/only one was named/);
    await expect(
      studio.quick(timelineOf(['a', 'b'], { seconds: 3600, framesPerSecond: 60 })),
    ).rejects.toThrow(/216000 frames, and 100000 is the most/);
  });

  it('are the same bytes each time, from any frame on', async () => {
    const timeline = timelineOf(['a', 'b'], seconds(9));
    const studio = new TimelineStudio(discCodec, materialOf(gallery));
    const once = await collect(await studio.plan(timeline));
    const again = await collect(await studio.plan(timeline));
    const tail = await collect(await studio.plan(timeline), { from: 6, to: 8 });
    once.forEach((frame, i) => expect(worst(frame.data, again[i].data)).toBe(0));
    expect(tail).toHaveLength(2);
    tail.forEach((frame, i) => expect(worst(frame.data, once[6 + i].data)).toBe(0));
  });

  it('restore the full picture at a larger scale', async () => {
    const size = 3 * SHAPE.width;
    const enlarge = (pixels: Uint8Array): Uint8Array => {
      const large = new Uint8Array(size * size * 3);
      for (let y = 0, at = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const noise = ((x * 7 + y * 13) % 11) - 5;
          for (let c = 0; c < 3; c++, at++) {
            const source = (Math.floor(y / 3) * SHAPE.width + Math.floor(x / 3)) * 3 + c;
            large[at] = Math.min(255, Math.max(0, pixels[source] + noise));
          }
        }
      }
      return large;
    };
    const large = { a: enlarge(pictures.a), b: enlarge(pictures.b) };
    const timeline = timelineOf(['a', 'b'], seconds(7));
    const frames = await render(discCodec, { ...gallery, large }, timeline, { scale: 3 });
    expect(frames[0]).toHaveLength(size * size * 3);
    expect(worst(frames[0], large.a)).toBeLessThanOrEqual(1);
    expect(worst(frames[6], large.b)).toBeLessThanOrEqual(1);
  });

  it.each([1, 4])('keep pictures of %d channels true at the ends', async (channels) => {
    const image = { width: 12, height: 8, channels };
    const size = 12 * 8 * channels;
    const flat: LatentCodec = {
      latentSize: 1,
      image,
      encode: (pixels, count) => ({
        mean: Float32Array.from({ length: count }, (_, n) => pixels[n * size + channels - 1] / 255),
      }),
      decode: (latents, count) =>
        Float32Array.from({ length: count * size }, (_, i) => latents[Math.floor(i / size)]),
    };
    // Alpha is 200 on the left and 0 on the right; premultiplied colour never exceeds it.
    const picture = (value: number): Uint8Array => {
      const pixels = new Uint8Array(size);
      for (let i = 0; i < 12 * 8; i++) {
        const alpha = channels === 1 ? value : i % 12 < 6 ? 200 : 0;
        for (let c = 0; c < channels; c++)
          pixels[i * channels + c] = c === 3 ? alpha : Math.min(alpha, value + (i % 5));
      }
      return pixels;
    };
    const flats = { a: picture(40), b: picture(150) };
    const studio = new TimelineStudio(flat, materialOf({ pictures: flats }));
    const frames: Frame[] = await collect(await studio.plan(timelineOf(['a', 'b'], seconds(5))));
    const ends = [flats.a, flats.b].map((pixels) => framesOf(pixels, image)[0]);
    expect(frames[0].channels).toBe(channels === 1 ? 3 : 4);
    expect(worst(frames[0].data, ends[0].data)).toBeLessThanOrEqual(1);
    expect(worst(frames[4].data, ends[1].data)).toBeLessThanOrEqual(1);
  });

  it('of a picture and itself are that picture', async () => {
    for (const frame of await draw(['a', 'a'], seconds(5)))
      expect(worst(frame, pictures.a)).toBeLessThanOrEqual(1);
  });

  it('come with progress, and stop when asked, in planning and in drawing', async () => {
    const studio = new TimelineStudio(discCodec, materialOf(gallery));
    const abort = new AbortController();
    let reports = 0;
    const onProgress = (): void => {
      if (++reports === 3) abort.abort();
    };
    const timeline = timelineOf(['a', 'b', 'c'], seconds(20));
    const stopped = studio.plan(timeline, { onProgress, signal: abort.signal });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' } satisfies Partial<MorphloomError>);
    expect(reports).toBe(3);
    const later = new AbortController();
    const plan = await studio.plan(timeline);
    const drawing = (async (): Promise<void> => {
      let drawn = 0;
      for await (const { data } of timelineFrames(plan, { signal: later.signal }))
        if (data.length > 0 && ++drawn === 4) later.abort();
    })();
    await expect(drawing).rejects.toMatchObject({ code: 'cancelled' });
  });
});

/** How much stripes are left: the mean change from a pixel to the one two further, along the middle row. */
function texture(data: Uint8Array): number {
  let sum = 0;
  for (let x = 14; x < 22; x++) {
    const at = (px: number): number => data[(20 * SHAPE.width + px) * 3];
    sum += Math.abs(at(x + 2) - at(x));
  }
  return sum / 8;
}

describe('a track', () => {
  const moved = (attribute: string, values: readonly [number, number, number], settings = {}) =>
    draw(['a', 'a', 'a'], {
      ...seconds(13),
      tracks: [{ attribute, points: values.map((value, at) => ({ at, value, ease: 'linear' as const })) }],
      ...settings,
    });

  it('moves the picture along the way, and leaves it alone where it is 0', async () => {
    const frames = await moved('right', [0, 2, 0]);
    expect(worst(frames[0], pictures.a)).toBeLessThanOrEqual(1);
    expect(worst(frames[12], pictures.a)).toBeLessThanOrEqual(1);
    const expected = encoded(pictures.a).map((value, k) => value + 2 * directions.right[k]);
    // The picture is there with its texture: nearer to a striped disc over there than to the plain one.
    const there = seenDifference(floats(frames[6]), floats(decoded(expected)));
    expect(seenDifference(floats(frames[6]), floats(pictures.a))).toBeGreaterThan(1.5 * there);
  });

  it('without detail is the decoded path with amount × direction added', async () => {
    const frames = await moved('red', [1, 4, 1], { detail: 0 });
    const expected = (amount: number): Uint8Array =>
      decoded(encoded(pictures.a).map((value, k) => value + amount * directions.red[k]));
    expect(worst(frames[6], expected(4))).toBeLessThanOrEqual(1);
    for (const end of [0, 12]) expect(worst(frames[end], expected(1))).toBeLessThanOrEqual(1);
  });

  it('keeps the detail of a picture that changes little, and gives it up where it becomes another one', async () => {
    const whole = texture(pictures.a);
    const slightly = await moved('red', [0, 1, 0]);
    const wholly = await moved('red', [0, 10, 0]);
    expect(texture(slightly[6])).toBeGreaterThan(0.8 * whole);
    expect(texture(wholly[6])).toBeLessThan(0.4 * whole);
  });

  it('moves keyframes of a cycle all the way round', async () => {
    const timeline = timelineOf(['a', 'b'], {
      ...seconds(24),
      loop: 'cycle',
      tracks: [
        {
          attribute: 'red',
          points: [
            { at: 0.5, value: 3, ease: 'linear' },
            { at: 1.5, value: -3, ease: 'linear' },
          ],
        },
      ],
    });
    const frames = (await render(discCodec, gallery, timeline)).map(floats);
    const steps = frames.map((frame, i) => seenDifference(frame, frames[(i + 1) % frames.length]));
    const median = [...steps].sort((x, y) => x - y)[12];
    expect(Math.max(...steps) / median).toBeLessThan(1.6);
    expect(steps[23] / median).toBeGreaterThan(0.5);
  });
});
