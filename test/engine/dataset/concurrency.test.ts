import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryBudget, inOrder } from '../../../src/engine/dataset/concurrency.ts';

describe('inOrder', () => {
  it('yields in order whatever finishes first, within its limits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        async (delays, inFlight) => {
          let active = 0;
          let most = 0;
          const work = async (index: number): Promise<number> => {
            most = Math.max(most, ++active);
            await wait(delays[index]);
            active -= 1;
            return index;
          };
          const seen: number[] = [];
          const indices = delays.map((_, i) => i);
          for await (const index of inOrder(indices, work, { inFlight, ahead: 8 })) seen.push(index);
          expect(seen).toEqual(indices);
          expect(most).toBeLessThanOrEqual(inFlight);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('does not run far ahead of a slow one, and stops when nobody listens', async () => {
    let started = 0;
    const items = Array.from({ length: 100 }, (_, i) => i);
    const work = async (i: number): Promise<number> => {
      started += 1;
      if (i === 0) await wait(30);
      return i;
    };
    for await (const _ of inOrder(items, work, { inFlight: 4, ahead: 10 })) {
      expect(started).toBeLessThanOrEqual(10);
      break;
    }
    const atBreak = started;
    await wait(10);
    expect(started).toBe(atBreak);
  });

  it('passes a failure on', async () => {
    const work = (i: number): Promise<number> =>
      i === 3 ? Promise.reject(new Error('three')) : Promise.resolve(i);
    const read = async (): Promise<void> => {
      for await (const _ of inOrder([1, 2, 3, 4], work, { inFlight: 2, ahead: 4 }));
    };
    await expect(read()).rejects.toThrow('three');
  });
});

describe('createMemoryBudget', () => {
  it('never lends more than there is, but lets one that wants more be alone', async () => {
    const borrow = createMemoryBudget(100);
    let held = 0;
    const sizes = [60, 30, 50, 400, 10, 90];
    const use = async (size: number): Promise<void> => {
      const release = await borrow(size);
      held += size;
      expect(held <= 100 || held === size).toBe(true);
      await wait(2);
      held -= size;
      release();
    };
    await Promise.all(sizes.map(use));
    expect(held).toBe(0);
  });
});
