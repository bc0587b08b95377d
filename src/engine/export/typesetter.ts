/** 400 for running text, 500 for labels, 600 for headings. */
export type Weight = 400 | 500 | 600;

export interface TextStyle {
  /** In pixels. */
  readonly size: number;
  readonly weight: Weight;
  /** Extra space between letters, in ems. */
  readonly tracking?: number;
}

/**
 * Turns text into outlines, so that a machine without fonts draws the same as any other. What the font
 * cannot write is drawn as an empty box.
 */
export interface Typesetter {
  /** The width of one line, in pixels. */
  measure(text: string, style: TextStyle): number;
  /** One line as SVG path data; `x` is its left edge, `baseline` where letters stand, in pixels. */
  outline(text: string, style: TextStyle, x: number, baseline: number): string;
}

const ELLIPSIS = '…';

/** The text, cut at the end to fit `maxWidth` pixels. */
export function fit(typesetter: Typesetter, text: string, style: TextStyle, maxWidth: number): string {
  if (typesetter.measure(text, style) <= maxWidth) return text;
  const characters = Array.from(text);
  let low = 0;
  let high = characters.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const cut = characters.slice(0, middle).join('').trimEnd() + ELLIPSIS;
    if (typesetter.measure(cut, style) <= maxWidth) low = middle;
    else high = middle - 1;
  }
  return characters.slice(0, low).join('').trimEnd() + ELLIPSIS;
}

/** The text in lines of at most `maxWidth` pixels, broken between words; a longer word is cut. */
export function wrap(typesetter: Typesetter, text: string, style: TextStyle, maxWidth: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && typesetter.measure(longer, style) > maxWidth) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line !== '') lines.push(line);
  return lines.map((full) => fit(typesetter, full, style, maxWidth));
}
