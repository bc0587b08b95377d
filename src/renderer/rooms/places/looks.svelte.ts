import type { Place } from '../../../contract/timeline.ts';
import { imageDataOf } from '../../lib/pixels.ts';
import { studio } from '../../lib/studio.svelte.ts';

type Latent = Extract<Place, { kind: 'latent' }>;

/** What a place that is no picture looks like: the model draws it. */
class Look {
  image = $state.raw<ImageData | null>(null);
}

const MOST_KEPT = 2000;
const MOST_AT_ONCE = 64;

const cache = new Map<string, Look>();
const waiting = new Map<string, Latent>();
let timer: ReturnType<typeof setTimeout> | null = null;
let underWay = false;

const keyOf = (place: Latent): string =>
  `${studio.run?.id ?? ''} ${studio.run?.step ?? 0} ${place.values.join(' ')}`;

/** What a place looks like, as soon as the model has drawn it. */
export function lookOf(place: Latent): Look {
  const key = keyOf(place);
  const known = cache.get(key) ?? new Look();
  cache.delete(key);
  cache.set(key, known);
  if (known.image === null && !waiting.has(key)) {
    waiting.set(key, place);
    timer ??= setTimeout(() => void draw(), 10);
  }
  for (const old of cache.keys()) {
    if (cache.size <= MOST_KEPT) break;
    cache.delete(old);
  }
  return known;
}

/** Keeps what somebody else has drawn already. */
export function rememberLook(place: Place, image: ImageData): void {
  if (place.kind !== 'latent') return;
  const look = new Look();
  look.image = image;
  cache.set(keyOf(place), look);
}

async function draw(): Promise<void> {
  timer = null;
  const [project, run] = [studio.project?.folder, studio.run?.id];
  if (underWay || waiting.size === 0 || project === undefined || run === undefined) return;
  const length = [...waiting.values()][0]?.values.length;
  const batch = [...waiting].filter(([, place]) => place.values.length === length).slice(0, MOST_AT_ONCE);
  for (const [key] of batch) waiting.delete(key);
  underWay = true;
  try {
    const latents = Float32Array.from(batch.flatMap(([, place]) => place.values));
    const pictures = await studio.ask('explore.decode', { project, run, latents, count: batch.length });
    batch.forEach(([key], index) => {
      const look = cache.get(key);
      if (look !== undefined) look.image = imageDataOf(pictures, index);
    });
  } catch {
    // A place of another model, or a broken line: it is asked for again when it is shown again.
  } finally {
    underWay = false;
    if (waiting.size > 0) timer ??= setTimeout(() => void draw(), 10);
  }
}
