import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import type { TextStyle, Typesetter, Weight } from '../export/typesetter.ts';

/** What is used of opentype.js 2.0, which carries no types of its own. */
interface Opentype {
  parse(font: ArrayBuffer): Font;
}
interface Font {
  readonly unitsPerEm: number;
  /** 0 where the font lacks the character. */
  charToGlyphIndex(character: string): number;
  readonly glyphs: { get(index: number): Glyph };
}
interface Glyph {
  readonly advanceWidth: number;
  getPath(x: number, y: number, fontSize: number): { toPathData(decimalPlaces: number): string };
}

// Its own text layout fails on the substitution tables of modern fonts, so only the outlines are taken from it.
const load = createRequire(path.join(import.meta.dirname, 'text.js'));
const opentype = load('opentype.js') as Opentype;

/** Inter (SIL OFL 1.1), as the parts that its package is split into; the first that has a character writes it. */
const SUBSETS = [
  'latin',
  'latin-ext',
  'greek',
  'cyrillic',
  'vietnamese',
  'greek-ext',
  'cyrillic-ext',
] as const;

/** Marks and joiners that are not seen by themselves, and so need no box when the font lacks them. */
const INVISIBLE = /^[\p{Cf}\p{Mn}\p{Cc}]$/u;

const fonts = new Map<string, Font>();

function fontOf(subset: (typeof SUBSETS)[number], weight: Weight): Font {
  const name = `inter-${subset}-${weight}-normal.woff`;
  let font = fonts.get(name);
  if (font === undefined) {
    const bytes = fs.readFileSync(load.resolve(`@fontsource/inter/files/${name}`));
    font = opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    fonts.set(name, font);
  }
  return font;
}

interface PlacedGlyph {
  readonly glyph: Glyph;
  readonly x: number;
}

function find(character: string, weight: Weight): { font: Font; glyph: Glyph } | null {
  for (const subset of SUBSETS) {
    const font = fontOf(subset, weight);
    const index = font.charToGlyphIndex(character);
    if (index !== 0) return { font, glyph: font.glyphs.get(index) };
  }
  return null;
}

/** Places the glyphs of a line from x = 0 on. */
function layOut(
  text: string,
  { size, weight, tracking = 0 }: TextStyle,
): { glyphs: PlacedGlyph[]; width: number } {
  const latin = fontOf('latin', weight);
  const box = { font: latin, glyph: latin.glyphs.get(0) };
  const line = text.normalize('NFC').replace(/\s/gu, ' ');
  const glyphs: PlacedGlyph[] = [];
  let x = 0;
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(line)) {
    const found = Array.from(segment, (character) => ({ character, known: find(character, weight) }));
    const lacking = found.some(({ character, known }) => known === null && !INVISIBLE.test(character));
    const drawn = lacking ? [box] : found.flatMap(({ known }) => known ?? []);
    for (const { font, glyph } of drawn) {
      glyphs.push({ glyph, x });
      x += (glyph.advanceWidth / font.unitsPerEm + tracking) * size;
    }
  }
  return { glyphs, width: glyphs.length === 0 ? 0 : x - tracking * size };
}

/** A typesetter with the font that Morphloom brings along: Latin, Greek and Cyrillic, nothing from the system. */
export function createTypesetter(): Typesetter {
  return {
    measure: (text, style) => layOut(text, style).width,
    outline: (text, style, x, baseline) =>
      layOut(text, style)
        .glyphs.map(({ glyph, x: offset }) => glyph.getPath(x + offset, baseline, style.size).toPathData(2))
        .join(''),
  };
}
