import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fit, wrap } from '../../../src/engine/export/typesetter.ts';
import { createTypesetter } from '../../../src/engine/node/text.ts';

const typesetter = createTypesetter();
const style = { size: 20, weight: 400 } as const;
const texts = fc.string({ unit: 'grapheme', maxLength: 40 });

describe('createTypesetter', () => {
  it('draws outlines, never a reference to a font', () => {
    const path = typesetter.outline('Añ', style, 10, 30);
    expect(path).toMatch(/^M[-\d .MLCQZ]+$/);
    const numbers = path.match(/-?\d+(\.\d+)?/g)?.map(Number) ?? [];
    expect(Math.min(...numbers)).toBeGreaterThan(8);
    expect(Math.max(...numbers)).toBeLessThan(10 + typesetter.measure('Añ', style) + 20);
  });

  it('grows with size, weight and tracking', () => {
    const width = typesetter.measure('Morphloom', style);
    expect(typesetter.measure('Morphloom', { ...style, size: 40 })).toBeCloseTo(2 * width, 6);
    expect(typesetter.measure('Morphloom', { ...style, weight: 600 })).toBeGreaterThan(width);
    expect(typesetter.measure('Morphloom', { ...style, tracking: 0.1 })).toBeCloseTo(width + 8 * 2, 6);
  });

  it('draws one box for what it cannot write, however many code points that has', () => {
    const box = typesetter.outline('字', style, 0, 20);
    expect(box.length).toBeGreaterThan(10);
    expect(typesetter.outline('👩‍🚀', style, 0, 20)).toBe(box);
    expect(typesetter.outline('\u0007', style, 0, 20)).toBe('');
  });

  it('measures and draws any text without failing', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(typesetter.measure(text, style)).toBeGreaterThanOrEqual(0);
        expect(typesetter.outline(text, style, 0, 0)).toMatch(/^[-\d .MLCQZ]*$/);
      }),
    );
  });
});

describe('fit and wrap', () => {
  it('never exceed the width, and lose nothing that fits', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 30, max: 300 }), (text, width) => {
        const fitted = fit(typesetter, text, style, width);
        expect(typesetter.measure(fitted, style)).toBeLessThanOrEqual(width);
        if (typesetter.measure(text, style) <= width) expect(fitted).toBe(text);
        else expect(fitted).toMatch(/…$/);
        for (const line of wrap(typesetter, text, style, width)) {
          expect(typesetter.measure(line, style)).toBeLessThanOrEqual(width);
        }
      }),
    );
  });

  it('breaks between words', () => {
    expect(wrap(typesetter, 'one two  three', style, typesetter.measure('one two', style) + 1)).toEqual([
      'one two',
      'three',
    ]);
  });
});
