/** What a morph needs of a model: pictures to latents and back. A trained `Instrument` is one. */
export interface LatentCodec {
  readonly latentSize: number;
  readonly image: PictureShape;
  /** @param pixels uint8 sRGB, `[count, height, width, channels]`, premultiplied where there is alpha */
  encode(pixels: Uint8Array, count: number): { readonly mean: Float32Array };
  /** @param latents `[count, latentSize]` @returns `[count, height, width, channels]` in [0, 1] */
  decode(latents: Float32Array, count: number): Float32Array;
}

/** Rows from the top, pixels of `channels` values: 1 grey, 3 sRGB, 4 sRGB with premultiplied alpha. */
export interface PictureShape {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Values of one picture. */
export function valuesOf({ width, height, channels }: PictureShape): number {
  return width * height * channels;
}

/** The latents of pictures, encoded in one call. */
export function encodeAll(codec: LatentCodec, pictures: readonly Uint8Array[]): Float32Array[] {
  const size = valuesOf(codec.image);
  const pixels = new Uint8Array(pictures.length * size);
  pictures.forEach((picture, i) => pixels.set(picture, i * size));
  return parts(codec.encode(pixels, pictures.length).mean, codec.latentSize);
}

/** The pictures of latents, decoded in one call. */
export function decodeAll(codec: LatentCodec, latents: readonly Float32Array[]): Float32Array[] {
  const joined = new Float32Array(latents.length * codec.latentSize);
  latents.forEach((latent, i) => joined.set(latent, i * codec.latentSize));
  return parts(codec.decode(joined, latents.length), valuesOf(codec.image));
}

function parts(joined: Float32Array, size: number): Float32Array[] {
  return Array.from({ length: joined.length / size }, (_, i) => joined.subarray(i * size, (i + 1) * size));
}

/** Root mean square difference of two pictures: what "a step that is seen" is measured by. */
export function seenDifference(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i] - b[i];
    sum += difference * difference;
  }
  return Math.sqrt(sum / a.length);
}
