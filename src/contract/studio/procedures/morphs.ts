import { z } from 'zod';
import { timelineSchema, type Timeline } from '../../timeline.ts';
import type { Pixels } from '../state.ts';
import { ask, project, ofModel } from './ask.ts';

/** Timelines, and the frames of a preview. */
export const morphsProcedures = {
  'morphs.load': ask<Timeline>()({ project, id: z.string() }),
  /** Writes a timeline; without an id, a new one. */
  'morphs.save': ask<{ id: string }>()({
    project,
    id: z.string().nullable().default(null),
    timeline: timelineSchema,
  }),
  'morphs.remove': ask<Record<never, never>>()({ project, id: z.string() }),
  /**
   * Begins to compute a timeline's frames, the quick way first. Asking for another timeline of the same
   * `slot` gives the one before up; slots belong to the client.
   */
  'preview.begin': ask<{
    preview: string;
    frames: number;
    width: number;
    height: number;
    framesPerSecond: number;
    /** The frame at which each keyframe is first met. */
    keyframesAt: readonly number[];
  }>()({ ...ofModel, slot: z.string().max(64), timeline: timelineSchema }),
  /**
   * Frames from one on, as soon as there is at least one that is better than `known` (0 none, 1 quick, 2
   * final); an empty answer says that all are final. RGBA, not premultiplied.
   */
  'preview.frames': ask<{
    quality: 0 | 1 | 2;
    from: number;
    pictures: Pixels;
    /** How far the final ones are, in [0, 1]. */
    done: number;
    /** As `preview.begin` told; where ways share their time they move a little once it is known how far the ways are. */
    keyframesAt?: readonly number[];
  }>()({
    preview: z.string(),
    from: z.int().min(0),
    most: z.int().min(1).max(512),
    known: z.union([z.literal(0), z.literal(1)]),
  }),
  'preview.end': ask<Record<never, never>>()({ preview: z.string() }),
} as const;
