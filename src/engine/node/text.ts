import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import opentype, { type Font, type Glyph } from 'opentype.js';
import type { TextStyle, Typesetter, Weight } from '../export/typesetter.ts';

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

function load(subset: (typeof SUBSETS)[number], weight: Weight): Font {
  const name = `inter-${subset}-${weight}-normal.woff`;
  let font = fonts.get(name);
  if (font === undefined) {
    const require = createRequire(path.join(import.meta.dirname, 'text.js'));
    const bytes = fs.readFileSync(require.resolve(`@fontsource/inter/files/${name}`));
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
    const font = load(subset, weight);
    const index = font.charToGlyphIndex(character);
    if (index !== 0) return { font, glyph: font.glyphs.get(index) };
  }
  return null;
}

/** Places the glyphs of a line from x = 0 on, kerned within each part of the font. */
function layOut(
  text: string,
  { size, weight, tracking = 0 }: TextStyle,
): { glyphs: PlacedGlyph[]; width: number } {
  const glyphs: PlacedGlyph[] = [];
  const missing = load('latin', weight).glyphs.get(0);
  const line = text.normalize('NFC').replace(/\s/gu, ' ');
  let previous: { font: Font; glyph: Glyph } | null = null;
  let x = 0;
  const put = (font: Font, glyph: Glyph): void => {
    if (previous?.font === font) x += (font.getKerningValue(previous.glyph, glyph) / font.unitsPerEm) * size;
    glyphs.push({ glyph, x });
    x += (glyph.advanceWidth / font.unitsPerEm + tracking) * size;
    previous = { font, glyph };
  };
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(line)) {
    const found = Array.from(segment, (character) => ({ character, known: find(character, weight) }));
    if (found.some(({ character, known }) => known === null && !INVISIBLE.test(character))) {
      put(load('latin', weight), missing);
    } else {
      for (const { known } of found) if (known !== null) put(known.font, known.glyph);
    }
  }
  return { glyphs, width: Math.max(0, x - (glyphs.length > 0 ? tracking * size : 0)) };
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
