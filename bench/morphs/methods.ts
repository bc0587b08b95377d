import { DEFAULT_MORPH } from '../../src/contract/morph.ts';
import { lerp } from '../../src/core/interpolate.ts';
import type { OpenedInstrument } from '../../src/engine/latent/open.ts';
import { decodeAll, encodeAll } from '../../src/engine/morph/codec.ts';
import { timelineFrames } from '../../src/engine/morph/frames.ts';
import { openMaterial, picturesNamed } from '../../src/engine/morph/pictures.ts';
import { morphTimeline } from '../../src/engine/morph/recipe.ts';
import { TimelineStudio } from '../../src/engine/morph/timeline.ts';

/** Frames of values in [0, 1] between two picture files, at the model's size. */
export type Method = (a: string, b: string) => Promise<Float32Array[]>;

/** The ways of getting from one picture to another that are compared, in as many frames. */
export function morphMethods(instrument: OpenedInstrument, frameCount: number) {
  const ends = (a: string, b: string): Promise<Uint8Array[]> =>
    Promise.all([pictureOf(instrument, a), pictureOf(instrument, b)]);
  const steps = Array.from({ length: frameCount }, (_, i) => i / (frameCount - 1));
  const between = (a: Float32Array, b: Float32Array, t: number): Float32Array => {
    const out = new Float32Array(a.length);
    lerp(a, b, t, out);
    return out;
  };
  const dissolve: Method = async (a, b) => {
    const [from, to] = (await ends(a, b)).map(floats);
    return steps.map((t) => between(from, to, t));
  };
  const straight: Method = async (a, b) => {
    const [from, to] = encodeAll(instrument, await ends(a, b));
    return decodeAll(
      instrument,
      steps.map((t) => between(from, to, t)),
    );
  };
  const ours: Method = async (a, b) => {
    const references = await picturesNamed(instrument, [a, b]);
    const material = await openMaterial(instrument, references);
    const ids = references.map(({ id }) => id);
    const timeline = morphTimeline('pair', ids, { ...DEFAULT_MORPH, path: 'slerp', frames: frameCount });
    const frames: Float32Array[] = [];
    const plan = await new TimelineStudio(instrument, material).plan(timeline);
    for await (const { data } of timelineFrames(plan)) frames.push(floats(data));
    material.close();
    return frames;
  };
  return { dissolve, 'lerp and decode': straight, ours };
}

/** A picture as the model sees it: bytes. */
export async function pictureOf(instrument: OpenedInstrument, file: string): Promise<Uint8Array> {
  const references = await picturesNamed(instrument, [file]);
  const material = await openMaterial(instrument, references);
  const pixels = await material.picture(references[0].id);
  material.close();
  return pixels;
}

export const floats = (bytes: Uint8Array): Float32Array => Float32Array.from(bytes, (value) => value / 255);
