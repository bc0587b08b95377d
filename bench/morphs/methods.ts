import { DEFAULT_MORPH } from '../../src/contract/morph.ts';
import { lerp } from '../../src/core/interpolate.ts';
import type { OpenedInstrument } from '../../src/engine/latent/open.ts';
import { tunerOf } from '../../src/engine/latent/tune.ts';
import { decodeAll, encodeAll, valuesOf } from '../../src/engine/morph/codec.ts';
import { createCompositor } from '../../src/engine/morph/compositor.ts';
import { FittedStudio } from '../../src/engine/morph/fitted.ts';
import { timelineFrames } from '../../src/engine/morph/frames.ts';
import type { PictureReference } from '../../src/engine/morph/material.ts';
import { openMaterial, picturesNamed, type ProjectMaterial } from '../../src/engine/morph/pictures.ts';
import { morphTimeline } from '../../src/engine/morph/recipe.ts';

/** A picture's file, or a picture that is framed in a way of its own. */
export type Picture = string | PictureReference;

/** Frames of values in [0, 1] between two pictures. */
export type Method = (a: Picture, b: Picture) => Promise<Float32Array[]>;

/**
 * The ways of getting from one picture to another that are compared, in as many frames.
 * @param scale size of the frames, as a multiple of the model's
 */
export function morphMethods(instrument: OpenedInstrument, frameCount: number, scale = 1) {
  const steps = Array.from({ length: frameCount }, (_, i) => i / (frameCount - 1));
  const between = (a: Float32Array, b: Float32Array, t: number): Float32Array => {
    const out = new Float32Array(a.length);
    lerp(a, b, t, out);
    return out;
  };
  const dissolve: Method = (a, b) =>
    withPictures(instrument, [a, b], async (ids, material) => {
      const [from, to] = await Promise.all(ids.map(async (id) => floats(await shown(material, id, scale))));
      return steps.map((t) => between(from, to, t));
    });
  const straight: Method = (a, b) =>
    withPictures(instrument, [a, b], async (ids, material) => {
      const pixels = await Promise.all(ids.map((id) => material.picture(id)));
      const [from, to] = encodeAll(instrument, pixels);
      const compositor = createCompositor(instrument.image, scale);
      return decodeAll(
        instrument,
        steps.map((t) => between(from, to, t)),
      ).map((decoded) => {
        const frame = new Float32Array(valuesOf(compositor.output));
        compositor.plain(decoded, frame);
        return frame;
      });
    });
  const ours =
    (fit: boolean): Method =>
    (a, b) =>
      withPictures(instrument, [a, b], async (ids, material) => {
        const settings = { ...DEFAULT_MORPH, path: 'slerp', frames: frameCount } as const;
        const studio = new FittedStudio(instrument, material, tunerOf(instrument));
        const plan = await studio.plan(morphTimeline('pair', ids, settings, fit));
        const frames: Float32Array[] = [];
        for await (const { data } of timelineFrames(plan, { scale })) frames.push(floats(data));
        return frames;
      });
  return { dissolve, 'lerp and decode': straight, ours: ours(false), 'ours, fitted': ours(true) };
}

/** A picture as the model sees it: bytes. */
export function pictureOf(instrument: OpenedInstrument, file: string): Promise<Uint8Array> {
  return withPictures(instrument, [file], ([id], material) => material.picture(id));
}

async function withPictures<T>(
  instrument: OpenedInstrument,
  pictures: readonly Picture[],
  use: (ids: readonly string[], material: ProjectMaterial) => Promise<T>,
): Promise<T> {
  const references: PictureReference[] = [];
  for (const picture of pictures) {
    if (typeof picture === 'string') references.push(...(await picturesNamed(instrument, [picture])));
    else references.push(picture);
  }
  const material = await openMaterial(instrument, references);
  try {
    return await use(
      references.map(({ id }) => id),
      material,
    );
  } finally {
    material.close();
  }
}

const shown = (material: ProjectMaterial, id: string, scale: number): Promise<Uint8Array> =>
  scale === 1 ? material.picture(id) : material.large(id, scale);

export const floats = (bytes: Uint8Array): Float32Array => Float32Array.from(bytes, (value) => value / 255);
