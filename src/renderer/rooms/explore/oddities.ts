import type { OddPicture } from '../../../contract/studio/state.ts';

/** How odd a picture is, in steps that words are for. */
export type Degree = 'alone' | 'very' | 'somewhat' | 'hardly';

/** Of pictures without odd ones among them, 1 in 100 lies beyond this. */
export const STANDS_OUT = 3;

/** The step of a score in robust standard deviations, where a common picture has about 1. */
export function degreeOf({ score }: Pick<OddPicture, 'score'>): Degree {
  if (score >= 7) return 'alone';
  if (score >= 4.5) return 'very';
  return score >= STANDS_OUT ? 'somewhat' : 'hardly';
}

/** How many stand out, of scores from the greatest on. */
export const standOut = (scores: ArrayLike<number>): number =>
  Array.from(scores).filter((score) => score >= STANDS_OUT).length;
