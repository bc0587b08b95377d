import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawFace } from '../../../src/engine/samples/face.ts';
import { faceLandmarks } from '../../../src/engine/samples/face-geometry.ts';
import {
  FACE_ATTRIBUTES,
  FACE_ATTRIBUTE_NAMES,
  faceParameters,
  type AttributeSpec,
  type FaceAttribute,
  type FaceParameters,
} from '../../../src/engine/samples/face-parameters.ts';
import { facePalette } from '../../../src/engine/samples/face-palette.ts';
import { centreOf, isNear, meanDifference, PLAIN, renderFace, rgb } from './pixels.ts';

const specOf = (name: FaceAttribute): AttributeSpec => FACE_ATTRIBUTES[name];
const continuous = FACE_ATTRIBUTE_NAMES.filter((name) => specOf(name).kind === 'continuous');
const index = fc.nat({ max: 100_000 });

describe('the drawing', () => {
  it('moves a little when an attribute moves a little, and visibly over its whole range', async () => {
    await fc.assert(
      fc.asyncProperty(
        index,
        fc.constantFrom(...continuous),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (i, name, place) => {
          const { min, max } = specOf(name);
          const at = (share: number): FaceParameters => ({
            ...faceParameters(3, i),
            [name]: min + (max - min) * Math.min(1, share),
          });
          const [a, b] = await Promise.all([renderFace(at(place), 96), renderFace(at(place + 0.01), 96)]);
          expect(meanDifference(a, b)).toBeLessThan(1.2);
        },
      ),
      { numRuns: 150, seed: 1 },
    );
  });

  it.each(continuous)('shows %s', async (name) => {
    const { min, max } = specOf(name);
    const base = { ...PLAIN, hairStyle: 3 };
    const [low, high] = await Promise.all([
      renderFace({ ...base, [name]: min }, 64),
      renderFace({ ...base, [name]: max }, 64),
    ]);
    expect(meanDifference(low, high)).toBeGreaterThan(0.1);
  });

  it('draws every style of hair and of glasses differently', async () => {
    for (const name of ['hairStyle', 'glassesStyle'] as const) {
      const kinds = Array.from({ length: specOf(name).max + 1 }, (_, kind) => kind);
      const pictures = await Promise.all(
        kinds.map((kind) => renderFace({ ...PLAIN, glasses: 1, [name]: kind }, 64)),
      );
      for (const a of kinds) {
        for (const b of kinds)
          if (a < b) expect(meanDifference(pictures[a], pictures[b])).toBeGreaterThan(0.15);
      }
    }
  });

  it('is the mirrored face when yaw, roll and gaze are mirrored', () => {
    const turned = { ...PLAIN, yaw: 18, roll: 7, gazeX: 0.6 };
    const marks = faceLandmarks(turned);
    const mirrored = faceLandmarks({ ...turned, yaw: -18, roll: -7, gazeX: -0.6 });
    const centre = faceLandmarks(PLAIN).nose.x;
    expect(mirrored.eyeRight.x - centre).toBeCloseTo(centre - marks.eyeLeft.x, 10);
    expect(mirrored.mouthLeft.y).toBeCloseTo(marks.mouthRight.y, 10);
    expect(mirrored.pupilLeft.x - centre).toBeCloseTo(centre - marks.pupilRight.x, 10);
  });

  it('holds no text and no links, and is as large as asked', async () => {
    const svg = drawFace(faceParameters(1, 4), 77);
    expect(svg).not.toMatch(/<text|<image|href|NaN|undefined/);
    expect((await renderFace(faceParameters(1, 4), 77)).sizePx).toBe(77);
  });

  it('refuses a hair style that there is not', () => {
    expect(() => drawFace({ ...PLAIN, hairStyle: 99 }, 64)).toThrow(RangeError);
  });
});

describe('landmarks', () => {
  const posed = fc.record({
    yaw: fc.double({ min: -24, max: 24, noNaN: true }),
    roll: fc.double({ min: -12, max: 12, noNaN: true }),
    faceWidth: fc.double({ min: -1, max: 1, noNaN: true }),
    eyeSize: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it('find the eyes: the whites lie around their centres', async () => {
    await fc.assert(
      fc.asyncProperty(posed, async (pose) => {
        const params = { ...PLAIN, skinTone: 1, ...pose };
        const marks = faceLandmarks(params);
        const picture = await renderFace(params, 256);
        for (const mark of [marks.eyeLeft, marks.eyeRight]) {
          const eye = centreOf(
            picture,
            (colour, x, y) => Math.hypot(x - mark.x, y - mark.y) < 0.09 && colour[2] > 200 && colour[1] > 200,
          );
          expect(eye.count).toBeGreaterThan(60);
          expect(Math.abs(eye.x - mark.x)).toBeLessThan(0.012);
        }
      }),
      { numRuns: 15, seed: 2 },
    );
  });

  it('find the pupils, wherever they look', async () => {
    const gaze = fc.record({
      gazeX: fc.double({ min: -0.7, max: 0.7, noNaN: true }),
      gazeY: fc.double({ min: -0.3, max: 0.5, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(posed, gaze, async (pose, look) => {
        const params = { ...PLAIN, ...pose, ...look };
        const marks = faceLandmarks(params);
        const picture = await renderFace(params, 512);
        for (const mark of [marks.pupilLeft, marks.pupilRight]) {
          const [x, y] = [Math.floor(mark.x * 512), Math.floor(mark.y * 512)];
          expect(isNear(picture.at(x, y), rgb(facePalette(params).ink), 3)).toBe(true);
        }
        const still = faceLandmarks({ ...params, gazeX: 0 });
        if (Math.abs(look.gazeX) > 0.05) {
          expect(Math.sign(marks.pupilLeft.x - still.pupilLeft.x)).toBe(Math.sign(look.gazeX));
        }
      }),
      { numRuns: 15, seed: 3 },
    );
  });

  it('find the corners of the mouth, which rise and part with the smile', async () => {
    for (const smile of [-1, -0.4, 0, 0.5, 1]) {
      const params = { ...PLAIN, smile, yaw: 10 };
      const marks = faceLandmarks(params);
      const picture = await renderFace(params, 512);
      const lips = rgb(facePalette(params).lips);
      for (const mark of [marks.mouthLeft, marks.mouthRight]) {
        expect(isNear(picture.at(Math.floor(mark.x * 512), Math.floor(mark.y * 512)), lips, 6)).toBe(true);
      }
      const beyond = Math.floor((marks.mouthRight.x + 0.03) * 512);
      expect(isNear(picture.at(beyond, Math.floor(marks.mouthRight.y * 512)), lips, 20)).toBe(false);
    }
    const [sad, happy] = [-1, 1].map((smile) => faceLandmarks({ ...PLAIN, smile }));
    expect(happy.mouthLeft.y).toBeLessThan(sad.mouthLeft.y);
    expect(happy.mouthRight.x - happy.mouthLeft.x).toBeGreaterThan(sad.mouthRight.x - sad.mouthLeft.x);
  });

  it('find brows and chin: brow colour on one, the face ends at the other', async () => {
    const params = { ...PLAIN, hairColour: 0.5, yaw: -12 };
    const marks = faceLandmarks(params);
    const picture = await renderFace(params, 512);
    const brow = rgb(facePalette(params).brow);
    for (const mark of [marks.browLeft, marks.browRight]) {
      expect(isNear(picture.at(Math.floor(mark.x * 512), Math.floor(mark.y * 512)), brow, 4)).toBe(true);
    }
    const [above, below] = [-0.015, 0.015].map((step) =>
      picture.at(Math.floor(marks.chin.x * 512), Math.floor((marks.chin.y + step) * 512)),
    );
    expect(above[0] - below[0]).toBeGreaterThan(20);
  });

  it('stay within the picture for every face', () => {
    fc.assert(
      fc.property(index, (i) => {
        for (const { x, y } of Object.values(faceLandmarks(faceParameters(5, i))) as {
          x: number;
          y: number;
        }[]) {
          expect(x).toBeGreaterThan(0.1);
          expect(x).toBeLessThan(0.9);
          expect(y).toBeGreaterThan(0.1);
          expect(y).toBeLessThan(0.95);
        }
      }),
    );
  });
});

describe('faceParameters', () => {
  const many = Array.from({ length: 500 }, (_, i) => faceParameters(11, i));

  it('gives the same face for the same seed and index, and another for another', () => {
    expect(faceParameters(4, 9)).toEqual(faceParameters(4, 9));
    expect(faceParameters(4, 9)).not.toEqual(faceParameters(5, 9));
    expect(faceParameters(4, 9)).not.toEqual(faceParameters(4, 10));
  });

  it.each(FACE_ATTRIBUTE_NAMES)('keeps %s within its range, and uses the range', (name) => {
    const { min, max, kind } = specOf(name);
    const values = many.map((face) => face[name]);
    for (const value of values) {
      expect(value).toBeGreaterThanOrEqual(min);
      expect(value).toBeLessThanOrEqual(max);
      if (kind !== 'continuous') expect(Number.isInteger(value)).toBe(true);
    }
    const share = specOf(name).share ?? 1;
    expect(Math.min(...values)).toBeLessThan(min + 0.1 * (max - min));
    expect(Math.max(...values)).toBeGreaterThan(max - 0.1 * (max - min));
    const having = values.filter((value) => value > min).length / values.length;
    if (share < 1) expect(Math.abs(having - share)).toBeLessThan(0.07);
  });

  it('draws the attributes independently: no pair correlates', () => {
    const standardised = FACE_ATTRIBUTE_NAMES.map((name) => {
      const values = many.map((face) => face[name]);
      const mean = values.reduce((a, b) => a + b) / values.length;
      const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
      return values.map((value) => (value - mean) / deviation);
    });
    for (let a = 0; a < standardised.length; a++) {
      for (let b = 0; b < a; b++) {
        const other = standardised[b];
        const r = standardised[a].reduce((sum, value, i) => sum + value * other[i], 0) / many.length;
        // 231 pairs of 500 draws: independent ones stay below 3.7 standard errors of 1 / sqrt(500).
        expect(Math.abs(r)).toBeLessThan(0.165);
      }
    }
  });
});
