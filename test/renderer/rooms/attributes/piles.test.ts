import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  lacking,
  sortOnto,
  takeOff,
  verdictOf,
  withOrWithout,
  type Piles,
} from '../../../../src/renderer/rooms/attributes/piles.ts';

describe('a list of names', () => {
  it('has a name once, or not at all', () => {
    expect(withOrWithout(['a', 'b'], 'b', true)).toEqual(['a', 'b']);
    expect(withOrWithout(['a', 'b'], 'c', true)).toEqual(['a', 'b', 'c']);
    expect(withOrWithout(['a', 'b'], 'a', false)).toEqual(['b']);
    expect(withOrWithout(['a'], 'c', false)).toEqual(['a']);
  });
});

describe('two piles', () => {
  it('never hold a picture twice, and hold it where it was put last', () => {
    const move = fc.record({
      side: fc.constantFrom('with' as const, 'without' as const),
      ids: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 10 }), (moves) => {
        const piles: Piles = { with: [], without: [] };
        const last = new Map<string, string>();
        for (const { side, ids } of moves) {
          sortOnto(piles, side, ids);
          for (const id of ids) last.set(id, side);
        }
        const all = [...piles.with, ...piles.without];
        expect(new Set(all).size).toBe(all.length);
        for (const [id, side] of last) expect(piles[side as keyof Piles]).toContain(id);
      }),
    );
  });

  it('say how many are lacking', () => {
    const piles: Piles = { with: ['a', 'b', 'c'], without: [] };
    expect(lacking(piles)).toBe(2);
    sortOnto(piles, 'without', ['d', 'e']);
    expect(lacking(piles)).toBe(0);
    takeOff(piles, 'without', 'd');
    expect(lacking(piles)).toBe(1);
  });

  it('are judged by what they taught', () => {
    expect([0.95, 0.8, 0.65, 0.5].map(verdictOf)).toEqual(['clear', 'usable', 'faint', 'none']);
  });
});
