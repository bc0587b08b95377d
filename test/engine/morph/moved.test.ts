import { describe, expect, it } from 'vitest';
import { movedFrames } from '../../../src/engine/morph/moved.ts';
import { discCodec, drawDisc, SHAPE, toBytes } from './disc.ts';

const disc = { x: 24, y: 24, radius: 10, colour: [0.2, 0.4, 0.8] as const };
const picture = toBytes(drawDisc(disc, 0.15));
const own = discCodec.encode(picture, 1).mean;
const keyframe = { pixels: picture, large: picture };

/** The first frame of one move: the picture's latent with some numbers changed. */
function moved(change: (latent: Float32Array) => void, detail = 1): Uint8Array {
  const latent = Float32Array.from(own);
  change(latent);
  const [frame] = movedFrames(discCodec, keyframe, own, [latent], { detail, scale: 1 });
  return frame.data;
}

/** How much stripes are left: the mean change from a pixel to the one two further, along the middle row. */
function texture(data: Uint8Array): number {
  let sum = 0;
  for (let x = 18; x < 28; x++) {
    const at = (px: number): number => data[(24 * SHAPE.width + px) * 3];
    sum += Math.abs(at(x + 2) - at(x));
  }
  return sum / 10;
}

describe('movedFrames', () => {
  it('is the picture itself where nothing is moved', () => {
    const frame = moved(() => undefined);
    frame.forEach((value, i) => expect(Math.abs(value - picture[i])).toBeLessThanOrEqual(1));
  });

  it('is the bare decode without detail', () => {
    const bare = discCodec.decode(own, 1);
    const frame = moved(() => undefined, 0);
    frame.forEach((value, i) => expect(Math.abs(value - 255 * bare[i])).toBeLessThanOrEqual(1));
  });

  it('keeps the detail of a picture that changes little, and gives it up where it becomes another one', () => {
    const whole = texture(picture);
    const slightly = moved((latent) => (latent[3] += 0.03));
    const wholly = moved((latent) => (latent[3] += 0.5));
    expect(texture(slightly)).toBeGreaterThan(0.8 * whole);
    expect(texture(wholly)).toBeLessThan(0.4 * whole);
  });
});
