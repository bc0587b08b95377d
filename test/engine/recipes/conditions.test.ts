import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import {
  drawShape,
  SHAPE_COLOURS,
  SHAPE_HEX,
  shapeParameters,
  type ShapeColour,
} from '../../../src/engine/samples/shapes.ts';
import { render, rgb } from '../samples/pixels.ts';
import { normal } from '../objective/state.ts';
import { learn, picturesOf, SMALL, type Learned } from './learn.ts';

await openBackend({ prefer: 'tensorflow' });

const SIDE = 16;
const IMAGE = { width: SIDE, height: SIDE, channels: 3 };
const COUNT = 640;
const colourOf = (index: number): ShapeColour => shapeParameters(1, index).colour;

/** The colour whose direction from the ground is nearest to that of all that is not ground, blurred or not. */
function judge(pixels: readonly number[]): ShapeColour {
  const ground = rgb(SHAPE_HEX.background).map((value) => value / 255);
  const sum = [0, 0, 0];
  for (let i = 0; i < pixels.length; i++) sum[i % 3] += pixels[i] - ground[i % 3];
  const alike = (colour: ShapeColour): number => {
    const to = rgb(SHAPE_HEX[colour]).map((value, c) => value / 255 - ground[c]);
    return to.reduce((dot, value, c) => dot + value * sum[c], 0) / Math.hypot(...to);
  };
  return [...SHAPE_COLOURS].sort((a, b) => alike(b) - alike(a))[0];
}

/** Where what is no ground lies, and how far from where it is looked for, in pixels. */
function centre(pixels: readonly number[]): [number, number] {
  const ground = rgb(SHAPE_HEX.background);
  let [x, y, total] = [0, 0, 0];
  for (let i = 0; i < SIDE * SIDE; i++) {
    const weight = ground.reduce((sum, value, c) => sum + (pixels[3 * i + c] - value / 255) ** 2, 0);
    x += weight * (i % SIDE);
    y += weight * Math.floor(i / SIDE);
    total += weight;
  }
  return [x / total, y / total];
}

describe('a model that is told the colour', { timeout: 120_000 }, () => {
  let learned: Learned;
  let bytes: Uint8Array;
  const pictures = (): tf.Tensor4D =>
    tf.tensor4d(
      Float32Array.from(bytes, (byte) => byte / 255),
      [COUNT, SIDE, SIDE, 3],
    );
  const oneHot = (colours: readonly ShapeColour[]): tf.Tensor2D =>
    tf.tensor2d(colours.map((colour) => learned.model.classes.map((name) => (name === colour ? 1 : 0))));
  const rowsOf = (x: tf.Tensor4D): number[][] => tf.reshape<tf.Rank.R2>(x, [x.shape[0], -1]).arraySync();

  beforeAll(async () => {
    bytes = new Uint8Array(COUNT * SIDE * SIDE * 3);
    for (let i = 0; i < COUNT; i++)
      bytes.set((await render(drawShape(shapeParameters(1, i), SIDE))).data, i * SIDE * SIDE * 3);
    learned = learn(
      'cvae',
      [...SMALL, 'latent.size=6', 'encoder.widths=[128]', 'decoder.widths=[128]'],
      picturesOf(bytes, SIDE * SIDE * 3, colourOf),
      1500,
      IMAGE,
      [...SHAPE_COLOURS].sort(),
    );
  }, 120_000);

  it('is judged rightly: real pictures have the colour that they are said to have', () => {
    const rows = rowsOf(pictures());
    expect(rows.filter((row, i) => judge(row) === colourOf(i)).length / COUNT).toBeGreaterThan(0.99);
  });

  it('draws the colour that it is asked for from latents out of the blue', () => {
    const asked = Array.from({ length: 400 }, (_, i) => SHAPE_COLOURS[i % 4]);
    const drawn = learned.model.decode(normal([400, 6], 3) as tf.Tensor2D, learned.weights, oneHot(asked));
    const right = rowsOf(drawn).filter((row, i) => judge(row) === asked[i]).length / 400;
    expect(right).toBeGreaterThanOrEqual(0.97);
  });

  it('keeps a picture’s place and draws it in the colour that is asked for', () => {
    const own = Array.from({ length: COUNT }, (_, i) => colourOf(i));
    const other = own.map((colour) => SHAPE_COLOURS[(SHAPE_COLOURS.indexOf(colour) + 1) % 4]);
    const { code } = learned.model.encode(pictures(), learned.weights, undefined, oneHot(own));
    const rows = rowsOf(learned.model.decode(code, learned.weights, oneHot(other)));
    const right = rows.filter((row, i) => judge(row) === other[i]).length / COUNT;
    const moved = rowsOf(pictures()).map((row, i) => {
      const [a, b] = [centre(row), centre(rows[i])];
      return Math.hypot(a[0] - b[0], a[1] - b[1]);
    });
    const typical = moved.sort((a, b) => a - b)[COUNT / 2];
    expect(right).toBeGreaterThanOrEqual(0.99);
    expect(typical).toBeLessThan(1);
  });

  it('does without a label: unknown, it still copies', () => {
    const known = learned.evaluate(picturesOf(bytes, SIDE * SIDE * 3, colourOf)).figures.psnr;
    const unknown = learned.evaluate(picturesOf(bytes, SIDE * SIDE * 3)).figures.psnr;
    expect(known).toBeGreaterThan(unknown);
    expect(unknown).toBeGreaterThan(12);
  });
});
