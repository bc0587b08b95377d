import { throwIfCancelled } from '../../contract/errors.ts';
import { defaultPath } from '../../contract/morph.ts';
import type { OnProgress } from '../../contract/progress.ts';
import type { Timeline } from '../../contract/timeline.ts';
import { segmentsOf } from '../../core/timeline.ts';
import { breathe } from '../node/breathe.ts';
import { ByteCache } from './cache.ts';
import { type LatentCodec, seenDifference } from './codec.ts';
import { type Compositor, createCompositor } from './compositor.ts';
import { createFlowEstimator, type FlowEstimator } from './flow.ts';
import { type Keyframe, openKeyframe } from './keyframe.ts';
import type { Material } from './material.ts';
import { type Moves, openMoves } from './moves.ts';
import { latentPath } from './path.ts';
import type { TimelinePlan } from './plan.ts';
import { type Segment, unmeasuredSegment } from './segment.ts';
import { checkTimeline, scheduleTimeline } from './timing.ts';
import { createWays, type Way, type Ways } from './ways.ts';

export interface Hooks {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a studio keeps of pictures and ways, unless more or less is asked for. */
const CACHE_BYTES = 256 * 1024 * 1024;

interface Opened {
  readonly keyframes: readonly Keyframe[];
  readonly ways: readonly Way[];
  readonly moves: Moves;
}

/**
 * Plans timelines for one model, and remembers what it measured: where a keyframe lies, and how shapes move on
 * a way. Changing one keyframe has its two ways measured again (on a spline those beside them too); changing
 * times, easing, holds or tracks none.
 */
export class TimelineStudio {
  readonly #codec: LatentCodec;
  readonly #material: Material;
  readonly #keyframes: ByteCache<Keyframe>;
  readonly #large: ByteCache<Float32Array>;
  readonly #compositor: Compositor;
  readonly #estimator: FlowEstimator;
  readonly #ways: Ways;

  constructor(codec: LatentCodec, material: Material, { cacheBytes = CACHE_BYTES } = {}) {
    this.#codec = codec;
    this.#material = material;
    this.#keyframes = new ByteCache(cacheBytes / 4);
    this.#large = new ByteCache(cacheBytes / 4);
    this.#compositor = createCompositor(codec.image, 1);
    this.#estimator = createFlowEstimator(codec.image);
    this.#ways = createWays(codec, this.#compositor, this.#estimator, cacheBytes / 2);
  }

  /**
   * A first look, at once: ways that were not measured before are passed evenly, and details fade over on them
   * where they stand. It has as many frames as the final one; where several ways share the time, the keyframes
   * between may come a little earlier or later. Throws as {@link plan} does.
   */
  async quick(timeline: Timeline, { signal }: Hooks = {}): Promise<TimelinePlan> {
    const opened = await this.#open(timeline, signal);
    const known = opened.ways.map((way) => this.#ways.remembered(way, timeline.detail));
    const chords = opened.ways.map(({ from, to }) => seenDifference(from.decoded, to.decoded));
    const measured = known.flatMap((segment, i) => (segment === null ? [] : [segment.length / chords[i]]));
    const detour = measured.reduce((a, b) => a + b, 0) / measured.length;
    const segments = known.map(
      (segment, i) => segment ?? unmeasuredSegment(chords[i] * (Number.isFinite(detour) ? detour : 1)),
    );
    return this.#planOf(timeline, opened, segments, 'quick');
  }

  /**
   * The timeline as it is exported. Throws `usage` and `input` for what cannot be shown, `cancelled` when it is
   * asked to stop.
   */
  async plan(timeline: Timeline, { onProgress, signal }: Hooks = {}): Promise<TimelinePlan> {
    const opened = await this.#open(timeline, signal);
    const { ways, moves } = opened;
    const segments: Segment[] = [];
    for (const [i, way] of ways.entries()) {
      const measured = await this.#ways.measure(way, timeline.detail, async (done, total) => {
        const part = Math.round(100 * (i + done / total));
        onProgress?.({ stage: 'Finding the way', done: part, total: 100 * ways.length, unit: 'steps' });
        await breathe(signal);
      });
      const longer = moves.any && ways.length > 1 ? this.#ways.lengthening(way, measured, moves) : 0;
      segments.push({ ...measured, length: measured.length + longer });
      throwIfCancelled(signal);
    }
    return this.#planOf(timeline, opened, segments, 'final');
  }

  async #open(timeline: Timeline, signal: AbortSignal | undefined): Promise<Opened> {
    checkTimeline(timeline);
    const { keyframes: all, loop, tracks } = timeline;
    const keyframes: Keyframe[] = [];
    for (const { place } of all) {
      throwIfCancelled(signal);
      keyframes.push(
        await openKeyframe(this.#codec, place, this.#material, this.#compositor, this.#keyframes),
      );
    }
    const path = latentPath(
      timeline.path ?? defaultPath(keyframes.length),
      keyframes.map(({ latent }) => latent),
      loop === 'cycle',
    );
    const ways = Array.from({ length: segmentsOf(keyframes.length, loop) }, (_, segment) => ({
      path,
      segment,
      from: keyframes[segment],
      to: keyframes[(segment + 1) % keyframes.length],
    }));
    const period = loop === 'cycle' ? keyframes.length : null;
    return { keyframes, ways, moves: await openMoves(tracks, period, this.#material) };
  }

  #planOf(
    timeline: Timeline,
    { keyframes, ways, moves }: Opened,
    segments: readonly Segment[],
    quality: TimelinePlan['quality'],
  ): TimelinePlan {
    const { frames, keyframesAt } = scheduleTimeline(
      timeline,
      segments.map(({ length }) => length),
    );
    return {
      timeline,
      quality,
      frameCount: frames.length,
      framesPerSecond: timeline.framesPerSecond,
      keyframesAt,
      schedule: frames,
      parts: {
        codec: this.#codec,
        path: ways[0].path,
        segments,
        keyframes,
        moves,
        estimator: this.#estimator,
        residual: (keyframe, compositor, scale) => this.#residual(keyframe, compositor, scale),
      },
    };
  }

  async #residual(
    { picture, decoded }: Keyframe,
    compositor: Compositor,
    scale: number,
  ): Promise<Float32Array | null> {
    if (picture === null) return null;
    if (scale === 1) return picture.residual;
    const key = `${picture.id} ${scale}`;
    const kept = this.#large.get(key);
    if (kept !== undefined) return kept;
    const residual = compositor.residual(await this.#material.large(picture.id, scale), decoded);
    this.#large.set(key, residual, residual.byteLength);
    return residual;
  }
}
