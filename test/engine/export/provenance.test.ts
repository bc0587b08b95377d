import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeProvenance, parseProvenance, type Provenance } from '../../../src/contract/provenance.ts';

const recipe: Provenance = {
  morphloom: 1,
  kind: 'morph',
  model: { run: 'faces', hash: 'c0ffee' },
  seed: 7,
  pictures: ['Ștefan 😀.png', 'שלום\n.png'],
};

describe('provenance', () => {
  it('comes back as it was, whatever recipe it carries, and is ASCII on the way', () => {
    fc.assert(
      fc.property(
        // A key of this name is dropped on reading: it would reach for an object's prototype.
        fc.jsonValue({ maxDepth: 5 }).filter((value) => !JSON.stringify(value).includes('__proto__')),
        fc.string({ unit: 'binary', maxLength: 12 }),
        fc.maxSafeNat(),
        (value, run, seed) => {
          const plain = JSON.parse(JSON.stringify(value)) as Provenance['x'];
          const given = { ...recipe, seed, model: { run: `r${run}`, hash: 'x' }, recipe: plain };
          const text = encodeProvenance(given);
          expect(text).toMatch(/^[\x20-\x7e]*$/);
          expect(parseProvenance(text, 'x.gif')).toEqual(given);
        },
      ),
    );
  });

  it('drops what would reach for a prototype', () => {
    const text = encodeProvenance(recipe).replace('"seed"', '"__proto__":{"polluted":1},"seed"');
    const read = parseProvenance(text, 'x.gif');
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect('polluted' in read).toBe(false);
  });

  it.each([
    ['a kind of several words', { kind: 'Some Morph' }, '"kind"'],
    ['no model', { model: undefined }, '"model"'],
    ['a negative seed', { seed: -1 }, '"seed"'],
    ['a fractional seed', { seed: 0.5 }, '"seed"'],
  ])('refuses to write %s', (_, change, where) => {
    expect(() => encodeProvenance({ ...recipe, ...change } as Provenance)).toThrow(where);
  });

  it('tells a newer version from damage', () => {
    const newer = JSON.stringify({ ...recipe, morphloom: 2 });
    expect(() => parseProvenance(newer, 'a.gif')).toThrow(
      expect.objectContaining({
        code: 'input',
        message: expect.stringContaining('newer Morphloom') as string,
      }) as Error,
    );
    for (const text of ['', '{', '[]', '{"morphloom":"1"}', encodeProvenance(recipe).slice(0, -9)]) {
      expect(() => parseProvenance(text, 'a.gif')).toThrow(
        expect.objectContaining({ code: 'corrupt' }) as Error,
      );
    }
  });

  it('refuses bottomless nesting before parsing it', () => {
    const bottomless = `{"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect(() => parseProvenance(bottomless, 'a.gif')).toThrow('nested deeper');
    expect(() => parseProvenance(' '.repeat(5_000_000), 'a.gif')).toThrow('longer than any recipe');
  });
});
