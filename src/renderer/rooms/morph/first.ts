import type { Timeline } from '../../../contract/timeline.ts';
import { placesOf } from '../../lib/places.ts';
import { studio } from '../../lib/studio.svelte.ts';
import { t } from '../../strings/index.ts';
import { emptyTimeline, insertPlaces } from './edits.ts';
import { variedRows } from './varied.ts';

/** Pictures that are looked at to find some that differ. */
const LOOKED_AT = 64;
const SHOWN = 4;
const MOST_CALLS = 16;

/** Ids of pictures from all over the project. */
async function spreadIds(project: string, count: number): Promise<string[]> {
  const { total } = await studio.ask('pictures.list', { project, from: 0, count: 1 });
  const calls = total <= 1000 ? 1 : MOST_CALLS;
  const each = calls === 1 ? Math.max(1, total) : Math.ceil(count / calls);
  const answers = await Promise.all(
    Array.from({ length: calls }, (_, i) =>
      studio.ask('pictures.list', { project, from: Math.floor((i * total) / calls), count: each }),
    ),
  );
  const ids = answers.flatMap(({ pictures }) => pictures.map(({ id }) => id));
  const step = Math.max(1, ids.length / count);
  return Array.from({ length: Math.min(count, ids.length) }, (_, i) => ids[Math.floor(i * step)] ?? '');
}

/** A morph to begin with: a loop through a few of the project's pictures that differ. */
export async function firstMorph(project: string, run: string, signal: AbortSignal): Promise<Timeline> {
  const ids = await spreadIds(project, LOOKED_AT);
  const timeline = emptyTimeline(t.morph.firstName);
  if (ids.length < 2) return timeline;
  const { latents, latentSize } = await studio.ask('explore.encode', { project, run, ids }, signal);
  const chosen = variedRows(latents, latentSize, SHOWN).map((row) => ids[row] ?? '');
  insertPlaces(timeline, 0, placesOf(chosen));
  timeline.seconds = chosen.length;
  return timeline;
}
