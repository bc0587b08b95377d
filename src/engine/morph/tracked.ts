import { blur } from './blur.ts';
import { type PictureShape } from './codec.ts';
import type { EndFlows, Residuals } from './compositor.ts';
import type { FlowEstimator } from './flow.ts';
import { createEnlarger } from './resample.ts';
import { addWarped, type Flow, stillFlow } from './warp.ts';

/** A change of the decode by this much, in [0, 1], halves the detail there: the old one contradicts the new. */
const CONTRADICTION = 0.1;
/** How far around a change the detail gives way, in pixels of the model. */
const CONTRADICTION_SIGMA = 1.5;

/** Takes pictures' detail along to where attributes moved them. */
export interface DetailCarrier {
  /**
   * Goes from a picture on the path to the same one moved along attributes: `flows` then lead from the moved
   * one, in place, and the residuals come back scaled down where the decode has become another one, so that a
   * mouth that opens is not drawn over by the closed one. They hold until the next call.
   * @param still the decode on the path, of the model's shape
   * @param moved the decode where the attributes moved it
   */
  carry(still: Float32Array, moved: Float32Array, flows: Required<EndFlows>, residuals: Residuals): Residuals;
}

/** @param output the residuals' shape */
export function createDetailCarrier(
  image: PictureShape,
  output: PictureShape,
  estimator: FlowEstimator,
): DetailCarrier {
  const { width, height, channels } = image;
  const pixels = width * height;
  const [back, brought] = [stillFlow(pixels), stillFlow(pixels)];
  const [raw, change, scratch] = [0, 1, 2].map(() => new Float32Array(pixels));
  const keep = new Float32Array(output.width * output.height);
  const enlarge = createEnlarger(width, height, 1, output.width, output.height);
  const [from, to] = [0, 1].map(() => new Float32Array(keep.length * channels));

  const follow = (flow: Flow, add: Flow | null): void => {
    for (const axis of ['u', 'v'] as const) {
      brought[axis].fill(0);
      addWarped(flow[axis], width, height, 1, back, 1, brought[axis]);
      for (let i = 0; i < pixels; i++) flow[axis][i] = brought[axis][i] + (add?.[axis][i] ?? 0);
    }
  };
  const giveWay = (residual: Float32Array | null, out: Float32Array): Float32Array | null => {
    if (residual === null) return null;
    for (let p = 0, at = 0; p < keep.length; p++) {
      for (let c = 0; c < channels; c++, at++) out[at] = residual[at] * keep[p];
    }
    return out;
  };

  return {
    carry: (still, moved, flows, residuals) => {
      estimator.estimate(estimator.pyramid(moved), estimator.pyramid(still), null, back);
      follow(flows.from, back);
      follow(flows.to, back);
      // How far apart the two pictures are is the same for both, wherever they are seen from.
      follow(flows.between, null);
      for (let p = 0; p < pixels; p++) {
        let sum = 0;
        for (let at = p * channels; at < (p + 1) * channels; at++) sum += (moved[at] - still[at]) ** 2;
        raw[p] = Math.sqrt(sum / channels);
      }
      blur(raw, width, height, 1, CONTRADICTION_SIGMA, change, scratch);
      enlarge(change, keep);
      for (let p = 0; p < keep.length; p++) keep[p] = 1 / (1 + (keep[p] / CONTRADICTION) ** 4);
      return { from: giveWay(residuals.from, from), to: giveWay(residuals.to, to) };
    },
  };
}
