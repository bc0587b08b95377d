import * as tf from '@tensorflow/tfjs-core';

/**
 * Structural similarity (Wang et al. 2004) with a uniform window, on pictures `[n, h, w, c]` in [0, 1]; the
 * constants are the paper's, (0.01)² and (0.03)², and variances are biased.
 */
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

/**
 * The matrix that averages `length` groups of `inner` values over every `stride`-th window of `window`
 * neighbours, `[length · inner, windows · inner]`. Windows slide over a picture as two dense matrix products,
 * which both run and differentiate several times faster than pooling does.
 */
function windowMatrix(length: number, window: number, stride: number, inner: number): tf.Tensor2D {
  const count = Math.floor((length - window) / stride) + 1;
  const values = new Float32Array(length * inner * count * inner);
  for (let at = 0; at < count; at++) {
    for (let k = 0; k < window; k++) {
      for (let c = 0; c < inner; c++) {
        values[((at * stride + k) * inner + c) * count * inner + at * inner + c] = 1 / window;
      }
    }
  }
  return tf.tensor2d(values, [length * inner, count * inner]);
}

interface Windows {
  /** `[n, h, w, c] → [n, h', w', c]`, the mean over every window. */
  readonly average: (x: tf.Tensor) => tf.Tensor4D;
  /** Its adjoint, `[n, h', w', c] → [n, h, w, c]`. */
  readonly spread: (y: tf.Tensor) => tf.Tensor4D;
}

function windows([n, h, w, c]: readonly number[], window: number, stride: number): Windows {
  const down = windowMatrix(h, window, stride, 1);
  const across = windowMatrix(w, window, stride, c);
  const [rows, columns] = [down.shape[1], across.shape[1] / c];
  return {
    average: (x) => {
      const narrow = tf.reshape(tf.matMul(tf.reshape(x, [n * h, w * c]), across), [n, h, columns * c]);
      return tf.reshape(tf.matMul(down, narrow, true, false), [n, rows, columns, c]);
    },
    spread: (y) => {
      const tall = tf.matMul(down, tf.reshape(y, [n, rows, columns * c]));
      return tf.reshape(tf.matMul(tf.reshape(tall, [n * h, columns * c]), across, false, true), [n, h, w, c]);
    },
  };
}

/** The window used for pictures of this size: `window`, or the shorter side where that is less. */
export const windowFor = (height: number, width: number, window: number): number =>
  Math.min(window, height, width);

/**
 * The mean SSIM of each picture, `[n]` in [−1, 1]. The gradient flows to `estimate` only, in closed form:
 * S = AB / (CD) with A = 2μₓμᵧ + c₁, B = 2σₓᵧ + c₂, C = μₓ² + μᵧ² + c₁, D = σₓ² + σᵧ² + c₂ is, in the three
 * window means that depend on y, ∂S/∂E[xy] = 2A/(CD), ∂S/∂E[y²] = −S/D and
 * ∂S/∂μᵧ = 2μₓ(B − A)/(CD) − 2μᵧS(1/C − 1/D).
 * @param stride looks at every so many windows only, in each direction: the same on average, and faster
 */
export function ssim(target: tf.Tensor4D, estimate: tf.Tensor4D, window = 7, stride = 1): tf.Tensor1D {
  const [n, height, width] = target.shape;
  const size = windowFor(height, width, window);
  return tf.customGrad((y, save) => {
    const estimateIn = y as tf.Tensor4D;
    const { average } = windows(target.shape, size, stride);
    const [mx, my] = [average(target), average(estimateIn)];
    const [mxx, myy, mxy] = [tf.square(mx), tf.square(my), tf.mul(mx, my)];
    const covariance = tf.sub(average(tf.mul(target, estimateIn)), mxy);
    const variances = tf.sub(average(tf.add(tf.square(target), tf.square(estimateIn))), tf.add(mxx, myy));
    const a = tf.add(tf.mul(mxy, 2), C1);
    const b = tf.add(tf.mul(covariance, 2), C2);
    const c = tf.add(tf.add(mxx, myy), C1);
    const d = tf.add(variances, C2);
    const cd = tf.mul(c, d);
    const s = tf.div(tf.mul(a, b), cd);
    (save as (saved: tf.Tensor[]) => void)([estimateIn, target, mx, my, a, b, c, d, cd, s]);
    const perWindow = n / s.size;
    return {
      value: tf.mul(tf.sum(tf.reshape(s, [n, s.size / n]), 1), perWindow),
      gradFunc: (dy, saved) => {
        const [yS, targetS, mxS, myS, aS, bS, cS, dS, cdS, sS] = saved as tf.Tensor4D[];
        const { spread } = windows(target.shape, size, stride);
        const toProduct = tf.div(tf.mul(aS, 2), cdS);
        const toSquare = tf.neg(tf.div(sS, dS));
        const toMean = tf.sub(
          tf.div(tf.mul(tf.mul(mxS, 2), tf.sub(bS, aS)), cdS),
          tf.mul(tf.mul(tf.mul(myS, 2), sS), tf.sub(tf.reciprocal(cS), tf.reciprocal(dS))),
        );
        const gradient = tf.add(
          tf.add(tf.mul(spread(toProduct), targetS), tf.mul(tf.mul(spread(toSquare), yS), 2)),
          spread(toMean),
        );
        return tf.mul(gradient, tf.reshape(tf.mul(dy as tf.Tensor1D, perWindow), [n, 1, 1, 1]));
      },
    };
  })(estimate) as tf.Tensor1D;
}

/** In training every second window in each direction is enough: neighbours say nearly the same. */
const TRAINING_STRIDE = 2;

/** 1 − SSIM never quite reaches 0 in a useful picture; this keeps its logarithm finite if it does. */
const SMALLEST_DISSIMILARITY = 1e-5;

/**
 * The structural distortion log(1 − SSIM) · D · `weight` in nats per picture, `[n]`: with weight ¼ it stands
 * beside D/2 · log(mean squared error) as a second optimal-scale term, half as heavy.
 */
export function structuralDistortion(
  target: tf.Tensor4D,
  estimate: tf.Tensor4D,
  weight: number,
  window: number,
): tf.Tensor1D {
  const dimensions = target.size / target.shape[0];
  const dissimilarity = tf.add(
    tf.sub(1, ssim(target, estimate, window, TRAINING_STRIDE)),
    SMALLEST_DISSIMILARITY,
  );
  return tf.mul(tf.log(dissimilarity), dimensions * weight);
}
