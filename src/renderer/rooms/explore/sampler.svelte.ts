import { imageDataOf } from '../../lib/pixels.ts';
import { report, studio } from '../../lib/studio.svelte.ts';
import { t } from '../../strings/index.ts';
import type { AskedTags } from '../../../contract/studio/procedures/explore.ts';
import type { KnownTags } from '../../../contract/studio/state.ts';
import type { Place } from '../../../contract/timeline.ts';
import { Newest } from '../places/newest.ts';
import { rememberLook } from '../places/looks.svelte.ts';
import type { Explorer } from './explorer.svelte.ts';
import { latentPlace } from './latentPlace.ts';

const COUNT = 48;

/** Where samples are drawn from. */
export const SAMPLED_FROM = ['pictures', 'mixture', 'prior'] as const;
type SampledFrom = (typeof SAMPLED_FROM)[number];

interface Question {
  readonly temperature: number;
  readonly from: SampledFrom;
  readonly tags: AskedTags | null;
  readonly seed: number;
}

const NOTHING: AskedTags = { label: null, attributes: {} };

/** Random places of a model, and how they are drawn. */
export class Sampler {
  temperature = $state(0.8);
  from = $state<SampledFrom>('pictures');
  seed = $state(1);
  /** The tags that can be asked for; null where there are none. */
  known = $state.raw<KnownTags | null>(null);
  asked = $state.raw<AskedTags>(NOTHING);
  readonly asks = $derived(this.asked.label !== null || Object.keys(this.asked.attributes).length > 0);
  places = $state.raw<readonly Place[]>([]);
  busy = $state(false);
  #newest: Newest<Question, readonly Place[]>;
  readonly #model: { readonly project: string; readonly run: string };

  constructor({ project, run }: Explorer) {
    this.#model = { project, run };
    this.#newest = new Newest<Question, readonly Place[]>(
      async ({ temperature, from, tags, seed }, signal) => {
        const request = { project, run, count: COUNT, temperature, from, tags, seed };
        const { latents, pictures } = await studio.ask('explore.samples', request, signal);
        const size = latents.length / pictures.count;
        return Array.from({ length: pictures.count }, (_, i) => {
          const place = latentPlace(
            latents.subarray(i * size, (i + 1) * size),
            t.explore.sample(seed, i + 1),
          );
          rememberLook(place, imageDataOf(pictures, i));
          return place;
        });
      },
      (places) => {
        this.places = places;
        this.busy = false;
      },
      (error) => {
        this.busy = false;
        report(error);
      },
    );
  }

  /** Fitting a mixture takes a while the first time. */
  giveUp(): void {
    this.#newest.drop();
    this.busy = false;
  }

  draw(): void {
    this.busy = true;
    const { temperature, from, seed } = this;
    this.#newest.want({ temperature, from, tags: this.asks ? this.asked : null, seed });
  }

  /** Which tags there are to be asked for. */
  async learnTags(): Promise<void> {
    try {
      this.known = (await studio.ask('explore.tags', this.#model)).known;
    } catch (error) {
      report(error);
    }
  }

  /** @param value null to leave it open again */
  askLabel(value: string | null): void {
    this.asked = { ...this.asked, label: value };
    this.draw();
  }

  askAttribute(name: string, value: number | null): void {
    const { [name]: _, ...others } = this.asked.attributes;
    this.asked = { ...this.asked, attributes: value === null ? others : { ...others, [name]: value } };
    this.draw();
  }
}
