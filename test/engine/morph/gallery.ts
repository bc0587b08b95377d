import { timelineSchema, type Timeline } from '../../../src/contract/timeline.ts';
import type { Frame } from '../../../src/engine/export/frame.ts';
import type { LatentCodec } from '../../../src/engine/morph/codec.ts';
import { type FrameOptions, timelineFrames } from '../../../src/engine/morph/frames.ts';
import type { Material } from '../../../src/engine/morph/material.ts';
import type { TimelinePlan } from '../../../src/engine/morph/plan.ts';
import { TimelineStudio } from '../../../src/engine/morph/timeline.ts';

/** Pictures in memory, by a letter: `a` is known by thirty-two of it. */
export const idOf = (letter: string): string => letter.repeat(32);

export interface Gallery {
  readonly pictures: Readonly<Record<string, Uint8Array>>;
  readonly large?: Readonly<Record<string, Uint8Array>>;
  readonly directions?: Readonly<Record<string, Float32Array>>;
}

export function materialOf({ pictures, large = {}, directions = {} }: Gallery): Material {
  return {
    reference: (id) => ({ source: `/${id[0]}.png`, id, crop: 'centre' }),
    picture: (id) => Promise.resolve(pictures[id[0]]),
    large: (id) => Promise.resolve(large[id[0]]),
    direction: (name) => Promise.resolve(directions[name]),
  };
}

/** A timeline through pictures (letters) and places of their own (numbers). */
export function timelineOf(
  places: readonly (string | readonly number[])[],
  settings: Partial<Timeline> = {},
): Timeline {
  return timelineSchema.parse({
    schema: 1,
    name: 'test',
    keyframes: places.map((place, i) => ({
      key: String(i),
      place:
        typeof place === 'string'
          ? { kind: 'picture', id: idOf(place) }
          : { kind: 'latent', values: [...place] },
      ease: 'linear',
    })),
    loop: 'none',
    ...settings,
  });
}

/** Some keyframes of a timeline changed. */
export const withKeyframe = (
  timeline: Timeline,
  index: number,
  change: Partial<Timeline['keyframes'][number]>,
): Timeline => ({
  ...timeline,
  keyframes: timeline.keyframes.map((keyframe, i) => (i === index ? { ...keyframe, ...change } : keyframe)),
});

export async function collect(plan: TimelinePlan, options?: FrameOptions): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of timelineFrames(plan, options)) frames.push(frame);
  return frames;
}

/** The frames of a timeline, by a studio of its own. */
export async function render(
  codec: LatentCodec,
  gallery: Gallery,
  timeline: Timeline,
  options?: FrameOptions,
): Promise<Uint8Array[]> {
  const plan = await new TimelineStudio(codec, materialOf(gallery)).plan(timeline);
  return (await collect(plan, options)).map(({ data }) => data);
}

/** The furthest that two pictures are apart, in grey levels. */
export const worst = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

export const floats = (frame: Uint8Array): Float32Array => Float32Array.from(frame, (value) => value / 255);
