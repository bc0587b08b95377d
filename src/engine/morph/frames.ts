import type { Frame } from '../export/frame.ts';
import { framesOf } from '../export/model-frames.ts';
import { breathe } from '../node/breathe.ts';
import { type PictureShape, valuesOf } from './codec.ts';
import { createCompositor, type Residuals } from './compositor.ts';
import type { TimelinePlan } from './plan.ts';
import { stillFlows } from './segment.ts';
import { createDetailCarrier } from './tracked.ts';
import { around, decodeMeans, pointOn } from './ways.ts';

export interface FrameOptions {
  /** Size of the frames, as a multiple of the model's pictures. */
  readonly scale?: number;
  /** The first frame that is wanted, and the one before which to end. */
  readonly from?: number;
  readonly to?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Pictures decoded in one call. The first calls are small: the first frame is what somebody waits for. */
const BATCH = 32;
const FIRST_BATCH = 4;

/**
 * The frames of a timeline, in order. With `detail` 1 the keyframes' are the artist's pictures themselves,
 * unless a track moves them.
 *
 * What the decoder lost of each picture is carried along by the flow between the moving picture and its end;
 * where attributes move a picture, by the flow that undoes their move too. Throws `cancelled` when asked to
 * stop, and `input` for pictures that are gone.
 */
export async function* timelineFrames(
  plan: TimelinePlan,
  { scale = 1, from = 0, to = plan.frameCount, signal }: FrameOptions = {},
): AsyncGenerator<Frame, void, undefined> {
  const artist = createArtist(plan, scale);
  const picture = new Float32Array(valuesOf(artist.output));
  let size = FIRST_BATCH;
  for (let start = from; start < to;) {
    const moments = momentsOf(plan, start, Math.min(to, start + size));
    const pictures = decodeMeans(
      plan.parts.codec,
      moments.flatMap(({ latents, moved }) => (moved === null ? [latents] : [latents, moved])),
    );
    let at = 0;
    for (const moment of moments) {
      await breathe(signal);
      const decoded = pictures[at++];
      const moved = moment.moved === null ? null : pictures[at++];
      await artist.draw(moment, decoded, moved, picture);
      yield* framesOf(picture, artist.output);
    }
    start += size;
    size = Math.min(BATCH, 2 * size);
  }
}

interface Moment {
  readonly segment: number;
  /** The path's own. */
  readonly t: number;
  /** Those that its picture is the mean of. */
  readonly latents: readonly Float32Array[];
  /** The same, where attributes move them; null where they do not. */
  readonly moved: readonly Float32Array[] | null;
}

function momentsOf({ schedule, parts }: TimelinePlan, from: number, to: number): Moment[] {
  const { path, segments, moves, codec } = parts;
  return schedule.slice(from, to).map(({ segment, position }) => {
    const { reach } = segments[segment];
    const t = segments[segment].pathAt(position);
    const latents = around(t, reach).map((moment) => pointOn(path, segment, moment, codec.latentSize));
    const moved = latents.map((latent) => Float32Array.from(latent));
    const move = moved.map((latent) => moves.addAt(segment + position, latent));
    return { segment, t, latents, moved: move.includes(true) ? moved : null };
  });
}

interface Artist {
  readonly output: PictureShape;
  draw(moment: Moment, decoded: Float32Array, moved: Float32Array | null, out: Float32Array): Promise<void>;
}

function createArtist({ timeline, quality, parts }: TimelinePlan, scale: number): Artist {
  const { image } = parts.codec;
  const compositor = createCompositor(image, scale);
  const { output } = compositor;
  const flows = stillFlows(image.width * image.height);
  const standing = { from: flows.from, to: flows.to };
  const carrier = parts.moves.any ? createDetailCarrier(image, output, parts.estimator) : null;

  const residualsOf = async (segment: number): Promise<Residuals> => {
    const [from, to] = [segment, segment + 1].map((k) => parts.keyframes[k % parts.keyframes.length]);
    return {
      from: await parts.residual(from, compositor, scale),
      to: await parts.residual(to, compositor, scale),
    };
  };

  return {
    output,
    draw: async ({ segment, t }, decoded, moved, out) => {
      const residuals = await residualsOf(segment);
      if (timeline.detail === 0 || (residuals.from === null && residuals.to === null)) {
        compositor.plain(moved ?? decoded, out);
        return;
      }
      const way = parts.segments[segment];
      const blend = way.blendAt(t);
      if (!way.measured || (quality === 'quick' && moved !== null)) {
        compositor.compose(moved ?? decoded, timeline.detail, residuals, standing, blend, out);
        return;
      }
      way.flowsAt(t, flows);
      const carried =
        moved === null || carrier === null ? residuals : carrier.carry(decoded, moved, flows, residuals);
      compositor.compose(moved ?? decoded, timeline.detail, carried, flows, blend, out);
    },
  };
}
