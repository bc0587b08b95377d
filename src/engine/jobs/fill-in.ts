import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { createRng, fillNormal, STREAM } from '../../core/rng.ts';
import { completePictures, type Expected } from '../evaluate/completion.ts';
import { type Instrument, toBytes } from '../latent/instrument.ts';

/** Fewer, and the ways no longer fit what is seen; more, and they all look alike (faces and shapes, by eye). */
const TRUST = 0.02;

export interface FillInRequest {
  /** uint8, HWC: one picture. */
  readonly pixels: Uint8Array;
  /** `[height, width]`, not 0 where something is missing. */
  readonly hole: Uint8Array;
  readonly count: number;
  readonly seed: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fills in the missing part of one picture in several ways: the most probable one first, then draws from what the
 * rest of the picture leaves open. Throws `usage` where the hole is none, all, or of another size.
 * @returns the pictures, uint8, and the latents that the model gives them, `[count, z]`
 */
export async function fillIn(
  instrument: Omit<Instrument, 'dispose'>,
  expected: Expected,
  { pixels, hole, count, seed, onProgress, signal }: FillInRequest,
): Promise<{ pictures: Uint8Array; latents: Float32Array }> {
  const { width, height } = instrument.image;
  const missing = hole.reduce((sum, value) => sum + (value ? 1 : 0), 0);
  if (hole.length !== width * height) {
    throw new MorphloomError('usage', `The hole must be of the model's size, ${width} × ${height} pixels.`);
  }
  if (missing === 0 || missing === hole.length) {
    const what = missing === 0 ? 'Nothing of the picture is' : 'All of the picture is';
    throw new MorphloomError('usage', `${what} missing; mark a part of it.`);
  }
  const size = instrument.latentSize;
  // The first is the most probable one.
  const trust = Array.from({ length: count }, (_, n) => (n === 0 ? 1 : TRUST));
  const pulls = fillNormal(new Float32Array(count * size), createRng(seed, STREAM.samples)).fill(0, 0, size);
  const one = Float32Array.from(pixels, (byte) => byte / 255);
  const several = {
    pixels: new Float32Array(count * one.length),
    hole: new Uint8Array(count * hole.length),
  };
  for (let n = 0; n < count; n++) {
    several.pixels.set(one, n * one.length);
    several.hole.set(hole, n * hole.length);
  }
  const draws = { pulls, trust };
  const completed = await completePictures(instrument, expected, several, { draws, onProgress, signal });
  const pictures = toBytes(completed);
  return { pictures, latents: instrument.encode(pictures, count).mean };
}
