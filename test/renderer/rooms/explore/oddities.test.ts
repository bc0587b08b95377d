import { describe, expect, it } from 'vitest';
import { degreeOf, standOut, STANDS_OUT } from '../../../../src/renderer/rooms/explore/oddities.ts';

describe('how odd pictures are, in words', () => {
  it('has a step for every score, the greater the odder', () => {
    const degrees = [1, 2.99, 3, 4.4, 4.5, 6.9, 7, 40].map((score) => degreeOf({ score }));
    expect(degrees).toEqual(['hardly', 'hardly', 'somewhat', 'somewhat', 'very', 'very', 'alone', 'alone']);
  });

  it('counts those that stand out as those that are called unusual', () => {
    const scores = Float32Array.from([9, STANDS_OUT, 2.9, 1]);
    expect(standOut(scores)).toBe(2);
    expect(standOut(scores)).toBe(
      Array.from(scores).filter((score) => degreeOf({ score }) !== 'hardly').length,
    );
  });
});
