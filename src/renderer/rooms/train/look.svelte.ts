import type { Pixels, RunState } from '../../../contract/studio/state.ts';
import { studio } from '../../lib/studio.svelte.ts';

/** What a run's pictures look like: told while it trains, asked for afterwards. */
export interface Look {
  readonly step: number;
  readonly originals: Pixels;
  readonly reconstructions: Pixels;
  readonly rehearsal: Pixels | null;
  readonly ratePerDimension: Float32Array | null;
}

const PICTURES = 8;
/** Pictures that the rehearsal passes, and frames from one to the next. */
const STATIONS = 3;
const FRAMES_BETWEEN = 12;

/** Straight ways through some latents, `[n, z]`; the ends are among them. */
function ways(latents: Float32Array, size: number): Float32Array {
  const stations = Math.min(STATIONS, latents.length / size);
  const frames = (stations - 1) * FRAMES_BETWEEN + 1;
  return Float32Array.from({ length: frames * size }, (_, i) => {
    const at = Math.floor(i / size) / FRAMES_BETWEEN;
    const from = Math.min(Math.floor(at), stations - 1);
    const to = Math.min(from + 1, stations - 1);
    const d = i % size;
    return (latents[from * size + d] ?? 0) * (1 - (at - from)) + (latents[to * size + d] ?? 0) * (at - from);
  });
}

/** The newest look of a run; call it while a component is set up. */
export function lookOf(project: string, run: () => RunState): { readonly now: Look | null } {
  let asked = $state.raw<Look | null>(null);
  const told = $derived(studio.look?.run === run().id ? studio.look : null);

  async function ask(id: string, step: number, signal: AbortSignal): Promise<void> {
    const { pictures } = await studio.ask('pictures.list', { project, from: 0, count: PICTURES }, signal);
    const ids = pictures.map((picture) => picture.id);
    if (ids.length === 0) return;
    const originals = await studio.ask('pictures.pixels', { project, ids }, signal);
    const reconstructions = await studio.ask('explore.reconstruct', { project, run: id, ids }, signal);
    asked = { step, originals, reconstructions, rehearsal: null, ratePerDimension: null };
    const stations = ids.slice(0, STATIONS);
    const model = { project, run: id };
    const { latents, latentSize } = await studio.ask('explore.encode', { ...model, ids: stations }, signal);
    const along = ways(latents, latentSize);
    const count = along.length / latentSize;
    const rehearsal = await studio.ask('explore.decode', { ...model, latents: along, count }, signal);
    asked = { ...asked, rehearsal };
  }

  const wanted = $derived(told === null && studio.activeJob('train') === null ? run() : null);
  const id = $derived(wanted?.id ?? null);
  const step = $derived(wanted?.step ?? 0);
  $effect(() => {
    if (id === null || step === 0) return;
    const control = new AbortController();
    // Without it the room is poorer, but whole: pictures of another size, an older model.
    ask(id, step, control.signal).catch(() => undefined);
    return () => control.abort();
  });

  return {
    get now() {
      return told ?? asked;
    },
  };
}
