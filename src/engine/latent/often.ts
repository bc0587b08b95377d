import * as tf from '@tensorflow/tfjs-core';
import { compileFunction, type CompiledFunction } from '../compute/compiled-function.ts';

/** Latents `[count, size]` to pictures in [0, 1]. */
export type Draw = (latents: Float32Array, count: number) => Float32Array;

/** Each holds the weights once more; what plays and what is exported ask for one, sixteen and thirty-two. */
const MOST_COMPILED = 4;

/** What is known of decoding so many pictures at once. */
interface Habit {
  spentMs: number;
  /** Null where it cannot be compiled. */
  compiled?: CompiledFunction | null;
}

/**
 * Decodes, and compiles decoding for a number of pictures once that has taken long enough to say that it will go on.
 * The result is the same to the bit, before and after.
 * @param size of one latent
 * @param decode pure in the latents; its weights stay as they are
 */
export function createOften(
  size: number,
  decode: (latents: tf.Tensor2D) => tf.Tensor,
  worthCompilingMs: number,
): { readonly run: Draw; dispose(): void } {
  const habits = new Map<number, Habit>();
  const inputs = (latents: Float32Array, count: number) => ({
    latents: { shape: [count, size], values: latents },
  });
  const compile = (latents: Float32Array, count: number): CompiledFunction | null =>
    compileFunction(
      ({ latents: z }) => decode(z as tf.Tensor2D),
      [
        inputs(latents, count),
        inputs(
          latents.map((x) => 0.5 - x),
          count,
        ),
      ],
    );
  return {
    run: (latents, count) => {
      const habit = habits.get(count) ?? { spentMs: 0 };
      habits.set(count, habit);
      if (habit.compiled === undefined && habit.spentMs > worthCompilingMs) {
        const held = [...habits.values()].filter(({ compiled }) => compiled).length;
        habit.compiled = held < MOST_COMPILED ? compile(latents, count) : null;
      }
      if (habit.compiled) return habit.compiled.run(inputs(latents, count));
      const from = performance.now();
      const pictures = tf.tidy(() => decode(tf.tensor2d(latents, [count, size])).dataSync<'float32'>());
      habit.spentMs += performance.now() - from;
      return pictures;
    },
    dispose: () => {
      for (const { compiled } of habits.values()) compiled?.dispose();
      habits.clear();
    },
  };
}
