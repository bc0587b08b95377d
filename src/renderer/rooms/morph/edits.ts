import type { Place, Timeline, TimelineKeyframe, TimelineTrack } from '../../../contract/timeline.ts';
import { MAX_KEYFRAMES } from '../../../contract/timeline.ts';

/** The strongest turn of an attribute that a curve shows, in standard deviations. */
export const MOST_DEVIATIONS = 3;

/** A morph before anything was put on it. */
export function emptyTimeline(name: string): Timeline {
  return {
    schema: 1,
    name,
    keyframes: [],
    tracks: [],
    path: null,
    loop: 'cycle',
    detail: 1,
    fit: false,
    seconds: 4,
    framesPerSecond: 30,
  };
}

/** A key that no keyframe of the timeline has. */
function freshKey(keyframes: readonly TimelineKeyframe[]): string {
  const highest = keyframes.reduce(
    (most, { key }) => Math.max(most, Number(/^k(\d+)$/.exec(key)?.[1] ?? 0)),
    0,
  );
  return `k${highest + 1}`;
}

const roundPlace = (at: number): number => Math.round(at * 1e4) / 1e4;

/** Where a point of a track goes when a keyframe is put in at `index`: it stays by the pictures it was between. */
function placeAfterInsert(at: number, index: number): number {
  if (at >= index) return at + 1;
  return at > index - 1 ? index - 1 + 2 * (at - (index - 1)) : at;
}

/** Where a point of a track goes when the keyframe at `index` is taken out. */
function placeAfterRemoval(at: number, index: number): number {
  if (at >= index + 1) return at - 1;
  if (at <= index - 1) return at;
  return index === 0 ? 0 : index - 1 + (at - (index - 1)) / 2;
}

function movePoints(tracks: readonly TimelineTrack[], move: (at: number) => number): void {
  for (const { points } of tracks) for (const point of points) point.at = roundPlace(move(point.at));
}

/** Puts places on the timeline before the keyframe at `index`; gives their keys. What is too much is left out. */
export function insertPlaces(timeline: Timeline, index: number, places: readonly Place[]): string[] {
  const room = MAX_KEYFRAMES - timeline.keyframes.length;
  const taken = places.slice(0, Math.max(0, room));
  const before = timeline.keyframes[Math.min(index, timeline.keyframes.length) - 1];
  return taken.map((place, i) => {
    const key = freshKey(timeline.keyframes);
    const ease = before?.ease ?? 'ease-in-out-sine';
    movePoints(timeline.tracks, (at) => placeAfterInsert(at, index + i));
    timeline.keyframes.splice(index + i, 0, { key, place, holdSeconds: 0, seconds: null, ease });
    return key;
  });
}

/** Moves a keyframe so that it comes to stand at `to`. */
export function moveKeyframe(timeline: Timeline, key: string, to: number): void {
  const from = timeline.keyframes.findIndex((keyframe) => keyframe.key === key);
  if (from < 0) return;
  const [moved] = timeline.keyframes.splice(from, 1);
  if (moved !== undefined)
    timeline.keyframes.splice(Math.min(Math.max(to, 0), timeline.keyframes.length), 0, moved);
}

export function removeKeyframe(timeline: Timeline, key: string): void {
  const index = timeline.keyframes.findIndex((keyframe) => keyframe.key === key);
  if (index < 0) return;
  movePoints(timeline.tracks, (at) => placeAfterRemoval(at, index));
  timeline.keyframes.splice(index, 1);
}

/** A draft's parts cannot be in it twice. */
const copyOf = (place: Place): Place =>
  place.kind === 'picture' ? { ...place } : { ...place, values: [...place.values] };

export function duplicateKeyframe(timeline: Timeline, key: string): string | null {
  const index = timeline.keyframes.findIndex((keyframe) => keyframe.key === key);
  const original = timeline.keyframes[index];
  if (original === undefined) return null;
  const [copy] = insertPlaces(timeline, index + 1, [copyOf(original.place)]);
  return copy ?? null;
}

/** Changes what one keyframe, or the way after it, is like. */
export function changeKeyframe(
  timeline: Timeline,
  key: string,
  change: Partial<Pick<TimelineKeyframe, 'holdSeconds' | 'seconds' | 'ease' | 'place'>>,
): void {
  const keyframe = timeline.keyframes.find((candidate) => candidate.key === key);
  if (keyframe !== undefined) Object.assign(keyframe, change);
}

/**
 * Puts an attribute on the timeline: it rises to `value` half-way, and is gone at both ends. One that is there
 * stays as it is.
 */
export function addTrack(timeline: Timeline, attribute: string, value = 2): void {
  if (timeline.tracks.some((track) => track.attribute === attribute)) return;
  const ways = waysOf(timeline);
  const ease = 'ease-in-out-sine' as const;
  const ends = timeline.loop === 'cycle' ? [0, ways / 2] : [0, ways / 2, ways];
  timeline.tracks.push({
    attribute,
    points: ends.map((at, i) => ({ at: roundPlace(at), value: i === 1 ? value : 0, ease })),
  });
}

export function removeTrack(timeline: Timeline, index: number): void {
  timeline.tracks.splice(index, 1);
}

/** Adds a point to a curve; gives its place among the points, which stay in order. */
export function addPoint(timeline: Timeline, track: number, at: number, value: number): number {
  const points = timeline.tracks[track]?.points;
  if (points === undefined) return -1;
  const after = points.findIndex((point) => point.at > at);
  const index = after < 0 ? points.length : after;
  points.splice(index, 0, { at: roundPlace(at), value: bounded(value), ease: 'ease-in-out-sine' });
  return index;
}

/** Moves a point, as far as its neighbours let it. */
export function movePoint(timeline: Timeline, track: number, index: number, at: number, value: number): void {
  const points = timeline.tracks[track]?.points;
  const point = points?.[index];
  if (points === undefined || point === undefined) return;
  const least = points[index - 1]?.at ?? 0;
  const most = points[index + 1]?.at ?? waysOf(timeline);
  point.at = roundPlace(Math.min(Math.max(at, least), most));
  point.value = bounded(value);
}

export function removePoint(timeline: Timeline, track: number, index: number): void {
  timeline.tracks[track]?.points.splice(index, 1);
}

/** How many ways the timeline shows, at the least one. */
export function waysOf({ keyframes, loop }: Pick<Timeline, 'keyframes' | 'loop'>): number {
  return Math.max(1, loop === 'cycle' ? keyframes.length : keyframes.length - 1);
}

const bounded = (value: number): number =>
  Math.round(Math.min(Math.max(value, -MOST_DEVIATIONS), MOST_DEVIATIONS) * 100) / 100;
