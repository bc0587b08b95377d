import type { Frame } from '../export/frame.ts';
import { framesOf } from '../export/model-frames.ts';
import { decodeAll, type LatentCodec, valuesOf } from './codec.ts';
import { createCompositor } from './compositor.ts';
import { createFlowEstimator } from './flow.ts';
import type { Keyframe } from './morph.ts';
import { stillFlow } from './warp.ts';

export interface MovedOptions {
  /** 0 shows the bare decode, 1 carries all that the decoder lost of the picture. */
  readonly detail: number;
  readonly scale: number;
}

/**
 * One picture, moved from its own latent to others: each frame is the decode there, with the picture's own
 * detail carried along by the flow back to where it came from. Where a latent is the picture's own, the frame
 * is the picture itself (with `detail` 1).
 * @param own the picture's latent, `[z]`
 */
export function* movedFrames(
  codec: LatentCodec,
  keyframe: Keyframe,
  own: Float32Array,
  latents: readonly Float32Array[],
  { detail, scale }: MovedOptions,
): Generator<Frame> {
  const compositor = createCompositor(codec.image, scale);
  const estimator = createFlowEstimator(codec.image);
  const [home] = decodeAll(codec, [own]);
  const residual = compositor.residual(keyframe.large, home);
  const homePyramid = estimator.pyramid(home);
  const pixels = codec.image.width * codec.image.height;
  const flow = stillFlow(pixels);
  const flows = { from: flow, to: flow };
  const picture = new Float32Array(valuesOf(compositor.output));
  for (const latent of latents) {
    const [decoded] = decodeAll(codec, [latent]);
    estimator.estimate(estimator.pyramid(decoded), homePyramid, null, flow);
    compositor.compose(decoded, detail, { from: residual, to: residual }, flows, 0, picture);
    yield* framesOf(picture, compositor.output);
  }
}
