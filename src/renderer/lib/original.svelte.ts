import { studio } from './studio.svelte.ts';

/** Enough to place a frame or an eye by eye, in pixels. */
const SIDE = 1600;

/** A picture's original, whole and upright. */
export class Original {
  /** Null until it is there. */
  image = $state.raw<HTMLImageElement | null>(null);
  /** Whether its file is there no more. */
  gone = $state(false);

  /** Fetches it, at most this wide and high; made to be called from an `$effect` that returns what this returns. */
  load(id: string, side = SIDE): () => void {
    const control = new AbortController();
    let url: string | null = null;
    void (async () => {
      const project = studio.project?.folder;
      if (project === undefined) return;
      const original = await studio
        .ask('pictures.original', { project, id, side }, control.signal)
        .catch(() => null);
      if (control.signal.aborted) return;
      if (original === null || original.type === null) {
        this.gone = true;
        return;
      }
      url = URL.createObjectURL(
        new Blob([original.bytes as Uint8Array<ArrayBuffer>], { type: original.type }),
      );
      const loaded = new Image();
      loaded.src = url;
      await loaded.decode().catch(() => undefined);
      if (!control.signal.aborted) this.image = loaded;
    })();
    return () => {
      control.abort();
      if (url !== null) URL.revokeObjectURL(url);
    };
  }
}
