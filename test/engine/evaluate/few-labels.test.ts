import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import {
  classifyByNeighbours,
  classifyByRegression,
  compressionDistances,
  distancesBetween,
  lengthsBy,
} from '../../../src/engine/evaluate/few-labels.ts';
import { instrumentWith } from '../../../src/engine/latent/instrument.ts';
import { learn, picturesOf, SMALL } from '../recipes/learn.ts';
import { squares } from '../train/tiny-task.ts';

await openBackend({ prefer: 'tensorflow' });

/** Three clouds, ten apart of each other in the first three dimensions. */
function clouds(count: number, size: number, seed: number) {
  const rng = createRng(seed);
  const kinds = Array.from({ length: count }, (_, i) => i % 3);
  const features = kinds.map((kind) => Float64Array.from({ length: size }, (_, k) => rng.normal() + (k === kind ? 10 : 0))); // prettier-ignore
  return { kinds, features };
}

const rightOf = (told: readonly number[], kinds: readonly number[]): number =>
  told.filter((kind, i) => kind === kinds[i]).length / kinds.length;

describe('kinds by a few labels', () => {
  it.each([6, 60])(
    'are told apart in %i dimensions by 12 pictures, more or fewer than dimensions',
    (size) => {
      const [known, asked] = [clouds(12, size, 1), clouds(90, size, 2)];
      expect(
        rightOf(classifyByRegression(known.features, known.kinds, asked.features), asked.kinds),
      ).toBeGreaterThan(0.95);
      const distances = distancesBetween(asked.features, known.features);
      expect(rightOf(classifyByNeighbours(distances, known.kinds, 3), asked.kinds)).toBeGreaterThan(0.95);
    },
  );

  it('are the same where nothing but zeros is added to features', () => {
    const [known, asked] = [clouds(30, 6, 3), clouds(90, 6, 4)];
    const longer = (rows: readonly Float64Array[]): Float64Array[] =>
      rows.map((row) => Float64Array.from({ length: 40 }, (_, k) => row[k] ?? 0));
    expect(classifyByRegression(longer(known.features), known.kinds, longer(asked.features))).toEqual(
      classifyByRegression(known.features, known.kinds, asked.features),
    );
  });

  it('go by the most of the nearest, and by the nearest of equally many', () => {
    const distances = [Float64Array.from([1, 2, 3, 9])];
    const kinds = [0, 1, 1, 0];
    expect(classifyByNeighbours(distances, kinds, 1)).toEqual([0]);
    expect(classifyByNeighbours(distances, kinds, 2)).toEqual([0]);
    expect(classifyByNeighbours(distances, kinds, 3)).toEqual([1]);
  });
});

describe('compression distances', { timeout: 60_000 }, () => {
  it('are the formula, of the mean of two pictures', () => {
    const lengthsOf = (bytes: Uint8Array, count: number): Float64Array =>
      Float64Array.from({ length: count }, (_, i) => 10 + bytes[2 * i] + bytes[2 * i + 1]);
    const [own] = lengthsOf(Uint8Array.of(10, 0), 1);
    const others = [Uint8Array.of(10, 0), Uint8Array.of(30, 10)];
    const lengths = { own, others: others.flatMap((other) => [...lengthsOf(other, 1)]) };
    expect([...compressionDistances(lengthsOf, Uint8Array.of(10, 0), others, lengths)]).toEqual([
      0,
      (10 + 20 + 5 - 20) / 50,
    ]);
  });

  it('are mostly least from a picture to itself, where one in twenty would be by chance', () => {
    const bytes = squares(420);
    const { model, weights } = learn('morph', SMALL, picturesOf(bytes.subarray(0, 400 * 64), 64), 400);
    const coder = instrumentWith(model, weights);
    const lengthsOf = lengthsBy(coder, new Float32Array(coder.latentSize));
    const unseen = Array.from({ length: 20 }, (_, i) => bytes.subarray((400 + i) * 64, (401 + i) * 64));
    const others = lengthsOf(bytes.subarray(400 * 64), 20);
    const nearest = unseen.map((picture, i) => {
      const away = compressionDistances(lengthsOf, picture, unseen, { own: others[i], others });
      expect(away[i]).toBeCloseTo(0, 12);
      return away.indexOf(Math.min(...away)) === i;
    });
    expect(nearest.filter(Boolean).length).toBeGreaterThan(10);
  });
});
