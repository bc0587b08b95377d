import { imageDataOf } from '../../lib/pixels.ts';
import { report, studio } from '../../lib/studio.svelte.ts';
import { t } from '../../strings/index.ts';
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
  readonly seed: number;
}

/** Random places of a model, and how they are drawn. */
export class Sampler {
  temperature = $state(0.8);
  from = $state<SampledFrom>('pictures');
  seed = $state(1);
  places = $state.raw<readonly Place[]>([]);
  busy = $state(false);
  #newest: Newest<Question, readonly Place[]>;

  constructor({ project, run }: Explorer) {
    this.#newest = new Newest<Question, readonly Place[]>(
      async ({ temperature, from, seed }, signal) => {
        const request = { project, run, count: COUNT, temperature, from, seed };
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
    this.#newest.want({ temperature: this.temperature, from: this.from, seed: this.seed });
  }
}
