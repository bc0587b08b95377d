import type { LatentCodec, PictureShape } from '../../../src/engine/morph/codec.ts';

export const SHAPE: PictureShape = { width: 48, height: 48, channels: 3 };

/** A disc on white: where it is, how large, in what colour; `stripes` is detail that the codec cannot draw. */
export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly colour: readonly [number, number, number];
}

/** Draws a disc with a soft rim; values in [0, 1]. */
export function drawDisc({ x, y, radius, colour }: Disc, stripes = 0): Float32Array {
  const { width, height } = SHAPE;
  const picture = new Float32Array(width * height * 3);
  for (let py = 0, at = 0; py < height; py++) {
    for (let px = 0; px < width; px++) {
      const inside = 1 / (1 + Math.exp(1.5 * (Math.hypot(px - x, py - y) - radius)));
      const texture = stripes * inside * (((px - x + 60) >> 1) % 2 === 0 ? 1 : -1);
      for (let c = 0; c < 3; c++, at++) {
        picture[at] = Math.min(1, Math.max(0, 1 - inside * (1 - colour[c]) + texture));
      }
    }
  }
  return picture;
}

/** Grey levels of a picture. */
export function toBytes(picture: Float32Array): Uint8Array {
  return Uint8Array.from(picture, (value) => Math.round(255 * value));
}

/**
 * A real, tiny codec: reads a disc's place, size and colour off the picture by its moments, and draws a plain
 * disc of them. Like a trained decoder it keeps shape and motion, and loses texture.
 */
export const discCodec: LatentCodec = {
  latentSize: 6,
  image: SHAPE,
  encode: (pixels, count) => {
    const mean = new Float32Array(count * 6);
    const size = SHAPE.width * SHAPE.height;
    for (let n = 0; n < count; n++) {
      const darkness = (i: number): number => {
        const at = (n * size + i) * 3;
        return 3 - (pixels[at] + pixels[at + 1] + pixels[at + 2]) / 255;
      };
      let [mass, x, y] = [0, 0, 0];
      for (let i = 0; i < size; i++) {
        mass += darkness(i);
        x += darkness(i) * (i % SHAPE.width);
        y += darkness(i) * Math.floor(i / SHAPE.width);
      }
      [x, y] = [x / mass, y / mass];
      const colour = [0, 1, 2].map((c) => {
        let [sum, weight] = [0, 0];
        for (let i = 0; i < size; i++) {
          const w = Math.exp(-(((i % SHAPE.width) - x) ** 2 + (Math.floor(i / SHAPE.width) - y) ** 2) / 8);
          sum += (w * pixels[(n * size + i) * 3 + c]) / 255;
          weight += w;
        }
        return sum / weight;
      });
      const depth = 3 - colour[0] - colour[1] - colour[2];
      mean.set([x / 10, y / 10, Math.sqrt(mass / depth / Math.PI) / 10, ...colour], n * 6);
    }
    return { mean };
  },
  decode: (latents, count) => {
    const pictures = new Float32Array(count * SHAPE.width * SHAPE.height * 3);
    for (let n = 0; n < count; n++) {
      const [x, y, radius, r, g, b] = latents.subarray(n * 6, n * 6 + 6);
      const disc = drawDisc({ x: 10 * x, y: 10 * y, radius: 10 * radius, colour: [r, g, b] });
      pictures.set(disc, n * disc.length);
    }
    return pictures;
  },
};
