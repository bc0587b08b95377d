import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRung, ladderOf, type LadderKind } from '../../../src/engine/export/ladder.ts';

const kinds = fc.constantFrom<LadderKind>('gif', 'webp', 'apng', 'mp4', 'webm');

describe('ladderOf', () => {
  it('begins with what was asked for, and never takes back what it gave up', () => {
    fc.assert(
      fc.property(
        kinds,
        fc.record({
          quality: fc.integer({ min: 1, max: 100 }),
          framesPerSecond: fc.double({ min: 0.1, max: 240, noNaN: true }),
          side: fc.integer({ min: 1, max: 4096 }),
        }),
        (kind, asked) => {
          const rungs = ladderOf(kind, asked);
          expect(rungs[0]).toEqual({ quality: asked.quality, rate: 1, size: 1 });
          rungs.slice(1).forEach((rung, i) => {
            const before = rungs[i];
            expect(rung.quality).toBeLessThanOrEqual(before.quality);
            expect(rung.rate).toBeLessThanOrEqual(before.rate);
            expect(rung.size).toBeLessThanOrEqual(before.size);
            expect(rung).not.toEqual(before);
            // What is left is still motion, and still a picture.
            expect(rung.rate * asked.framesPerSecond).toBeGreaterThanOrEqual(
              Math.min(10, asked.framesPerSecond) - 1e-9,
            );
            expect(rung.size * asked.side).toBeGreaterThanOrEqual(Math.min(64, asked.side) - 1e-9);
          });
        },
      ),
    );
  });
});

describe('findRung', () => {
  /** Sizes that fall from rung to rung, and estimates that are off by a factor and by some noise. */
  const files = fc
    .array(fc.double({ min: 0.55, max: 0.99, noNaN: true }), { minLength: 1, maxLength: 30 })
    .map((factors) => factors.reduce<number[]>((sizes, f) => [...sizes, sizes[sizes.length - 1] * f], [1e6]));
  const limits = fc.double({ min: 100, max: 2e6, noNaN: true });

  it('finds the best that fits where estimates are off by the same factor throughout', async () => {
    await fc.assert(
      fc.asyncProperty(
        files,
        limits,
        fc.double({ min: 0.4, max: 2.5, noNaN: true }),
        async (sizes, limit, off) => {
          const attempts: number[] = [];
          const found = await findRung({
            count: sizes.length,
            limit,
            estimate: (rung) => Promise.resolve(sizes[rung] * off),
            attempt: (rung) => {
              attempts.push(rung);
              return Promise.resolve(sizes[rung]);
            },
          });
          const best = sizes.findIndex((size) => size <= limit);
          if (best < 0) expect(found).toEqual({ smallest: sizes.at(-1) });
          else expect(found).toEqual({ rung: best });
          expect(new Set(attempts).size).toBe(attempts.length);
        },
      ),
    );
  });

  it('always ends with something that fits, however wrong the estimates are', async () => {
    await fc.assert(
      fc.asyncProperty(
        files,
        limits,
        fc.array(fc.double({ min: 0.2, max: 5, noNaN: true }), { minLength: 31, maxLength: 31 }),
        async (sizes, limit, off) => {
          const found = await findRung({
            count: sizes.length,
            limit,
            estimate: (rung) => Promise.resolve(sizes[rung] * off[rung]),
            attempt: (rung) => Promise.resolve(sizes[rung]),
          });
          if ('rung' in found) expect(sizes[found.rung]).toBeLessThanOrEqual(limit);
          else expect(sizes.at(-1)).toBeGreaterThan(limit);
        },
      ),
    );
  });
});
