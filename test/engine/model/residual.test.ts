import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { residualDecoder, residualEncoder } from '../../../src/engine/model/residual.ts';
import type { Layer } from '../../../src/engine/model/layers.ts';
import { INFER, type WeightSpec } from '../../../src/engine/model/weights.ts';
import { gradientError, normal, numbers, trainMode } from '../objective/state.ts';

await openBackend({ prefer: 'tensorflow' });

const IMAGE = { width: 8, height: 8, channels: 2 };
const OPTIONS = { widths: [4, 6], normalisation: 'group' as const, blocks: 2 };
const encoder = residualEncoder(IMAGE, 3, OPTIONS);
const decoder = residualDecoder(IMAGE, 3, { ...OPTIONS, widths: [6, 4], upsampling: 'pixel-shuffle' });

const valuesOf = (specs: readonly WeightSpec[], shaken: boolean): Map<string, tf.Tensor> =>
  new Map(
    specs.map(({ name, shape, initial }, i) => [
      name,
      'constant' in initial
        ? tf.add(tf.fill([...shape], initial.constant), normal(shape, i, shaken ? 0.2 : 0))
        : normal(shape, i, initial.standardDeviation),
    ]),
  );

describe('residual networks', () => {
  it.each([
    ['encoder', encoder, [2, 8, 8, 2]],
    ['decoder', decoder, [2, 3]],
  ] as const)(
    '%s: gradients by finite differences, of what goes in and of a block’s weights',
    (_, network, shape) => {
      const values = valuesOf(network.weights, true);
      const x = normal(shape, 90);
      const layer = network as unknown as Layer;
      const value = (given: tf.Tensor, changed?: string, to?: tf.Tensor): tf.Tensor =>
        tf.sum(
          tf.sin(
            layer.apply(
              given,
              { get: (name) => (name === changed && to ? to : (values.get(name) ?? expect.fail(name))) },
              trainMode(),
            ),
          ),
        );
      // A ReLU's kink within a step spoils that step's difference; a wrong gradient spoils all of them.
      const error = (f: (x: tf.Tensor) => tf.Tensor, at: tf.Tensor): number =>
        Math.min(...[1e-2, 2e-3, 4e-4].map((step) => gradientError(f, at, step)));
      expect(error((given) => value(given), x)).toBeLessThan(3e-2);
      const inBlocks = [...values].filter(([name]) => /stage0.block0.conv.+kernel/.test(name));
      expect(inBlocks).toHaveLength(2);
      for (const [name, weight] of inBlocks)
        expect(
          error((to) => value(x, name, to), weight),
          name,
        ).toBeLessThan(3e-2);
    },
  );

  it('begin as if there were no blocks', () => {
    const values = valuesOf(encoder.weights, false);
    const plain = residualEncoder(IMAGE, 3, { ...OPTIONS, blocks: 0 });
    const weights = { get: (name: string) => values.get(name) ?? expect.fail(name) };
    const x = normal([2, 8, 8, 2], 91) as tf.Tensor4D;
    expect(numbers(encoder.apply(x, weights, INFER))).toEqual(numbers(plain.apply(x, weights, INFER)));
  });
});
