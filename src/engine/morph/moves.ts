import type { TimelineTrack } from '../../contract/timeline.ts';
import { easing } from '../../core/easing.ts';
import { createTrack } from '../../core/track.ts';
import type { Material } from './material.ts';

/** How far attributes move a picture along the way. */
export interface Moves {
  /** Whether there are any. */
  readonly any: boolean;
  /** Adds the moves at a place (in keyframes) to a latent; whether there were any at that place. */
  addAt(at: number, latent: Float32Array): boolean;
}

/**
 * Reads tracks: at each place their values, in standard deviations, times the directions of their attributes.
 * @param period the number of keyframes of a cycle; null where the way has two ends
 */
export async function openMoves(
  tracks: readonly TimelineTrack[],
  period: number | null,
  material: Material,
): Promise<Moves> {
  const opened = await Promise.all(
    tracks
      .filter(({ points }) => points.some(({ value }) => value !== 0))
      .map(async ({ attribute, points }) => ({
        direction: await material.direction(attribute),
        valueAt: createTrack(
          points.map((point) => ({ ...point, ease: easing(point.ease) })),
          period,
        ),
      })),
  );
  return {
    any: opened.length > 0,
    addAt: (at, latent) => {
      let moved = false;
      for (const { direction, valueAt } of opened) {
        const value = valueAt(at);
        if (value === 0) continue;
        moved = true;
        for (let k = 0; k < latent.length; k++) latent[k] += value * direction[k];
      }
      return moved;
    },
  };
}
