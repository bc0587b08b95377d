import { beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import {
  latentDistances,
  learnOddness,
  lookClosely,
  type Looked,
} from '../../../src/engine/evaluate/outliers.ts';
import { fitLatentGaussian } from '../../../src/engine/latent/aggregate.ts';
import { areaUnderCurve } from '../../../src/engine/latent/attribute.ts';
import { drawFace } from '../../../src/engine/samples/face.ts';
import { faceParameters } from '../../../src/engine/samples/face-parameters.ts';
import { drawShape, shapeParameters } from '../../../src/engine/samples/shapes.ts';
import { learn, picturesOf, SMALL, type Learned } from '../recipes/learn.ts';
import { render } from '../samples/pixels.ts';

await openBackend({ prefer: 'tensorflow' });

describe('latent distances', () => {
  it('are standard deviations along each direction that latents differ in', () => {
    const rng = createRng(1);
    const latents = new Float32Array(8000);
    for (let i = 0; i < 4000; i++) latents.set([10 + 3 * rng.normal(), 0.5 * rng.normal()], 2 * i);
    const gaussian = fitLatentGaussian(latents, null, 2);
    const [middle, along, across] = latentDistances(Float32Array.from([10, 0, 16, 0, 10, 1]), gaussian);
    expect(middle).toBeLessThan(0.1);
    expect(along).toBeCloseTo(2, 1);
    expect(across).toBeCloseTo(2, 1);
  });
});

describe('oddness', () => {
  const common = (count: number): { reconstruction: number[]; distance: number[] } => {
    const rng = createRng(2);
    const draw = (): number[] => Array.from({ length: count }, () => rng.normal());
    return {
      reconstruction: draw().map((x) => 100 + 10 * x),
      distance: draw().map((x) => Math.exp(1 + x / 4)),
    };
  };

  it('counts standard deviations of the common run, which odd ones among it do not spoil', () => {
    const clean = common(2000);
    const spoilt = { reconstruction: [...clean.reconstruction], distance: [...clean.distance] };
    for (let i = 0; i < 300; i++) spoilt.reconstruction[i] = -5000;
    const asked = { reconstruction: [100, 50, 150, 100, 100], distance: [Math.E, Math.E, Math.E, Math.exp(2.5), Math.exp(-0.5)] }; // prettier-ignore
    for (const set of [clean, spoilt]) {
      const judged = learnOddness(set)(asked);
      expect(judged[0].score).toBeLessThan(0.4);
      for (const { score } of judged.slice(1)) expect(score).toBeGreaterThan(4);
      expect(judged.slice(1).map(({ oddity }) => oddity)).toEqual(['harder', 'easier', 'farther', 'nearer']);
    }
    const [, hard] = learnOddness(clean)(asked);
    expect(hard.score).toBeCloseTo(5, 0);
  });

  it('is none where all pictures are the same', () => {
    const same = { reconstruction: [3, 3, 3, 3], distance: [1, 1, 1, 1] };
    for (const { score } of learnOddness(same)(same)) expect(score).toBe(0);
  });
});

describe('shapes among faces, one in twenty', { timeout: 120_000 }, () => {
  const SIDE = 16;
  const [FACES, SHAPES] = [304, 16];
  let looked: Looked;
  let learned: Learned;
  const isShape = (i: number): boolean => i >= FACES;

  beforeAll(async () => {
    const bytes = new Uint8Array((FACES + SHAPES) * SIDE * SIDE * 3);
    for (let i = 0; i < FACES + SHAPES; i++) {
      const svg = isShape(i) ? drawShape(shapeParameters(1, i), SIDE) : drawFace(faceParameters(1, i), SIDE);
      bytes.set((await render(svg)).data, i * SIDE * SIDE * 3);
    }
    const pictures = picturesOf(bytes, SIDE * SIDE * 3);
    learned = learn('morph', ['regularisers=[]', ...SMALL, 'latent.size=16'], pictures, 500, { width: SIDE, height: SIDE, channels: 3 }); // prettier-ignore
    const steps = lookClosely(learned.model, learned.weights, pictures, 10, 1);
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    looked = step.value;
  }, 120_000);

  it('are found, though the model learned them too', () => {
    const where = fitLatentGaussian(looked.mean, looked.logVariance, 16);
    const signs = { reconstruction: looked.reconstruction, distance: latentDistances(looked.mean, where) };
    const judged = learnOddness(signs)(signs);
    const auroc = areaUnderCurve(judged.map(({ score }, i) => ({ has: isShape(i), score })));
    expect(auroc).toBeGreaterThan(0.9);
  });

  it('are looked at as the objective does: the mean over samples is the distortion', () => {
    const mean = looked.reconstruction.reduce((a, b) => a + b, 0) / looked.reconstruction.length;
    const last = learned.figures.slice(-20).reduce((sum, { terms }) => sum + terms['distortion'] / 20, 0);
    expect(Math.abs(mean + last)).toBeLessThan(0.15 * Math.abs(last) + 50);
  });
});
