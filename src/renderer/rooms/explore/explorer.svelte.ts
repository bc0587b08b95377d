import type { Output } from '../../../contract/studio/api.ts';
import type { Pixels } from '../../../contract/studio/state.ts';
import type { Place } from '../../../contract/timeline.ts';
import { imageDataOf } from '../../lib/pixels.ts';
import { report, studio } from '../../lib/studio.svelte.ts';
import { Newest } from '../places/newest.ts';
import { coordinatesOf, endsOf, moved, type Directions } from './directions.ts';
import { Finding } from './finding.svelte.ts';
import { Filler } from './filler.svelte.ts';
import { Groups } from './groups.svelte.ts';
import { Kinds } from './kinds.svelte.ts';
import { latentPlace } from './latentPlace.ts';

export type MapMethod = 'pca' | 'umap';

export interface MapData {
  readonly ids: readonly string[];
  readonly points: Float32Array;
  readonly labels: readonly (string | null)[];
}

/** What there is to look at, in the order of its tabs. */
export const VIEWS = ['map', 'samples', 'groups', 'kinds', 'unusual', 'compare', 'fill', 'learned'] as const;
export type View = (typeof VIEWS)[number];

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
  view = $state<View>('map');
  /** What one came from: a picture, a sample, a spot. */
  origin = $state.raw<Place | null>(null);
  latent = $state.raw<Float32Array | null>(null);
  image = $state.raw<ImageData | null>(null);
  neighbours = $state.raw<readonly string[]>([]);
  /** What is known of what is there, in words. */
  told = $state.raw<Output<'explore.tell'> | null>(null);
  directions = $state.raw<Directions | null>(null);
  /** What both ends of each direction look like. */
  ends = $state.raw<Pixels | null>(null);
  readonly maps: Finding<MapMethod, MapData & { method: MapMethod }>;
  readonly outliers: Finding<{ contentHash: string }, Output<'explore.outliers'>>;
  readonly groups: Groups;
  readonly kinds: Kinds;
  readonly meanings: Finding<{ contentHash: string }, Output<'explore.meanings'>>;
  readonly costs: Finding<{ contentHash: string }, Output<'explore.costs'>>;
  readonly filler: Filler;
  readonly coordinates = $derived.by(() =>
    this.directions === null || this.latent === null ? [] : coordinatesOf(this.directions, this.latent),
  );
  /** Whether one moved away from where one came. */
  wandered = $state(false);
  #decode: Newest<Float32Array, Pixels>;
  #neighbours: Newest<Float32Array, Output<'explore.neighbours'>>;
  #tell: Newest<Place, Output<'explore.tell'>>;
  #going = 0;

  constructor(project: string, run: string, step: number) {
    this.project = project;
    this.run = run;
    this.step = step;
    const model = { project, run };
    this.maps = new Finding(async (method, signal, watch) => ({
      method,
      ...(await studio.ask('explore.map', { ...model, method }, signal, watch)),
    }));
    this.outliers = new Finding((_, signal, watch) => studio.ask('explore.outliers', model, signal, watch));
    this.groups = new Groups(model);
    this.kinds = new Kinds(model);
    this.meanings = new Finding((_, signal, watch) => studio.ask('explore.meanings', model, signal, watch));
    this.costs = new Finding((_, signal, watch) => studio.ask('explore.costs', model, signal, watch));
    this.filler = new Filler(model);
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
    this.#tell = new Newest(
      (place, signal) => studio.ask('explore.tell', { ...model, place }, signal),
      (told) => (this.told = told),
      report,
    );
  }

  /** What is told of where one stands still. */
  #look(latent: Float32Array): void {
    this.#neighbours.want(latent);
    this.#tell.want(this.here('') ?? latentPlace(latent, ''));
  }

  get map(): MapData | null {
    return this.maps.answer;
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
    if (this.latent !== null) this.#look(this.latent);
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
    this.#look(latent);
  }
}

let explorer: Explorer | null = null;

/** The explorer of a model; it outlives the room. */
export function explorerOf(project: string, run: string, step: number): Explorer {
  if (explorer?.project !== project || explorer.run !== run || explorer.step !== step) {
    explorer = new Explorer(project, run, step);
  }
  return explorer;
}
