import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { easing, EASING_NAMES, parseEasingName } from '../../src/core/easing.ts';

const fraction = fc.double({ min: 0, max: 1, noNaN: true });

describe.each(EASING_NAMES)('%s', (name) => {
  const ease = easing(name);

  it('runs from 0 to 1 and never backwards', () => {
    expect(ease(0)).toBe(0);
    expect(ease(1)).toBe(1);
    expect(ease(-1)).toBe(0);
    expect(ease(2)).toBe(1);
    fc.assert(
      fc.property(fraction, fraction, (a, b) => {
        expect(ease(Math.min(a, b))).toBeLessThanOrEqual(ease(Math.max(a, b)) + 1e-12);
      }),
    );
  });

  it('has the shape that its name says', () => {
    const [early, late] = [ease(0.1), 1 - ease(0.9)];
    const slowStart = early < 0.06;
    const slowEnd = late < 0.06;
    expect(slowStart).toBe(/^ease-in|smoothstep/.test(name));
    expect(slowEnd).toBe(/out|smoothstep/.test(name));
    if (slowStart === slowEnd) expect(ease(0.3) + ease(0.7)).toBeCloseTo(1, 12);
  });
});

it('has the values of the closed forms', () => {
  expect(easing('ease-in-cubic')(0.5)).toBe(0.125);
  expect(easing('ease-out-quad')(0.5)).toBe(0.75);
  expect(easing('ease-in-out-quad')(0.25)).toBe(0.125);
  expect(easing('ease-in-sine')(0.5)).toBeCloseTo(1 - Math.cos(Math.PI / 4), 12);
  expect(easing('ease-in-out-sine')(0.25)).toBeCloseTo((1 - Math.cos(Math.PI / 4)) / 2, 12);
  expect(easing('smoothstep')(0.25)).toBe(0.15625);
});

it('knows names as people write them, and no others', () => {
  expect(parseEasingName(' Ease_In_Out-Cubic ')).toBe('ease-in-out-cubic');
  expect(parseEasingName('ease-in-out')).toBe('ease-in-out-sine');
  expect(parseEasingName('bounce')).toBeNull();
  expect(parseEasingName('toString')).toBeNull();
});
