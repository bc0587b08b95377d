import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPace, GIF_CLOCK, WEBP_CLOCK } from '../../../src/engine/export/timing.ts';

const clocks = fc.constantFrom(GIF_CLOCK, WEBP_CLOCK);
const rates = fc.double({ min: 0.1, max: 240, noNaN: true });

describe('createPace', () => {
  it('gives 30 frames a second as 3 and 4 centiseconds that average to it', () => {
    const pace = createPace(30, GIF_CLOCK);
    expect(Array.from({ length: 6 }, (_, i) => pace.delay(i))).toEqual([3, 4, 3, 3, 4, 3]);
  });

  it('keeps the sum of the delays within half a tick of the true duration', () => {
    fc.assert(
      fc.property(clocks, rates, fc.integer({ min: 1, max: 400 }), (clock, rate, frames) => {
        const pace = createPace(rate, clock);
        let ticks = 0;
        for (let i = 0; i < frames; i++) ticks += pace.delay(i);
        expect(Math.abs(ticks - (frames * clock.ticksPerSecond) / pace.framesPerSecond)).toBeLessThanOrEqual(
          0.5,
        );
      }),
    );
  });

  it('never writes a delay that players would lengthen', () => {
    fc.assert(
      fc.property(clocks, rates, fc.nat(2000), (clock, rate, shown) => {
        const shortestMs = clock === GIF_CLOCK ? 20 : 11;
        expect((createPace(rate, clock).delay(shown) / clock.ticksPerSecond) * 1000).toBeGreaterThanOrEqual(
          shortestMs,
        );
      }),
    );
  });

  it('leaves out frames of a faster clip so that it lasts as long', () => {
    fc.assert(
      fc.property(clocks, rates, fc.integer({ min: 1, max: 500 }), (clock, rate, frames) => {
        const pace = createPace(rate, clock);
        const shown = Array.from({ length: frames }, (_, i) => pace.keeps(i)).filter(Boolean).length;
        expect(Math.abs(shown / pace.framesPerSecond - frames / rate)).toBeLessThan(
          1.001 / pace.framesPerSecond,
        );
      }),
    );
  });

  it('says so when it leaves frames out, and only then', () => {
    expect(createPace(60, GIF_CLOCK).note).toContain('50 frames per second');
    expect(createPace(50, GIF_CLOCK).note).toBeNull();
    expect(createPace(60, WEBP_CLOCK).note).toBeNull();
  });

  it.each([0, -1, 241, NaN, Infinity])('refuses %s frames per second', (rate) => {
    expect(() => createPace(rate, GIF_CLOCK)).toThrow(/choose from 0\.1 to 240/);
  });
});
