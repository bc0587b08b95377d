import { z } from 'zod';
import { EASING_NAMES, type EasingName } from '../core/easing.ts';
import { LOOPS } from '../core/timeline.ts';
import { pictureCropSchema } from './dataset.ts';

/** Ways between keyframes: straight, on the great circle, or one smooth curve through all of them. */
export const MORPH_PATHS = ['lerp', 'slerp', 'spline'] as const;
export type MorphPath = (typeof MORPH_PATHS)[number];

export const MAX_FRAMES = 100_000;
/** Beyond this the detail is in no picture, and frames outgrow what exports may be. */
export const MAX_SCALE = 16;

/** Places of a random walk. Fewer are no loop: two lie opposite each other, and both ways lead through the middle. */
export const FEWEST_POINTS = 3;
export const MOST_POINTS = 256;
/** How far out a walk goes where nothing else is asked for: as the pictures do. */
export const WALK_TEMPERATURE = 1;

/** How a morph moves and looks. */
export const morphSettingsSchema = z
  .strictObject({
    /** Frames in all, apart from those of `hold`. */
    frames: z.int().min(2).max(MAX_FRAMES),
    framesPerSecond: z.number().min(0.1).max(240),
    path: z.enum(MORPH_PATHS),
    /** How time passes between two keyframes. */
    ease: z.enum(EASING_NAMES as readonly [EasingName, ...EasingName[]]),
    loop: z.enum(LOOPS),
    /** How much of what the model cannot draw is added back: 0 is the model's own picture, 1 the artist's. */
    detail: z.number().min(0).max(1),
    /** Size of the frames, as a multiple of the model's pictures. */
    scale: z.number().min(1).max(MAX_SCALE),
    /** By how many more frames each keyframe stays. */
    hold: z.int().min(0).max(MAX_FRAMES),
  })
  .readonly();
export type MorphSettings = z.infer<typeof morphSettingsSchema>;

/** What a morph is where nothing else is asked for; the path depends on how many pictures there are. */
export const DEFAULT_MORPH: Omit<MorphSettings, 'path'> = {
  frames: 60,
  framesPerSecond: 30,
  ease: 'linear',
  loop: 'none',
  detail: 1,
  scale: 1,
  hold: 0,
};

/** The path through so many pictures, unless another is asked for. */
export function defaultPath(pictures: number): MorphPath {
  return pictures === 2 ? 'slerp' : 'spline';
}

/** What a morph's provenance holds beside the keys that all have: all that is needed to make it again. */
export const morphRecipeSchema = z
  .object({
    kind: z.literal('morph'),
    /** The project's folder, as it was called then. */
    project: z.string().min(1),
    /** Where each picture was, the hash of its content, and how it was brought to the model's shape. */
    pictures: z
      .array(z.object({ source: z.string().min(1), id: z.string().min(1), crop: pictureCropSchema }))
      .min(2),
    settings: morphSettingsSchema,
  })
  .readonly();
export type MorphRecipe = z.infer<typeof morphRecipeSchema>;
