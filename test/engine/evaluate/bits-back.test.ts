import { describe, expect, it } from 'vitest';
import { AnsStack } from '../../../src/core/ans.ts';
import { createRng, fillNormal } from '../../../src/core/rng.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import {
  LatentBins,
  latentBitsFor,
  negativeElbo,
  popPicture,
  pushPicture,
} from '../../../src/engine/evaluate/bits-back.ts';
import { pixelCodes } from '../../../src/engine/evaluate/pixel-code.ts';
import { checkCompressible } from '../../../src/engine/jobs/compress.ts';
import { instrumentWith } from '../../../src/engine/latent/instrument.ts';
import { composeModel } from '../../../src/engine/recipes/compose.ts';
import { parseRecipe, presetNamed } from '../../../src/engine/recipes/resolve.ts';
import { squares } from '../train/tiny-task.ts';
import { learn, picturesOf, SMALL } from '../recipes/learn.ts';

await openBackend({ prefer: 'tensorflow' });

const SIZE = 64;
const UNSEEN = 200;

/** Pictures are black and white where `binary`, one pixel in twenty wrong. */
function compressed(recipe: string, binary: boolean) {
  const bytes = squares(800 + UNSEEN);
  const rng = createRng(9);
  if (binary) bytes.forEach((value, i) => (bytes[i] = value > 100 !== rng.uniform() < 0.05 ? 255 : 0));
  const known = picturesOf(bytes.subarray(0, 800 * SIZE), SIZE);
  const learned = learn(recipe, SMALL, known, 400);
  const coder = instrumentWith(learned.model, learned.weights);
  const unseen = bytes.subarray(800 * SIZE);
  const { logVariance } = coder.encode(unseen, UNSEEN);
  const bins = new LatentBins(latentBitsFor(logVariance ?? expect.fail('no posterior')));
  const pixels = pixelCodes[binary ? 'binary' : 'levels'];
  const stack = new AnsStack(createRng(1));
  const picture = (i: number): Uint8Array => unseen.subarray(i * SIZE, (i + 1) * SIZE);
  for (let i = UNSEEN - 1; i >= 0; i--) pushPicture(stack, coder, bins, pixels, picture(i));
  const noise = Array.from({ length: 8 }, () => fillNormal(new Float32Array(UNSEEN * coder.latentSize), rng));
  const elbo =
    negativeElbo(coder, pixels, { bytes: unseen, count: UNSEEN }, noise).reduce((a, b) => a + b, 0) /
    Math.LN2;
  const words = stack.toWords();
  const again = AnsStack.fromWords(words, createRng(2));
  const out = Array.from({ length: UNSEEN }, () => popPicture(again, coder, bins, pixels));
  return { stack, again, elbo, out, picture };
}

describe('bits back', { timeout: 120_000 }, () => {
  it.each([
    ['vae', true],
    ['morph', false],
  ])(
    'brings 200 unseen pictures of "%s" back exactly, in as many bits as the negative ELBO says',
    (recipe, binary) => {
      // prettier-ignore
      const { stack, again, elbo, out, picture } = compressed(recipe, binary);
      out.forEach((bytes, i) => expect(bytes).toEqual(picture(i)));
      // What it began with is left, and nothing else: every bit that was borrowed was given back.
      expect(again.bits).toBe(64 + stack.drawnBits);
      const grown = stack.bits - 64 - stack.drawnBits;
      expect(grown / elbo).toBeLessThan(1.02);
      expect(grown / elbo).toBeGreaterThan(0.97);
      // So small pictures hardly make up for what it began with.
      expect(stack.bits / elbo).toBeLessThan(1.05);
      expect(stack.bits / UNSEEN).toBeLessThan(binary ? SIZE : 8 * SIZE);
    },
  );

  it('refuses a model that finds no latents likely', () => {
    for (const [recipe, why] of [
      ['ae', /no posterior/],
      ['flow-prior', /its prior is/],
      ['hierarchical', /in groups/],
    ] as const)
      // prettier-ignore
      expect(() => checkCompressible(composeModel(parseRecipe(presetNamed(recipe)), { width: 32, height: 32, channels: 3 }))).toThrow(why);
  });
});

describe('how probable bytes are', () => {
  it('adds up to 1 over all levels, the deviation said beside', () => {
    for (const mean of [0, 0.3, 1]) {
      // One value is asked for; the others say how far the picture is off.
      const drawn = Float32Array.from({ length: 1000 }, (_, d) => (d === 0 ? mean : 0.5));
      const bytes = Uint8Array.from({ length: 1000 }, (_, d) => (d % 2 === 0 ? 120 : 135));
      const nats = Array.from({ length: 256 }, (_, value) => {
        bytes[0] = value;
        return pixelCodes.levels.nats(bytes, drawn);
      });
      const rest = bytes.slice(1);
      const alone = pixelCodes.levels.nats(rest, drawn.slice(1));
      const total = nats.reduce((sum, n) => sum + Math.exp(alone - n), 0);
      expect(Math.abs(total - 1)).toBeLessThan(0.15);
    }
  });
});
