import { MorphloomError } from '../../contract/errors.ts';
import type { Place } from '../../contract/timeline.ts';
import type { ByteCache } from './cache.ts';
import { decodeAll, encodeAll, type LatentCodec } from './codec.ts';
import type { Compositor } from './compositor.ts';
import type { Material } from './material.ts';

/** A keyframe as the model knows it. */
export interface Keyframe {
  /** Equal for equal places. */
  readonly key: string;
  readonly latent: Float32Array;
  /** What the model draws there, `[height, width, channels]` in [0, 1]. */
  readonly decoded: Float32Array;
  /** The artist's picture; null for a place of its own, which has none. */
  readonly picture: { readonly id: string; readonly residual: Float32Array } | null;
}

/**
 * Encodes and decodes a keyframe. One at a time: in a call with others the last bit of a number may come out
 * another, and the morph with it.
 * @param compositor for frames of the model's size
 * Throws `usage` for a place of another model, and as `material.picture` does.
 */
export async function openKeyframe(
  codec: LatentCodec,
  place: Place,
  material: Material,
  compositor: Compositor,
  cache: ByteCache<Keyframe>,
): Promise<Keyframe> {
  const key = place.kind === 'picture' ? place.id : `latent ${place.values.join()}`;
  const kept = cache.get(key);
  if (kept !== undefined) return kept;
  const keyframe =
    place.kind === 'latent'
      ? ofLatent(codec, key, place.values)
      : ofPicture(codec, key, await material.picture(place.id), compositor);
  const { latent, decoded, picture } = keyframe;
  cache.set(key, keyframe, 4 * (latent.length + decoded.length + (picture?.residual.length ?? 0)));
  return keyframe;
}

function ofLatent(codec: LatentCodec, key: string, values: readonly number[]): Keyframe {
  if (values.length !== codec.latentSize) {
    throw new MorphloomError(
      'usage',
      `This morph goes through a place of another model, of ${values.length} numbers where this one has ${codec.latentSize}; take it out, or choose the run that it comes from.`,
    );
  }
  const latent = Float32Array.from(values);
  return { key, latent, decoded: decodeAll(codec, [latent])[0], picture: null };
}

function ofPicture(codec: LatentCodec, id: string, pixels: Uint8Array, compositor: Compositor): Keyframe {
  const [latent] = encodeAll(codec, [pixels]);
  const [decoded] = decodeAll(codec, [latent]);
  return { key: id, latent, decoded, picture: { id, residual: compositor.residual(pixels, decoded) } };
}
