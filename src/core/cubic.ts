/**
 * Cubic convolution (Keys 1981, a = −1/2): how much a sample counts at this distance, in samples; nothing from two on.
 */
export function cubicKernel(distance: number): number {
  const x = distance;
  return x < 1 ? 1.5 * x ** 3 - 2.5 * x ** 2 + 1 : x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}
