import type { Place, Timeline } from '../../../contract/timeline.ts';
import { imageDataOf } from '../../lib/pixels.ts';
import { studio } from '../../lib/studio.svelte.ts';
import { t } from '../../strings/index.ts';
import { rememberLook } from '../places/looks.svelte.ts';
import { emptyTimeline, insertPlaces } from './edits.ts';

const PLACES = 8;
const SECONDS_A_PLACE = 1;

/** A loop through places that the model makes up, passed evenly: nothing tells where it begins. */
export async function randomWalk(
  project: string,
  run: string,
  seed: number,
  signal: AbortSignal,
): Promise<Timeline> {
  const request = { project, run, count: PLACES, seed };
  const { latents, pictures } = await studio.ask('explore.walk', request, signal);
  const size = latents.length / PLACES;
  const places = Array.from({ length: PLACES }, (_, i): Place => {
    const values = [...latents.subarray(i * size, (i + 1) * size)];
    const place: Place = { kind: 'latent', values, name: t.morph.walkPlace(seed, i + 1) };
    rememberLook(place, imageDataOf(pictures, i));
    return place;
  });
  const timeline = emptyTimeline(t.morph.walkName(seed));
  insertPlaces(timeline, 0, places);
  for (const keyframe of timeline.keyframes) keyframe.ease = 'linear';
  timeline.path = 'spline';
  timeline.seconds = PLACES * SECONDS_A_PLACE;
  return timeline;
}
