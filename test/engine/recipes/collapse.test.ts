import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { lately, learn, SMALL, squarePictures } from './learn.ts';

await openBackend({ prefer: 'tensorflow' });

const pictures = squarePictures(256);
const beta = (value: number): string => `schedules.beta={"kind":"constant","value":${value}}`;

describe('control of collapse', { timeout: 60_000 }, () => {
  it('the rate falls as β rises', () => {
    const rates = [0.5, 2, 8].map((value) =>
      lately(learn('vae', [...SMALL, beta(value)], pictures, 500).figures, 'rate'),
    );
    expect(rates[0]).toBeGreaterThan(rates[1] + 0.3);
    expect(rates[1]).toBeGreaterThan(rates[2] + 0.3);
  });

  it('free bits keep a rate that the same weight drives to nothing without them', () => {
    const settings = [...SMALL, beta(20), 'optimiser.floor=0'];
    const collapsed = learn('vae', settings, pictures, 500);
    expect(collapsed.evaluate(pictures).figures.rate).toBeLessThan(0.1);
    const kept = learn('free-bits', [...settings, 'bound.floor=0.5'], pictures, 1000);
    const { figures, latents } = kept.evaluate(pictures);
    // A batch's mean wavers around the floor, and the weight pushes from above only: it settles just below.
    expect(figures.rate).toBeGreaterThan(0.8 * 4 * 0.5);
    for (const rate of latents.ratePerDimension) expect(rate).toBeGreaterThan(0.7 * 0.5);
  });

  it('a least rate is never gone below, not in any step', () => {
    const run = learn('min-rate', [...SMALL, beta(40), 'latent.minRate=0.3'], pictures, 400);
    for (const { terms } of run.figures) expect(terms['rate']).toBeGreaterThanOrEqual(4 * 0.3 * (1 - 1e-4));
    for (const rate of run.evaluate(pictures).latents.ratePerDimension)
      expect(rate).toBeGreaterThanOrEqual(0.3 * (1 - 1e-4));
  });

  it.each([0.05, 0.1])('GECO ends at the error that was asked for: %d', (tolerance) => {
    const settings = [...SMALL, `bound.tolerance=${tolerance}`, 'latent.size=8'];
    const { figures } = learn('geco', settings, pictures, 1500);
    const error = tolerance * Math.sqrt(lately(figures, 'constraint', 200) + 1);
    expect(Math.abs(error - tolerance) / tolerance).toBeLessThan(0.05);
  });
});
