import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { score } from '../../../src/engine/latent/attribute.ts';
import { axisAttribute, principalAxes } from '../../../src/engine/latent/axes.ts';

const SIZE = 5;
const rng = createRng(3);
const latents = Float32Array.from({ length: 400 * SIZE }, (_, i) => 2 + rng.normal() * (1 + (i % SIZE)));
const axes = principalAxes(latents, SIZE, 3);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;

describe('an axis as an attribute', () => {
  it.each([false, true])('is scored in standard deviations, and moves by one (reversed: %s)', (reversed) => {
    const vector = axisAttribute(axes, 1, reversed);
    if (vector === null) throw new Error('there is such an axis');
    const scores = Array.from({ length: 400 }, (_, n) => score(vector, latents, n));
    expect(mean(scores)).toBeCloseTo(0, 4);
    expect(Math.sqrt(mean(scores.map((s) => s * s)))).toBeCloseTo(1, 4);
    const moved = latents.map((value, i) => value + vector.direction[i % SIZE]);
    scores.forEach((before, n) => expect(score(vector, moved, n) - before).toBeCloseTo(1, 4));
  });

  it('is its own opposite when it is reversed', () => {
    const [plain, reversed] = [axisAttribute(axes, 0, false), axisAttribute(axes, 0, true)];
    plain?.direction.forEach((value, k) => expect(reversed?.direction[k]).toBe(-value));
  });

  it('is none where nothing differs, or beyond the last', () => {
    expect(axisAttribute(axes, 3, false)).toBeNull();
    const still = principalAxes(new Float32Array(3 * SIZE).fill(1), SIZE, 2);
    expect(axisAttribute(still, 0, false)).toBeNull();
  });
});
