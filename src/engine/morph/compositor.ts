import { type PictureShape, valuesOf } from './codec.ts';
import { createEnlarger } from './resample.ts';
import { addWarped, type Flow, stillFlow } from './warp.ts';

/** What the decoder lost of the two pictures that a segment lies between, at output size. */
export interface Residuals {
  readonly from: Float32Array;
  readonly to: Float32Array;
}

/** The flows with which the picture at some moment fetches itself from the decodes of the two ends. */
export interface EndFlows {
  readonly from: Flow;
  readonly to: Flow;
}

export interface Compositor {
  readonly output: PictureShape;
  /** What `picture` (uint8, output size) has that `decoded` (model size) has not. */
  residual(picture: Uint8Array, decoded: Float32Array): Float32Array;
  /**
   * The decoded picture, enlarged, with the detail of both ends moved to where its shapes are.
   * @param blend 0 takes the detail of the first end only, 1 that of the second
   * @param out values of the output shape in [0, 1]
   */
  compose(
    decoded: Float32Array,
    detail: number,
    residuals: Residuals,
    flows: EndFlows,
    blend: number,
    out: Float32Array,
  ): void;
  /** The decoded picture alone, enlarged. */
  plain(decoded: Float32Array, out: Float32Array): void;
}

/** Puts frames together, for pictures of the model's shape shown at `scale` times their size. */
export function createCompositor(image: PictureShape, scale: number): Compositor {
  const { width, height, channels } = image;
  const output = { width: Math.round(width * scale), height: Math.round(height * scale), channels };
  const same = output.width === width && output.height === height;
  const enlarge = same ? null : createEnlarger(width, height, channels, output.width, output.height);
  const enlargePlane = same ? null : createEnlarger(width, height, 1, output.width, output.height);
  const wide = same ? null : stillFlow(output.width * output.height);

  const place = (decoded: Float32Array, out: Float32Array): void => {
    if (enlarge === null) out.set(decoded);
    else enlarge(decoded, out);
  };
  const atOutput = (flow: Flow): Flow => {
    if (enlargePlane === null || wide === null) return flow;
    enlargePlane(flow.u, wide.u);
    enlargePlane(flow.v, wide.v);
    for (let i = 0; i < wide.u.length; i++) {
      wide.u[i] *= output.width / width;
      wide.v[i] *= output.height / height;
    }
    return wide;
  };
  const add = (residual: Float32Array, flow: Flow, weight: number, out: Float32Array): void => {
    if (weight !== 0) addWarped(residual, output.width, output.height, channels, atOutput(flow), weight, out);
  };
  const plain = (decoded: Float32Array, out: Float32Array): void => {
    place(decoded, out);
    clamp(out);
  };

  return {
    output,
    plain,
    residual: (picture, decoded) => {
      const residual = new Float32Array(valuesOf(output));
      place(decoded, residual);
      for (let i = 0; i < residual.length; i++) residual[i] = picture[i] / 255 - residual[i];
      return residual;
    },
    compose: (decoded, detail, residuals, flows, blend, out) => {
      place(decoded, out);
      add(residuals.from, flows.from, detail * (1 - blend), out);
      add(residuals.to, flows.to, detail * blend, out);
      clamp(out);
    },
  };
}

function clamp(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) values[i] = values[i] < 0 ? 0 : values[i] > 1 ? 1 : values[i];
}
