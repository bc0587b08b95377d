/** What is used of opentype.js 2.0, which carries no types of its own. */
declare module 'opentype.js' {
  export interface Glyph {
    readonly index: number;
    readonly advanceWidth: number;
    getPath(x: number, y: number, fontSize: number): { toPathData(decimalPlaces: number): string };
  }
  export interface Font {
    readonly unitsPerEm: number;
    /** 0 where the font lacks the character. */
    charToGlyphIndex(character: string): number;
    readonly glyphs: { get(index: number): Glyph };
    /** In font units. */
    getKerningValue(left: Glyph, right: Glyph): number;
  }
  const opentype: { parse(font: ArrayBuffer): Font };
  export default opentype;
}
