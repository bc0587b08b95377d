import { throwIfCancelled } from '../../contract/errors.ts';
import type { MorphSettings } from '../../contract/morph.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { easing } from '../../core/easing.ts';
import type { Path } from '../../core/interpolate.ts';
import { scheduleFrames, segmentsOf, type TimelineFrame } from '../../core/timeline.ts';
import type { Frame } from '../export/frame.ts';
import { framesOf } from '../export/model-frames.ts';
import { decodeAll, encodeAll, type LatentCodec, type PictureShape, valuesOf } from './codec.ts';
import { type Compositor, createCompositor, type Residuals } from './compositor.ts';
import { createFlowEstimator } from './flow.ts';
import { latentPath } from './path.ts';
import { measureBare, measureComposite, type Segment, stillFlows, type Tick } from './segment.ts';

/** One of the artist's pictures on the timeline. */
export interface Keyframe {
  /** uint8, of the model's shape. */
  readonly pixels: Uint8Array;
  /** uint8, at the size of the frames; `pixels` itself where that is the model's. */
  readonly large: Uint8Array;
}

export interface MorphOptions extends MorphSettings {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Samples of the path for each frame: with more the steps came out no more even. */
const SAMPLES_PER_FRAME = 2;
const FEWEST_SAMPLES = 32;
/** What the samples of one segment may take. */
const SAMPLE_BYTES = 256 * 1024 * 1024;
/** Pictures decoded in one call: between calls there is progress, and room to stop. */
const BATCH = 32;

/**
 * The frames of a morph through the keyframes, in order. With `detail` 1 those at the keyframes are the
 * pictures themselves.
 *
 * Latents are joined by a path; the path is sampled, decoded, and passed at the speed at which equal times
 * show equal differences; what the decoder lost of each picture is carried along by the flow between the
 * moving picture and its end.
 */
export async function* morphFrames(
  codec: LatentCodec,
  keyframes: readonly Keyframe[],
  options: MorphOptions,
): AsyncGenerator<Frame, void, undefined> {
  const plan = await planMorph(codec, keyframes, options);
  const { image } = codec;
  const { output } = plan.compositor;
  const picture = new Float32Array(valuesOf(output));
  const pixels = image.width * image.height;
  const flows = stillFlows(pixels);
  for (let start = 0; start < plan.frames.length; start += BATCH) {
    const places = plan.frames
      .slice(start, start + BATCH)
      .map(({ segment, position }) => ({ segment, t: plan.segments[segment].pathAt(position) }));
    const decoded = decodeAt(codec, plan.path, places);
    for (const [i, { segment, t }] of places.entries()) {
      await breathe(options.signal);
      if (plan.residuals === null) plan.compositor.plain(decoded[i], picture);
      else {
        const blend = plan.segments[segment].detailAt(t, flows);
        plan.compositor.compose(decoded[i], options.detail, plan.residuals[segment], flows, blend, picture);
      }
      yield* framesOf(picture, output);
    }
  }
}

interface Plan {
  readonly path: Path;
  readonly segments: readonly Segment[];
  readonly frames: readonly TimelineFrame[];
  readonly compositor: Compositor;
  /** Of each segment's two ends, at output size; null without detail. */
  readonly residuals: readonly Residuals[] | null;
}

async function planMorph(
  codec: LatentCodec,
  keyframes: readonly Keyframe[],
  options: MorphOptions,
): Promise<Plan> {
  const { image } = codec;
  const { detail, loop, scale, onProgress, signal } = options;
  const segmentCount = segmentsOf(keyframes.length, loop);
  const latents = encodeAll(
    codec,
    keyframes.map(({ pixels }) => pixels),
  );
  const ends = decodeAll(codec, latents);
  const path = latentPath(options.path, latents, loop === 'cycle');
  const small = createCompositor(image, 1);
  const compositor = scale === 1 ? small : createCompositor(image, scale);
  const residualsAt = (at: Compositor, size: keyof Keyframe): Residuals[] => {
    const all = keyframes.map((keyframe, i) => at.residual(keyframe[size], ends[i]));
    return Array.from({ length: segmentCount }, (_, i) => ({ from: all[i], to: all[(i + 1) % all.length] }));
  };
  const smallResiduals = detail > 0 ? residualsAt(small, 'pixels') : null;
  const estimator = createFlowEstimator(image);
  const count = sampleCount(image, options.frames / segmentCount);

  const segments: Segment[] = [];
  for (let segment = 0; segment < segmentCount; segment++) {
    const phase =
      (number: 0 | 1): Tick =>
      async (done, total) => {
        const part = segment + (number + done / total) / 2;
        onProgress?.({
          stage: 'Finding the way',
          done: 100 * part,
          total: 100 * segmentCount,
          unit: 'steps',
        });
        await breathe(signal);
      };
    const samples = await sampleSegment(codec, path, segment, count, phase(0));
    segments.push(
      smallResiduals === null
        ? measureBare(samples)
        : await measureComposite(samples, smallResiduals[segment], detail, small, estimator, phase(1)),
    );
  }
  const frames = scheduleFrames({
    keyframes: keyframes.length,
    frames: options.frames,
    loop,
    hold: options.hold,
    ease: easing(options.ease),
    lengths: segments.map(({ length }) => length),
  });
  const residuals =
    smallResiduals === null || scale === 1 ? smallResiduals : residualsAt(compositor, 'large');
  return { path, segments, frames, compositor, residuals };
}

function sampleCount(image: PictureShape, framesEach: number): number {
  const most = Math.floor(SAMPLE_BYTES / (4 * valuesOf(image)));
  return Math.max(FEWEST_SAMPLES, Math.min(most, Math.ceil(SAMPLES_PER_FRAME * framesEach)));
}

/** Decodes a segment at `count` equal steps of the path's `t`, both ends included. */
async function sampleSegment(
  codec: LatentCodec,
  path: Path,
  segment: number,
  count: number,
  tick: Tick,
): Promise<Float32Array[]> {
  const samples: Float32Array[] = [];
  while (samples.length <= count) {
    const size = Math.min(BATCH, count + 1 - samples.length);
    const places = Array.from({ length: size }, (_, i) => ({ segment, t: (samples.length + i) / count }));
    samples.push(...decodeAt(codec, path, places));
    await tick(samples.length, count + 1);
  }
  return samples;
}

function decodeAt(
  codec: LatentCodec,
  path: Path,
  places: readonly { readonly segment: number; readonly t: number }[],
): Float32Array[] {
  const latents = places.map(({ segment, t }) => {
    const latent = new Float32Array(codec.latentSize);
    path.at(segment, t, latent);
    return latent;
  });
  return decodeAll(codec, latents);
}

/** Lets the rest of the process run (a Ctrl-C would not be heard otherwise), and stops when it is asked to. */
async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  throwIfCancelled(signal);
}
