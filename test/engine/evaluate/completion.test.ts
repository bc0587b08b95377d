import { beforeAll, describe, expect, it } from 'vitest';
import { createRng, fillNormal } from '../../../src/core/rng.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { completePictures, type Expected } from '../../../src/engine/evaluate/completion.ts';
import { decibels, errorInside } from '../../../src/engine/evaluate/inside.ts';
import { fitLatentGaussian } from '../../../src/engine/latent/aggregate.ts';
import { instrumentWith, type Instrument } from '../../../src/engine/latent/instrument.ts';
import { drawFace } from '../../../src/engine/samples/face.ts';
import { faceParameters } from '../../../src/engine/samples/face-parameters.ts';
import { learn, picturesOf, SMALL } from '../recipes/learn.ts';
import { render } from '../samples/pixels.ts';

await openBackend({ prefer: 'tensorflow' });

const SIDE = 16;
const SIZE = SIDE * SIDE * 3;
const [KNOWN, UNKNOWN] = [400, 24];

describe('errors inside and outside of a hole', () => {
  it('are means over their own values', () => {
    const [a, b] = [Float32Array.from([0, 0, 1, 1]), Float32Array.from([0, 2, 1, 4])];
    expect(errorInside(a, b, [0, 1])).toEqual({ seen: 2, missing: 4.5 });
    expect(decibels(0.01)).toBeCloseTo(20, 9);
  });
});

describe('faces with a hole, unknown to the model', { timeout: 120_000 }, () => {
  const hole = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    return x >= 4 && x < 12 && y >= 6 && y < 12 ? 1 : 0;
  });
  const holes = Uint8Array.from({ length: UNKNOWN * hole.length }, (_, i) => hole[i % hole.length]);
  let instrument: Omit<Instrument, 'dispose'>;
  let bytes: Uint8Array;
  let expected: Expected;
  let truth: Float32Array;
  let completed: Float32Array;

  const inside = (drawn: (n: number) => ArrayLike<number>): number =>
    Array.from({ length: UNKNOWN }, (_, n) =>
      decibels(errorInside(truth.subarray(n * SIZE, (n + 1) * SIZE), drawn(n), hole).missing),
    ).reduce((a, b) => a + b, 0) / UNKNOWN;

  beforeAll(async () => {
    bytes = new Uint8Array((KNOWN + UNKNOWN) * SIZE);
    for (let i = 0; i < KNOWN + UNKNOWN; i++)
      bytes.set((await render(drawFace(faceParameters(1, i), SIDE))).data, i * SIZE);
    const known = bytes.subarray(0, KNOWN * SIZE);
    const image = { width: SIDE, height: SIDE, channels: 3 };
    const { model, weights } = learn('morph', ['regularisers=[]', ...SMALL, 'latent.size=24'], picturesOf(known, SIZE), 900, image); // prettier-ignore
    instrument = instrumentWith(model, weights);
    const { mean, logVariance } = instrument.encode(known, KNOWN);
    const meanPicture = new Float32Array(SIZE);
    for (let i = 0; i < known.length; i++) meanPicture[i % SIZE] += known[i] / 255 / KNOWN;
    expected = { meanPicture, latents: fitLatentGaussian(mean, logVariance, 24) };
    truth = Float32Array.from(bytes.subarray(KNOWN * SIZE), (byte) => byte / 255);
    // What stands in the hole must not count: here, noise.
    const spoilt = truth.map((value, i) => (holes[Math.floor(i / 3)] ? (i * 0.37) % 1 : value));
    completed = await completePictures(instrument, expected, { pixels: spoilt, hole: holes });
  }, 120_000);

  it('are completed three decibels better than by the mean picture, and better than by the nearest', () => {
    const own = inside((n) => completed.subarray(n * SIZE, (n + 1) * SIZE));
    const nearest = (n: number): Float32Array => {
      let [best, at] = [Infinity, 0];
      for (let k = 0; k < KNOWN; k++) {
        const other = bytes.subarray(k * SIZE, (k + 1) * SIZE);
        const { seen } = errorInside(bytes.subarray((KNOWN + n) * SIZE, (KNOWN + n + 1) * SIZE), other, hole);
        if (seen < best) [best, at] = [seen, k];
      }
      return Float32Array.from(bytes.subarray(at * SIZE, (at + 1) * SIZE), (byte) => byte / 255);
    };
    expect(own).toBeGreaterThan(inside(() => expected.meanPicture) + 3);
    expect(own).toBeGreaterThan(inside(nearest));
  });

  it('stay what they are outside of the hole, and within [0, 1]', () => {
    completed.forEach((value, i) => {
      if (!holes[Math.floor(i / 3)]) expect(value).toBe(truth[i]);
    });
    expect(completed.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  it('are completed in other ways by draws, which fit what is seen and differ inside the hole', async () => {
    const TRUST = 0.02;
    const draw = (seed: number): Promise<Float32Array> => {
      const pulls = fillNormal(new Float32Array(UNKNOWN * 24), createRng(seed));
      const draws = { pulls, trust: new Array<number>(UNKNOWN).fill(TRUST) };
      return completePictures(instrument, expected, { pixels: truth, hole: holes }, { draws });
    };
    const [one, other] = [await draw(1), await draw(2)];
    one.forEach((value, i) => {
      if (!holes[Math.floor(i / 3)]) expect(value).toBe(truth[i]);
    });
    const of = (pictures: Float32Array) => (n: number) => pictures.subarray(n * SIZE, (n + 1) * SIZE);
    const apart = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, value, i) => sum + (holes[Math.floor(i / 3)] ? Math.abs(value - b[i]) : 0), 0) /
      (3 * holes.reduce((sum, missing) => sum + missing, 0));
    expect(apart(one, other)).toBeGreaterThan(0.01);
    // A draw is off by its own spread on top; what is seen still tells it more than nothing would.
    expect(inside(of(one))).toBeLessThan(inside(of(completed)));
    expect(inside(of(one))).toBeGreaterThan(inside(() => expected.meanPicture));
  });

  it('can be cancelled', async () => {
    const stopped = AbortSignal.abort();
    await expect(
      completePictures(instrument, expected, { pixels: truth, hole: holes }, { signal: stopped }),
    ).rejects.toThrow(/cancel|stopped/i);
  });
});
