import { imageDataOf } from './pixels.ts';
import { studio } from './studio.svelte.ts';

/** What is known of a picture's looks: its packed pixels first, the fine thumbnail when it is there. */
export class Thumbnail {
  readonly id: string;
  readonly side: number;
  pixels = $state.raw<ImageData | null>(null);
  url = $state<string | null>(null);
  /** Whether there is nothing finer to come. */
  final = false;
  bytes = 0;
  wanted = 0;

  constructor(id: string, side: number) {
    this.id = id;
    this.side = side;
  }
}

/** What may be kept of pictures that are not on screen, in bytes. */
const KEEP = 128 * 1024 * 1024;
const SIDES = [128, 256, 512, 1024];
/** What one answer may bring, in pixels of pictures: they are made ready on the thread that also paints. */
const MOST_PIXELS = 512 * 1024;
const MOST_PICTURES = 256;
const MOST_THUMBNAILS = 32;

let project: string | null = null;
/** In order of use, the oldest first. */
const cache = new Map<string, Thumbnail>();
let held = 0;
let timer: ReturnType<typeof setTimeout> | null = null;
let pixelsUnderWay = false;
let thumbnailsUnderWay = false;

/** The side that is asked for where a picture is shown at about this one. */
export const fineSide = (shown: number): number => {
  const wanted = shown * Math.min(devicePixelRatio, 2);
  return SIDES.find((side) => side >= wanted) ?? 1024;
};

/** Forgets what pictures look like: all of them, or those whose crop has changed. */
export function forgetThumbnails(ids?: ReadonlySet<string>): void {
  for (const [key, thumbnail] of cache) {
    if (ids !== undefined && !ids.has(thumbnail.id)) continue;
    if (thumbnail.wanted === 0) drop(key, thumbnail);
    else {
      thumbnail.final = false;
      if (thumbnail.url === null) thumbnail.pixels = null;
    }
  }
  schedule();
}

function drop(key: string, thumbnail: Thumbnail): void {
  held -= thumbnail.bytes;
  if (thumbnail.url !== null) URL.revokeObjectURL(thumbnail.url);
  cache.delete(key);
}

/** A picture's thumbnail, of a {@link fineSide}; call the second part when it is not shown any more. */
export function want(id: string, side: number): [Thumbnail, () => void] {
  if (project !== (studio.project?.folder ?? null)) {
    for (const [key, thumbnail] of cache) drop(key, thumbnail);
    project = studio.project?.folder ?? null;
  }
  const key = `${id}/${side}`;
  const thumbnail = cache.get(key) ?? new Thumbnail(id, side);
  cache.delete(key);
  cache.set(key, thumbnail);
  thumbnail.wanted++;
  schedule();
  return [
    thumbnail,
    () => {
      thumbnail.wanted--;
      for (const [old, candidate] of cache) {
        if (held <= KEEP) break;
        if (candidate.wanted === 0) drop(old, candidate);
      }
    },
  ];
}

function schedule(): void {
  timer ??= setTimeout(() => {
    timer = null;
    void fetchPixels();
    void fetchThumbnails();
  }, 12);
}

/** What is asked for is chosen when the line is free, so that fast scrolling leaves no backlog. */
const missing = (most: number, lacks: (thumbnail: Thumbnail) => boolean): Thumbnail[] =>
  [...cache.values()].filter((thumbnail) => thumbnail.wanted > 0 && lacks(thumbnail)).slice(-most);

async function fetchPixels(): Promise<void> {
  const folder = project;
  if (pixelsUnderWay || folder === null) return;
  const { width = 1, height = 1 } = studio.project?.pictures?.format ?? {};
  const most = Math.max(1, Math.min(MOST_PICTURES, Math.floor(MOST_PIXELS / (width * height))));
  const wanted = missing(most, (thumbnail) => thumbnail.pixels === null && thumbnail.url === null);
  if (wanted.length === 0) return;
  pixelsUnderWay = true;
  try {
    const pixels = await studio.ask('pictures.pixels', { project: folder, ids: wanted.map(({ id }) => id) });
    wanted.forEach((thumbnail, index) => {
      thumbnail.pixels = imageDataOf(pixels, index);
      grow(thumbnail, thumbnail.pixels.data.length);
    });
    schedule();
  } catch {
    // The project changed or the line broke: what is wanted then is asked for anew.
    setTimeout(schedule, 1000);
  } finally {
    pixelsUnderWay = false;
  }
}

async function fetchThumbnails(): Promise<void> {
  const folder = project;
  if (thumbnailsUnderWay || folder === null) return;
  const side = missing(1, ({ final }) => !final)[0]?.side;
  if (side === undefined) return;
  const wanted = missing(MOST_THUMBNAILS, (thumbnail) => !thumbnail.final && thumbnail.side === side);
  thumbnailsUnderWay = true;
  try {
    const ids = wanted.map(({ id }) => id);
    const pictures = await studio.ask('pictures.thumbnails', { project: folder, ids, side });
    for (const picture of pictures) {
      const thumbnail = wanted.find(({ id }) => id === picture.id);
      if (thumbnail === undefined) continue;
      thumbnail.final = true;
      if (picture.type === null) continue;
      if (thumbnail.url !== null) URL.revokeObjectURL(thumbnail.url);
      const blob = new Blob([picture.bytes as Uint8Array<ArrayBuffer>], { type: picture.type });
      thumbnail.url = URL.createObjectURL(blob);
      grow(thumbnail, picture.bytes.length);
    }
    for (const thumbnail of wanted) thumbnail.final = true;
    schedule();
  } catch {
    setTimeout(schedule, 1000);
  } finally {
    thumbnailsUnderWay = false;
  }
}

function grow(thumbnail: Thumbnail, bytes: number): void {
  thumbnail.bytes += bytes;
  held += bytes;
}
