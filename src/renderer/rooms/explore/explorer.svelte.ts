import type { Progress } from '../../../contract/progress.ts';
import type { Output } from '../../../contract/studio/api.ts';
import type { Pixels } from '../../../contract/studio/state.ts';
import type { Place } from '../../../contract/timeline.ts';
import { imageDataOf } from '../../lib/pixels.ts';
import { report, studio } from '../../lib/studio.svelte.ts';
import { Newest } from '../places/newest.ts';
import { coordinatesOf, endsOf, moved, type Directions } from './directions.ts';

export interface MapData {
  readonly ids: readonly string[];
  readonly points: Float32Array;
  readonly labels: readonly (string | null)[];
}

/** Directions that are offered as sliders. */
const SLIDERS = 10;
const NEIGHBOURS = 12;
/** Where the little pictures beside a slider are taken, in standard deviations. */
const ENDS = 2.5;

/** Walks the latent space of one model: there is a place where one is, and what it looks like. */
export class Explorer {
  readonly project: string;
  readonly run: string;
  /** Changes with every checkpoint: what was asked of an older one is not shown for a newer. */
  readonly step: number;
  view = $state<'map' | 'samples' | 'compare'>('map');
  /** What one came from: a picture, a sample, a spot. */
  origin = $state.raw<Place | null>(null);
  latent = $state.raw<Float32Array | null>(null);
  image = $state.raw<ImageData | null>(null);
  neighbours = $state.raw<readonly string[]>([]);
  directions = $state.raw<Directions | null>(null);
  /** What both ends of each direction look like. */
  ends = $state.raw<Pixels | null>(null);
  map = $state.raw<MapData | null>(null);
  mapMethod = $state<'pca' | 'umap'>('pca');
  mapping = $state(false);
  /** The part of it that is done, in [0, 1]; null while it is not known. */
  mapped = $state<number | null>(null);
  readonly coordinates = $derived.by(() =>
    this.directions === null || this.latent === null ? [] : coordinatesOf(this.directions, this.latent),
  );
  /** Whether one moved away from where one came. */
  wandered = $state(false);
  #decode: Newest<Float32Array, Pixels>;
  #neighbours: Newest<Float32Array, Output<'explore.neighbours'>>;
  #mapping: AbortController | null = null;
  #going = 0;

  constructor(project: string, run: string, step: number) {
    this.project = project;
    this.run = run;
    this.step = step;
    this.#decode = new Newest(
      (latents, signal) => studio.ask('explore.decode', { ...this.#model, latents, count: 1 }, signal),
      (pictures) => (this.image = imageDataOf(pictures)),
      report,
    );
    this.#neighbours = new Newest(
      (latent, signal) =>
        studio.ask(
          'explore.neighbours',
          { ...this.#model, place: latentPlace(latent, ''), count: NEIGHBOURS + 1 },
          signal,
        ),
      (found) => {
        const own = this.origin?.kind === 'picture' && !this.wandered ? this.origin.id : null;
        this.neighbours = found.flatMap(({ id }) => (id === own ? [] : [id])).slice(0, NEIGHBOURS);
      },
      report,
    );
  }

  get #model(): { project: string; run: string } {
    return { project: this.project, run: this.run };
  }

  /** Where one is, for the timeline: the picture itself as long as one did not move away from it. */
  here(name: string): Place | null {
    if (this.latent === null) return null;
    return this.origin !== null && !this.wandered ? this.origin : latentPlace(this.latent, name);
  }

  async start(): Promise<void> {
    if (this.directions !== null) return;
    const directions = await studio.call('explore.directions', { ...this.#model, count: SLIDERS });
    if (directions === undefined) return;
    this.directions = directions;
    if (this.latent === null) await this.#begin(directions.mean);
    const latents = endsOf(directions, directions.count, ENDS);
    this.ends =
      (await studio.call('explore.decode', { ...this.#model, latents, count: 2 * directions.count })) ?? null;
  }

  /** Begins at the picture that is most like all others: the middle itself looks like none. */
  async #begin(middle: Float32Array): Promise<void> {
    const place = latentPlace(middle, '');
    const nearest = await studio.call('explore.neighbours', { ...this.#model, place, count: 1 });
    const id = nearest?.[0]?.id;
    if (this.latent !== null) return;
    if (id === undefined) this.#stand(middle, null);
    else await this.goTo({ kind: 'picture', id });
  }

  /** Goes to a place. */
  async goTo(place: Place): Promise<void> {
    const going = ++this.#going;
    if (place.kind === 'latent') {
      this.#stand(Float32Array.from(place.values), place);
      return;
    }
    const encoded = await studio.call('explore.encode', { ...this.#model, ids: [place.id] });
    if (encoded !== undefined && going === this.#going) this.#stand(encoded.latents, place);
  }

  /** Moves along one of the directions, to so many standard deviations from the middle. */
  slide(index: number, to: number): void {
    if (this.directions === null || this.latent === null) return;
    this.wandered = true;
    this.latent = moved(this.directions, this.latent, index, to - (this.coordinates[index] ?? 0));
    this.#decode.want(this.latent);
  }

  /** Tells who the neighbours are once one stands still. */
  settle(): void {
    if (this.latent !== null) this.#neighbours.want(this.latent);
  }

  reset(): void {
    if (this.origin !== null) void this.goTo(this.origin);
    else if (this.directions !== null) this.#stand(this.directions.mean, null);
  }

  #stand(latent: Float32Array, origin: Place | null): void {
    this.origin = origin;
    this.wandered = false;
    this.latent = latent;
    this.#decode.want(latent);
    this.#neighbours.want(latent);
  }

  /** Asks for the map, if it is not there; the other method's stays until it comes. */
  async draw(method: 'pca' | 'umap'): Promise<void> {
    this.#mapping?.abort();
    const control = new AbortController();
    this.#mapping = control;
    this.mapping = true;
    this.mapped = null;
    const watch = ({ done, total }: Progress): void => {
      if (this.#mapping === control) this.mapped = total ? done / total : null;
    };
    try {
      const map = await studio.ask('explore.map', { ...this.#model, method }, control.signal, watch);
      if (control.signal.aborted) return;
      this.map = map;
      this.mapMethod = method;
    } catch (error) {
      if (!control.signal.aborted) report(error);
    } finally {
      if (this.#mapping === control) this.mapping = false;
    }
  }

  giveUpMap(): void {
    this.#mapping?.abort();
    this.mapping = false;
  }
}

export const latentPlace = (latent: Float32Array, name: string): Place => ({
  kind: 'latent',
  values: Array.from(latent),
  name,
});

let explorer: Explorer | null = null;

/** The explorer of a model; it outlives the room. */
export function explorerOf(project: string, run: string, step: number): Explorer {
  if (explorer?.project !== project || explorer.run !== run || explorer.step !== step) {
    explorer = new Explorer(project, run, step);
  }
  return explorer;
}
