import type { Place } from '../../../contract/timeline.ts';
import { imageDataOf } from '../../lib/pixels.ts';
import { report, studio } from '../../lib/studio.svelte.ts';
import { Newest } from '../places/newest.ts';

/** As far as an attribute is turned either way, in standard deviations. */
export const FARTHEST = 4;
/** The strengths that are shown beside each other. */
export const STRIP = [-4, -3, -2, -1, 0, 1, 2, 3, 4] as const;

interface Question {
  readonly place: Place;
  readonly factors: readonly number[];
}

interface Drawn {
  readonly latents: Float32Array;
  readonly images: readonly ImageData[];
}

/** Turns an attribute of a picture up and down: one picture at a strength, and a row of them. */
export class Sweep {
  strength = $state(2);
  image = $state.raw<ImageData | null>(null);
  strip = $state.raw<readonly ImageData[]>([]);
  #place: Place | null = null;
  #latent: Float32Array | null = null;
  #one: Newest<Question, Drawn>;
  #row: Newest<Question, Drawn>;

  constructor(project: string, run: string, name: string) {
    const draw = async ({ place, factors }: Question, signal: AbortSignal): Promise<Drawn> => {
      const { latents, pictures } = await studio.ask(
        'attributes.sweep',
        { project, run, place, moves: [{ name, amount: 1 }], factors: [...factors] },
        signal,
      );
      return { latents, images: Array.from({ length: pictures.count }, (_, i) => imageDataOf(pictures, i)) };
    };
    this.#one = new Newest<Question, Drawn>(
      draw,
      ({ latents, images }) => {
        this.image = images[0] ?? null;
        this.#latent = latents;
      },
      report,
    );
    this.#row = new Newest<Question, Drawn>(draw, ({ images }) => (this.strip = images), report);
  }

  /** The place at the strength that is shown. */
  get here(): Float32Array | null {
    return this.#latent;
  }

  show(place: Place): void {
    this.#place = place;
    this.#one.want({ place, factors: [this.strength] });
    this.#row.want({ place, factors: STRIP });
  }

  turn(strength: number): void {
    this.strength = strength;
    if (this.#place !== null) this.#one.want({ place: this.#place, factors: [strength] });
  }
}
