import { describe, expect, it } from 'vitest';
import type { MorphloomError } from '../../../src/contract/errors.ts';
import { DEFAULT_MORPH } from '../../../src/contract/morph.ts';
import type { Frame } from '../../../src/engine/export/frame.ts';
import { framesOf } from '../../../src/engine/export/model-frames.ts';
import { type LatentCodec, seenDifference } from '../../../src/engine/morph/codec.ts';
import { morphMetrics } from '../../../src/engine/morph/metrics.ts';
import { type Keyframe, morphFrames, type MorphOptions } from '../../../src/engine/morph/morph.ts';
import { discCodec, drawDisc, SHAPE, toBytes } from './disc.ts';

const striped = (x: number, y: number, radius: number, colour: [number, number, number]): Keyframe => {
  const pixels = toBytes(drawDisc({ x, y, radius, colour }, 0.15));
  return { pixels, large: pixels };
};
const A = striped(18, 20, 9, [0.8, 0.3, 0.3]);
const B = striped(30, 27, 13, [0.3, 0.4, 0.8]);
const C = striped(20, 30, 11, [0.3, 0.7, 0.3]);

async function render(
  keyframes: readonly Keyframe[],
  options: Partial<MorphOptions> = {},
): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = [];
  const all = { ...DEFAULT_MORPH, path: 'slerp' as const, frames: 24, ...options };
  for await (const { data } of morphFrames(discCodec, keyframes, all)) frames.push(data.slice());
  return frames;
}
const floats = (frame: Uint8Array): Float32Array => Float32Array.from(frame, (value) => value / 255);
const worst = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((w, v, i) => Math.max(w, Math.abs(v - b[i])), 0);

describe('morphFrames', () => {
  it("shows the artist's own pictures at the keyframes, to one grey level", async () => {
    const frames = await render([A, B, C], { path: 'spline', frames: 31 });
    expect(frames).toHaveLength(31);
    expect(worst(frames[0], A.pixels)).toBeLessThanOrEqual(1);
    expect(worst(frames[30], C.pixels)).toBeLessThanOrEqual(1);
    expect(Math.min(...frames.map((frame) => worst(frame, B.pixels)))).toBeLessThanOrEqual(1);
  });

  it('without detail shows what the codec draws, and nothing else', async () => {
    const [first] = await render([A, B], { detail: 0 });
    const decoded = discCodec.decode(discCodec.encode(A.pixels, 1).mean, 1);
    expect(worst(first, toBytes(decoded))).toBeLessThanOrEqual(1);
    expect(worst(first, A.pixels)).toBeGreaterThan(20);
  });

  it('carries the texture along: sharper than the decoder, no ghost, and evenly', async () => {
    const frames = 25;
    const decoded = (await render([A, B], { frames, detail: 0 })).map(floats);
    const bare = morphMetrics(decoded, SHAPE);
    const whole = morphMetrics((await render([A, B], { frames })).map(floats), SHAPE);
    const [a, b] = [floats(A.pixels), floats(B.pixels)];
    const dissolve = Array.from({ length: frames }, (_, i) =>
      a.map((value, k) => value + (i / (frames - 1)) * (b[k] - value)),
    );
    const faded = morphMetrics(dissolve, SHAPE);
    expect(faded.ghost).toBeCloseTo(1, 6);
    expect(faded.lengthToChord).toBeCloseTo(1, 6);
    expect(bare.largestToMedianStep).toBeLessThan(1.1);
    expect(whole.largestToMedianStep).toBeLessThan(1.15);
    const bareAgainstPictures = morphMetrics([a, decoded[12], b], SHAPE);
    expect(whole.sharpness).toBeGreaterThan(2 * bareAgainstPictures.sharpness);
    expect(whole.ghost).toBeLessThan(0.6);
  });

  it.each(['cycle', 'pingpong'] as const)('closes a %s loop without a stop or a jump', async (loop) => {
    const frames = (await render([A, B, C], { loop, path: 'spline', frames: 36 })).map(floats);
    expect(frames).toHaveLength(36);
    const steps = frames.map((frame, i) => seenDifference(frame, frames[(i + 1) % frames.length]));
    const median = [...steps].sort((x, y) => x - y)[18];
    expect(steps[35] / median).toBeGreaterThan(0.75);
    expect(Math.max(...steps) / median).toBeLessThan(1.25);
  });

  it('plays a ping-pong loop back the way it came, and holds where asked', async () => {
    const frames = await render([A, B], { loop: 'pingpong', frames: 20, hold: 2 });
    expect(frames).toHaveLength(24);
    expect(worst(frames[0], frames[2])).toBe(0);
    expect(worst(frames[12], B.pixels)).toBeLessThanOrEqual(1);
    for (let k = 1; k < 10; k++) expect(worst(frames[2 + k], frames[24 - k])).toBe(0);
  });

  it('gives the same bytes each time', async () => {
    const [once, again] = [await render([A, B], { frames: 8 }), await render([A, B], { frames: 8 })];
    once.forEach((frame, i) => expect(worst(frame, again[i])).toBe(0));
  });

  it('restores the full picture at a larger scale', async () => {
    const size = 3 * SHAPE.width;
    const enlarge = ({ pixels }: Keyframe): Keyframe => {
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
      return { pixels, large };
    };
    const [a, b] = [enlarge(A), enlarge(B)];
    const frames = await render([a, b], { scale: 3, frames: 7 });
    expect(frames[0]).toHaveLength(size * size * 3);
    expect(worst(frames[0], a.large)).toBeLessThanOrEqual(1);
    expect(worst(frames[6], b.large)).toBeLessThanOrEqual(1);
  });

  it.each([1, 4])('keeps pictures of %d channels true at the ends', async (channels) => {
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
    const picture = (value: number): Keyframe => {
      const pixels = new Uint8Array(size);
      for (let i = 0; i < 12 * 8; i++) {
        const alpha = channels === 1 ? value : i % 12 < 6 ? 200 : 0;
        for (let c = 0; c < channels; c++)
          pixels[i * channels + c] = c === 3 ? alpha : Math.min(alpha, value + (i % 5));
      }
      return { pixels, large: pixels };
    };
    const keyframes = [picture(40), picture(150)];
    const frames: Frame[] = [];
    const options = { ...DEFAULT_MORPH, path: 'lerp' as const, frames: 5 };
    for await (const frame of morphFrames(flat, keyframes, options)) frames.push(frame);
    const ends = keyframes.map(({ pixels }) => framesOf(pixels, image)[0]);
    expect(frames[0].channels).toBe(channels === 1 ? 3 : 4);
    expect(worst(frames[0].data, ends[0].data)).toBeLessThanOrEqual(1);
    expect(worst(frames[4].data, ends[1].data)).toBeLessThanOrEqual(1);
  });

  it('morphs a picture with itself without trouble', async () => {
    const frames = await render([A, A], { frames: 5 });
    for (const frame of frames) expect(worst(frame, A.pixels)).toBeLessThanOrEqual(1);
  });

  it('reports progress, and stops when asked', async () => {
    const abort = new AbortController();
    let reports = 0;
    const onProgress = (): void => {
      if (++reports === 3) abort.abort();
    };
    const stopped = render([A, B], { onProgress, signal: abort.signal });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' } satisfies Partial<MorphloomError>);
    expect(reports).toBe(3);
  });
});
