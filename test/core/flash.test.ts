import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFlashWatch, type FlashFrame, type FlashVerdict } from '../../src/core/flash.ts';

type Paint = (frame: number, x: number, y: number) => readonly [number, number, number];

function watch(frames: number, rate: number, paint: Paint, loops = false, side = 32): FlashVerdict {
  const flash = createFlashWatch(rate, loops);
  for (let f = 0; f < frames; f++) {
    const data = new Uint8Array(side * side * 3);
    for (let p = 0; p < side * side; p++) data.set(paint(f, p % side, Math.floor(p / side)), 3 * p);
    const frame: FlashFrame = { width: side, height: side, channels: 3, data };
    flash.add(frame);
  }
  return flash.verdict();
}

const grey = (value: number): [number, number, number] => [value, value, value];
/** Light and dark in turn, so many times a second at 30 frames a second. */
const flashes =
  (perSecond: number, dark = 0, light = 255): Paint =>
  (f) =>
    grey(Math.floor((f * 2 * perSecond) / 30) % 2 === 0 ? dark : light);

describe('createFlashWatch', () => {
  it('allows three flashes a second and warns of four, saying when', () => {
    expect(watch(90, 30, flashes(3))).toMatchObject({ unsafe: false, atSeconds: null, kind: null });
    const four = watch(90, 30, flashes(4));
    expect(four).toMatchObject({ unsafe: true, area: 1, kind: 'general' });
    expect(four.atSeconds).toBeGreaterThan(0.5);
    expect(four.atSeconds).toBeLessThan(1.1);
  });

  it('counts changes of a tenth of the luminance only, and where the darker is below 0.8', () => {
    // sRGB 0 and 89 are 0.0998 apart in relative luminance, 0 and 90 are 0.102.
    expect(watch(60, 30, flashes(8, 0, 89)).unsafe).toBe(false);
    expect(watch(60, 30, flashes(8, 0, 90)).unsafe).toBe(true);
    // 232 is 0.807: both are bright.
    expect(watch(60, 30, flashes(8, 232, 255)).unsafe).toBe(false);
    expect(watch(60, 30, flashes(8, 225, 255)).unsafe).toBe(true);
  });

  it('warns where more than a quarter of the picture flashes', () => {
    const part =
      (columns: number): Paint =>
      (f, x) =>
        x < columns ? grey(f % 4 < 2 ? 0 : 255) : grey(40);
    expect(watch(60, 30, part(8))).toMatchObject({ unsafe: false, area: 0.25 });
    expect(watch(60, 30, part(9))).toMatchObject({ unsafe: true, area: 9 / 32 });
  });

  it('warns of a flashing saturated red that is hardly brighter', () => {
    const verdict = watch(60, 30, (f) => (f % 4 < 2 ? [150, 0, 0] : [0, 75, 0]));
    expect(verdict).toMatchObject({ unsafe: true, kind: 'red' });
  });

  it('follows a loop over its seam: four frames alone are too short to flash, played again they do', () => {
    const paint: Paint = (f) => grey(f % 2 === 0 ? 0 : 255);
    expect(watch(4, 20, paint, false).unsafe).toBe(false);
    expect(watch(4, 20, paint, true).unsafe).toBe(true);
    expect(watch(4, 2, paint, true).unsafe).toBe(false);
  });

  it('sees no flash in a slow loop, whatever its shape and depth', () => {
    fc.assert(
      fc.property(
        // At exactly three a second it may be half a frame that decides.
        fc.double({ min: 0.05, max: 2.6, noNaN: true }),
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 0, max: 255 }),
        (perSecond, a, b) => {
          const paint: Paint = (f, x) =>
            grey(a + (b - a) * (0.5 - 0.5 * Math.cos((2 * Math.PI * perSecond * f) / 24 + x / 10)));
          expect(watch(72, 24, paint, false, 12).unsafe).toBe(false);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('sees through what is transparent to black, and takes an empty watch as safe', () => {
    const flash = createFlashWatch(30, true);
    expect(flash.verdict()).toMatchObject({ unsafe: false, area: 0 });
    for (let f = 0; f < 60; f++) {
      const data = new Uint8Array(4 * 4 * 4).fill(255);
      if (f % 4 < 2) for (let p = 0; p < 16; p++) data[4 * p + 3] = 0;
      flash.add({ width: 4, height: 4, channels: 4, data });
    }
    expect(flash.verdict().unsafe).toBe(true);
  });
});
