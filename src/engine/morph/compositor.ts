import { type PictureShape, valuesOf } from './codec.ts';
import { createEnlarger } from './resample.ts';
import { addWarped, addWarpedSharply, type Flow, stillFlow } from './warp.ts';

/** What the decoder lost of the two pictures that a segment lies between, at output size; null where there is no picture. */
export interface Residuals {
  readonly from: Float32Array | null;
  readonly to: Float32Array | null;
}

/** How the shapes of some moment lie to those of the two ends. */
export interface EndFlows {
  /** The flows with which the decoded picture fetches itself from the decodes of the two ends. */
  readonly from: Flow;
  readonly to: Flow;
  /**
   * The flow with which the first end's picture, brought here, fetches itself from the second's, brought here
   * too: what the decoder does not show to be the same. Left out where only one end counts.
   */
  readonly between?: Flow;
}

export interface Compositor {
  readonly output: PictureShape;
  /** What `picture` (uint8, output size) has that `decoded` (model size) has not. */
  residual(picture: Uint8Array, decoded: Float32Array): Float32Array;
  /**
   * Brings both ends' pictures to the moment that `decoded` shows, lets them meet on the way between them, and
   * fades them over.
   * @param blend 0 shows the first end only, 1 the second
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
  const pixels = width * height;
  const enlarge = same ? null : createEnlarger(width, height, channels, output.width, output.height);
  const enlargePlane = same ? null : createEnlarger(width, height, 1, output.width, output.height);
  const wide = same ? null : stillFlow(output.width * output.height);
  const base = new Float32Array(valuesOf(output));
  const shift = stillFlow(pixels);
  const whole = stillFlow(pixels);

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
  const add = (picture: Float32Array, flow: Flow, weight: number, out: Float32Array): void =>
    addWarpedSharply(picture, output.width, output.height, channels, atOutput(flow), weight, out);

  /** Adds one end's picture, gone `way` (signed) along `between`. */
  const addEnd = (
    residual: Float32Array | null,
    flow: Flow,
    between: Flow | undefined,
    way: number,
    detail: number,
    weight: number,
    out: Float32Array,
  ): void => {
    if (weight === 0) return;
    if (between === undefined || way === 0) {
      for (let i = 0; i < out.length; i++) out[i] += weight * base[i];
      if (residual !== null) add(residual, flow, detail * weight, out);
      return;
    }
    for (const axis of ['u', 'v'] as const) {
      for (let i = 0; i < pixels; i++) shift[axis][i] = whole[axis][i] = way * between[axis][i];
    }
    add(base, shift, weight, out);
    if (residual === null) return;
    addWarped(flow.u, width, height, 1, shift, 1, whole.u);
    addWarped(flow.v, width, height, 1, shift, 1, whole.v);
    add(residual, whole, detail * weight, out);
  };

  return {
    output,
    plain: (decoded, out) => {
      place(decoded, out);
      clamp(out);
    },
    residual: (picture, decoded) => {
      const residual = new Float32Array(valuesOf(output));
      place(decoded, residual);
      for (let i = 0; i < residual.length; i++) residual[i] = picture[i] / 255 - residual[i];
      return residual;
    },
    compose: (decoded, detail, residuals, { from, to, between }, blend, out) => {
      place(decoded, base);
      out.fill(0);
      addEnd(residuals.from, from, between, -detail * blend, detail, 1 - blend, out);
      addEnd(residuals.to, to, between, detail * (1 - blend), detail, blend, out);
      clamp(out);
    },
  };
}

function clamp(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) values[i] = values[i] < 0 ? 0 : values[i] > 1 ? 1 : values[i];
}
