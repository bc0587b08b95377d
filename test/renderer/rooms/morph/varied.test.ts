import { describe, expect, it } from 'vitest';
import { createRng, fillNormal } from '../../../../src/core/rng.ts';
import { variedRows } from '../../../../src/renderer/rooms/morph/varied.ts';

const SIZE = 8;
const noise = (rows: number): Float32Array => fillNormal(new Float32Array(rows * SIZE), createRng(1));

describe('a few pictures that differ', () => {
  it('takes one of each kind, and goes round them the short way', () => {
    // Four clusters at the corners of a square.
    const corners = [
      [0, 0],
      [9, 0],
      [9, 9],
      [0, 9],
    ];
    const latents = noise(80).map((x) => x / 20);
    for (let i = 0; i < 80; i++) {
      latents[i * SIZE] += corners[i % 4][0];
      latents[i * SIZE + 1] += corners[i % 4][1];
    }
    const kinds = variedRows(latents, SIZE, 4).map((row) => row % 4);
    expect(new Set(kinds).size).toBe(4);
    // Next to each other round the square, never across.
    for (let i = 0; i < 4; i++) expect((kinds[i] - kinds[(i + 1) % 4] + 4) % 2).toBe(1);
  });

  it('leaves the odd ones out', () => {
    const latents = noise(50);
    for (const odd of [3, 17]) latents[odd * SIZE + 2] = 80;
    const rows = variedRows(latents, SIZE, 4);
    expect(rows).not.toContain(3);
    expect(rows).not.toContain(17);
  });

  it('takes what there is, and many as well', () => {
    expect(variedRows(noise(2), SIZE, 4)).toHaveLength(2);
    expect(new Set(variedRows(noise(60), SIZE, 12)).size).toBe(12);
  });
});
