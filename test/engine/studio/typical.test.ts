import { describe, expect, it } from 'vitest';
import { typicalFirst } from '../../../src/engine/studio/typical.ts';

describe('the most typical members of groups', () => {
  it('come first: those nearest to the middle of their own group', () => {
    const latents = Float32Array.from([0, 0, 10, 0, 1, 0, 2, 0, 13, 0, 9, 0]);
    expect(typicalFirst(latents, 2, [0, 1, 0, 0, 1, 1], 2)).toEqual([
      [2, 0, 3],
      [1, 5, 4],
    ]);
  });

  it('are none of a group that nothing is in', () => {
    expect(typicalFirst(Float32Array.from([1, 2]), 1, [1, 1], 2)).toEqual([[], [0, 1]]);
  });
});
