import type { Timeline } from '../../contract/timeline.ts';
import type { Path } from '../../core/interpolate.ts';
import type { TimelineFrame } from '../../core/timeline.ts';
import type { LatentCodec } from './codec.ts';
import type { Compositor } from './compositor.ts';
import type { FlowEstimator } from './flow.ts';
import type { Keyframe } from './keyframe.ts';
import type { Segment } from './segment.ts';
import type { Moves } from './moves.ts';

/** A timeline whose frames can be drawn. */
export interface TimelinePlan {
  readonly timeline: Timeline;
  /** `quick`: what takes long was left out; details may fade over where they stand, and the speed is not even. */
  readonly quality: 'quick' | 'final';
  readonly frameCount: number;
  readonly framesPerSecond: number;
  /** The frame at which each keyframe is first met. */
  readonly keyframesAt: readonly number[];
  /** Where each frame lies. */
  readonly schedule: readonly TimelineFrame[];
  /** What frames are drawn with. */
  readonly parts: PlanParts;
}

export interface PlanParts {
  readonly codec: LatentCodec;
  readonly path: Path;
  readonly segments: readonly Segment[];
  readonly keyframes: readonly Keyframe[];
  readonly moves: Moves;
  readonly estimator: FlowEstimator;
  /** What the decoder lost of a picture, at the size of that compositor's frames. */
  residual(keyframe: Keyframe, compositor: Compositor, scale: number): Promise<Float32Array | null>;
}
