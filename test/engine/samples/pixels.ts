import sharp from 'sharp';
import { drawFace } from '../../../src/engine/samples/face.ts';
import type { FaceParameters } from '../../../src/engine/samples/face-parameters.ts';

export type Rgb = readonly [red: number, green: number, blue: number];

/** A drawing as pixels, three bytes each, for looking at. */
export interface Picture {
  readonly sizePx: number;
  readonly data: Uint8Array;
  at(x: number, y: number): Rgb;
}

export async function render(svg: string): Promise<Picture> {
  const { data, info } = await sharp(Buffer.from(svg))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number): Rgb => {
    const start = 3 * (y * info.width + x);
    return [data[start], data[start + 1], data[start + 2]];
  };
  return { sizePx: info.width, data, at };
}

export const renderFace = (params: FaceParameters, sizePx: number): Promise<Picture> =>
  render(drawFace(params, sizePx));

export const rgb = (hex: string): Rgb =>
  [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)) as unknown as Rgb;

export const isNear = (a: Rgb, b: Rgb, tolerance: number): boolean =>
  a.every((channel, i) => Math.abs(channel - b[i]) <= tolerance);

/** The centre and number of the pixels that are wanted, in [0, 1] of the picture. */
export function centreOf(
  picture: Picture,
  wanted: (colour: Rgb, x: number, y: number) => boolean,
): { x: number; y: number; count: number } {
  let [sumX, sumY, count] = [0, 0, 0];
  for (let y = 0; y < picture.sizePx; y++) {
    for (let x = 0; x < picture.sizePx; x++) {
      if (!wanted(picture.at(x, y), (x + 0.5) / picture.sizePx, (y + 0.5) / picture.sizePx)) continue;
      sumX += x + 0.5;
      sumY += y + 0.5;
      count++;
    }
  }
  return { x: sumX / count / picture.sizePx, y: sumY / count / picture.sizePx, count };
}

/** The mean difference of two pictures' channels, 0 to 255. */
export function meanDifference(a: Picture, b: Picture): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += Math.abs(a.data[i] - b.data[i]);
  return sum / a.data.length;
}

/** A face with nothing in the way of its features. */
export const PLAIN: FaceParameters = {
  smile: 0,
  glasses: 0,
  glassesStyle: 0,
  hairStyle: 0,
  hair: 0,
  hairColour: 0,
  age: 0,
  gazeX: 0,
  gazeY: 0,
  skinTone: 0,
  yaw: 0,
  roll: 0,
  faceWidth: 0,
  browAngle: 0,
  eyeSize: 0.5,
  freckles: 0,
  blush: 0,
  beard: 0,
  moustache: 0,
  earrings: 0,
  clothes: 0.5,
  background: 0.5,
};
