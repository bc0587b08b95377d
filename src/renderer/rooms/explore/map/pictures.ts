import { imageDataOf } from '../../../lib/pixels.ts';
import { studio } from '../../../lib/studio.svelte.ts';

/** Side of what is kept of a picture, in pixels: as large as the map ever shows one, twice as dense. */
const SIDE = 96;
const MOST_KEPT = 1500;
const MOST_AT_ONCE = 96;

/** Small pictures for a canvas, fetched as they come into sight. */
export class MapPictures {
  readonly #project: string;
  readonly #there: () => void;
  readonly #kept = new Map<string, ImageBitmap>();
  #wanted: readonly string[] = [];
  #busy = false;

  /** @param there hears that there are more */
  constructor(project: string, there: () => void) {
    this.#project = project;
    this.#there = there;
  }

  get(id: string): ImageBitmap | null {
    return this.#kept.get(id) ?? null;
  }

  /** What is in sight now; what was wanted before is not fetched any more. */
  want(ids: readonly string[]): void {
    this.#wanted = ids;
    if (!this.#busy) void this.#fetch();
  }

  async #fetch(): Promise<void> {
    this.#busy = true;
    try {
      for (;;) {
        const ids = this.#wanted.filter((id) => !this.#kept.has(id)).slice(0, MOST_AT_ONCE);
        if (ids.length === 0) return;
        const pixels = await studio.ask('pictures.pixels', { project: this.#project, ids });
        const scale = Math.min(1, SIDE / Math.max(pixels.width, pixels.height));
        const bitmaps = await Promise.all(
          ids.map((_, index) =>
            createImageBitmap(imageDataOf(pixels, index), {
              resizeWidth: Math.max(1, Math.round(pixels.width * scale)),
              resizeHeight: Math.max(1, Math.round(pixels.height * scale)),
              resizeQuality: 'high',
            }),
          ),
        );
        ids.forEach((id, index) => {
          const bitmap = bitmaps[index];
          if (bitmap !== undefined) this.#kept.set(id, bitmap);
        });
        this.#forget();
        this.#there();
      }
    } catch {
      // The line broke or the project is gone: the next look at the map asks again.
    } finally {
      this.#busy = false;
    }
  }

  #forget(): void {
    const seen = new Set(this.#wanted);
    for (const [id, bitmap] of this.#kept) {
      if (this.#kept.size <= MOST_KEPT) return;
      if (seen.has(id)) continue;
      bitmap.close();
      this.#kept.delete(id);
    }
  }

  close(): void {
    this.#wanted = [];
    for (const bitmap of this.#kept.values()) bitmap.close();
    this.#kept.clear();
  }
}
