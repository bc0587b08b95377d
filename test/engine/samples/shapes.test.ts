import { describe, expect, it } from 'vitest';
import {
  drawShape,
  SHAPE_CLASSES,
  SHAPE_COLOURS,
  SHAPE_HEX,
  shapeLabel,
  shapeParameters,
  type ShapeClass,
} from '../../../src/engine/samples/shapes.ts';
import { centreOf, isNear, render, rgb, type Rgb } from './pixels.ts';

const distance = (a: Rgb, b: Rgb): number => Math.hypot(...a.map((channel, i) => channel - b[i]));

/** The area of each class in its circle of radius 1. */
const AREA: Readonly<Record<ShapeClass, number>> = {
  square: 2,
  circle: Math.PI,
  triangle: (3 * Math.sqrt(3)) / 4,
  hexagon: (3 * Math.sqrt(3)) / 2,
};

describe('shapes', () => {
  it('have the colour, place and area of their parameters', async () => {
    for (let i = 0; i < 32; i++) {
      const params = shapeParameters(2, i);
      const picture = await render(drawShape(params, 256));
      const ground = rgb(SHAPE_HEX.background);
      const fill = rgb(SHAPE_HEX[params.colour]);
      const found = centreOf(picture, (colour) => distance(colour, fill) < distance(colour, ground));
      expect(Math.abs(found.x - params.x)).toBeLessThan(0.004);
      expect(Math.abs(found.y - params.y)).toBeLessThan(0.004);
      expect(Math.abs(found.count / 256 ** 2 / params.size ** 2 / AREA[params.shape] - 1)).toBeLessThan(
        0.025,
      );
      expect(isNear(picture.at(Math.floor(params.x * 256), Math.floor(params.y * 256)), fill, 1)).toBe(true);
      expect(isNear(picture.at(1, 1), ground, 1)).toBe(true);
    }
  });

  it('are never cut by the edge', () => {
    for (let i = 0; i < 500; i++) {
      const { x, y, size } = shapeParameters(8, i);
      expect(Math.min(x, y, 1 - x, 1 - y) - size).toBeGreaterThan(0);
    }
  });

  it('come as each of the sixteen kinds equally often', () => {
    const labels = Array.from({ length: 160 }, (_, i) => shapeLabel(shapeParameters(1, i)));
    for (const shape of SHAPE_CLASSES) {
      for (const colour of SHAPE_COLOURS) {
        expect(labels.filter((label) => label === `${shape}-${colour}`)).toHaveLength(10);
      }
    }
  });
});
