import type { Frame } from '../export/frame.ts';
import { framesOf } from '../export/model-frames.ts';
import { blur } from './blur.ts';
import { decodeAll, type LatentCodec, type PictureShape, valuesOf } from './codec.ts';
import { createCompositor } from './compositor.ts';
import { createFlowEstimator } from './flow.ts';
import type { Keyframe } from './morph.ts';
import { createEnlarger } from './resample.ts';
import { stillFlow } from './warp.ts';

export interface MovedOptions {
  /** 0 shows the bare decode, 1 carries all that the decoder lost of the picture. */
  readonly detail: number;
  readonly scale: number;
}

/** A change of the decode by this much, in [0, 1], halves the detail there: the old one contradicts the new. */
const CONTRADICTION = 0.1;
/** How far around a change the detail gives way, in pixels of the model. */
const CONTRADICTION_SIGMA = 1.5;

/**
 * One picture, moved from its own latent to others: each frame is the decode there, with the picture's own
 * detail carried along by the flow back to where it came from, and giving way where the decode has become another
 * one: a mouth that opens is not drawn over by the closed one. Where a latent is the picture's own, the frame is
 * the picture itself (with `detail` 1).
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
  const kept = new Float32Array(residual.length);
  const giveWay = createGivingWay(codec, home, compositor.output);
  for (const latent of latents) {
    const [decoded] = decodeAll(codec, [latent]);
    estimator.estimate(estimator.pyramid(decoded), homePyramid, null, flow);
    giveWay(residual, decoded, kept);
    compositor.compose(decoded, detail, { from: kept, to: kept }, flows, 0, picture);
    yield* framesOf(picture, compositor.output);
  }
}

/** Scales a residual (output size) down where a decode differs from the picture's own (model size). */
function createGivingWay(
  { image }: LatentCodec,
  home: Float32Array,
  output: PictureShape,
): (residual: Float32Array, decoded: Float32Array, out: Float32Array) => void {
  const { width, height, channels } = image;
  const pixels = width * height;
  const [raw, change, scratch] = [0, 1, 2].map(() => new Float32Array(pixels));
  const wide = new Float32Array(output.width * output.height);
  const enlarge = createEnlarger(width, height, 1, output.width, output.height);
  return (residual, decoded, out) => {
    for (let p = 0; p < pixels; p++) {
      let sum = 0;
      for (let at = p * channels; at < (p + 1) * channels; at++) sum += (decoded[at] - home[at]) ** 2;
      raw[p] = Math.sqrt(sum / channels);
    }
    blur(raw, width, height, 1, CONTRADICTION_SIGMA, change, scratch);
    enlarge(change, wide);
    for (let p = 0; p < wide.length; p++) {
      const keep = 1 / (1 + (wide[p] / CONTRADICTION) ** 4);
      for (let at = p * channels; at < (p + 1) * channels; at++) out[at] = residual[at] * keep;
    }
  };
}
