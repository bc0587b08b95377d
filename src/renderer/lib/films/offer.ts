import type { FilmOrder } from '../../../contract/studio/films.ts';
import { studio } from '../studio.svelte.ts';
import { encodableFormats } from './codecs.ts';
import { encodeFilm, type Lab, LabGone } from './encode.ts';

const formats = encodableFormats().catch(() => []);
let now: { readonly film: string; readonly controller: AbortController } | null = null;

/** Tells the engine what this window's codecs can do: to each line anew. */
export async function offerFilms(): Promise<void> {
  await studio.ask('films.offer', { formats: await formats }).catch(() => undefined);
}

/** Encodes what the engine asks this window to; what it asked before is given up. */
export function takeFilms(): () => void {
  return studio.on('films', (order) => {
    if (now?.film === order?.id) return;
    now?.controller.abort();
    now = order === null ? null : { film: order.id, controller: new AbortController() };
    if (order !== null && now !== null) void take(order, now.controller.signal);
  });
}

async function take(order: FilmOrder, signal: AbortSignal): Promise<void> {
  const film = order.id;
  // A line that broke is not waited for: with the next one the order is another.
  const asked = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      throw new LabGone('The engine does not want this film any more.', { cause: error });
    }
  };
  const lab: Lab = {
    frames: (from, most) => asked(studio.ask('films.frames', { film, from, most }, signal)),
    write: async (position, bytes) => {
      await asked(studio.ask('films.write', { film, position, bytes }, signal));
    },
  };
  try {
    await encodeFilm(order, lab, signal);
    await studio.ask('films.end', { film, error: null }, signal);
  } catch (error) {
    if (signal.aborted) return;
    // The engine took it for gone while it slept, say: it is there again.
    if (error instanceof LabGone) return offerFilms();
    const why = error instanceof Error ? error.message : String(error);
    await studio.ask('films.end', { film, error: why }, signal).catch(() => undefined);
  }
}
