import type { Timeline } from '../../contract/timeline.ts';
import { encodeAll, type LatentCodec } from './codec.ts';
import type { Material } from './material.ts';
import type { TimelinePlan } from './plan.ts';
import { type Hooks, TimelineStudio } from './timeline.ts';

/** A picture and its latent, as a model is fitted to them. */
export interface Fit {
  readonly latent: Float32Array;
  readonly pixels: Uint8Array;
}

/** Makes a decoder that draws these pictures closer. Throws `cancelled` when asked to stop. */
export type FitDecoder = (pictures: readonly Fit[], hooks: Hooks) => Promise<LatentCodec['decode']>;

/**
 * Plans timelines as a {@link TimelineStudio} does, and those that ask for it (`timeline.fit`) with a decoder
 * fitted to their pictures. It keeps the last fit: times, easing, holds and tracks change nothing about it, nor
 * does the order of the pictures.
 */
export class FittedStudio {
  readonly #codec: LatentCodec;
  readonly #material: Material;
  readonly #fitDecoder: FitDecoder;
  readonly #plain: TimelineStudio;
  #fitted: { readonly key: string; readonly studio: TimelineStudio } | null = null;

  constructor(codec: LatentCodec, material: Material, fitDecoder: FitDecoder) {
    this.#codec = codec;
    this.#material = material;
    this.#fitDecoder = fitDecoder;
    this.#plain = new TimelineStudio(codec, material);
  }

  /** A first look, at once: by the model as it is where it was not fitted to these pictures yet. */
  quick(timeline: Timeline, hooks: Hooks = {}): Promise<TimelinePlan> {
    const fitted = timeline.fit && this.#fitted?.key === keyOf(picturesIn(timeline)) ? this.#fitted : null;
    return (fitted?.studio ?? this.#plain).quick(timeline, hooks);
  }

  /** The timeline as it is exported. Throws as {@link TimelineStudio.plan} does. */
  async plan(timeline: Timeline, hooks: Hooks = {}): Promise<TimelinePlan> {
    const ids = picturesIn(timeline);
    if (!timeline.fit || ids.length === 0) return this.#plain.plan(timeline, hooks);
    const key = keyOf(ids);
    if (this.#fitted?.key !== key) this.#fitted = { key, studio: await this.#fit(ids, hooks) };
    return this.#fitted.studio.plan(timeline, hooks);
  }

  async #fit(ids: readonly string[], hooks: Hooks): Promise<TimelineStudio> {
    const pictures: Fit[] = [];
    for (const id of ids) {
      const pixels = await this.#material.picture(id);
      pictures.push({ pixels, latent: encodeAll(this.#codec, [pixels])[0] });
    }
    const { latentSize, image } = this.#codec;
    const decode = await this.#fitDecoder(pictures, hooks);
    const encode: LatentCodec['encode'] = (pixels, count) => this.#codec.encode(pixels, count);
    return new TimelineStudio({ latentSize, image, encode, decode }, this.#material);
  }
}

/** Sorted, so that an order has no influence on the fit. */
const picturesIn = ({ keyframes }: Timeline): string[] =>
  [...new Set(keyframes.flatMap(({ place }) => (place.kind === 'picture' ? [place.id] : [])))].sort();
const keyOf = (ids: readonly string[]): string => ids.join(' ');
