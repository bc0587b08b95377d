import type { Frame } from './frame.ts';
import type { TextStyle, Typesetter } from './typesetter.ts';
import { fit } from './typesetter.ts';

/** A picture in its place, in whole pixels. */
export interface PlacedPicture {
  readonly frame: Frame;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Of its corners, in pixels. */
  readonly radius: number;
}

/** A page before it is pixels: a ground, SVG shapes on it, and pictures on those. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  /** `#rrggbb` */
  readonly background: string;
  readonly shapes: readonly string[];
  readonly pictures: readonly PlacedPicture[];
}

/** The colours of a page. */
export interface Theme {
  readonly background: string;
  readonly panel: string;
  readonly line: string;
  readonly text: string;
  readonly quiet: string;
  readonly faint: string;
  /** Told apart by lightness too, so that they do not depend on seeing colours. */
  readonly series: readonly string[];
}

export const DARK: Theme = {
  background: '#0e0f13',
  panel: '#15171d',
  line: '#272b35',
  text: '#f1f2f4',
  quiet: '#a4abb8',
  faint: '#757d8c',
  series: ['#8ab4ff', '#ffb86b', '#6fd6a8', '#f58fb4', '#c9b1ff', '#e8e27a'],
};

export const LIGHT: Theme = {
  background: '#fbfbfa',
  panel: '#f1f1ee',
  line: '#d9d9d4',
  text: '#17181c',
  quiet: '#585e69',
  faint: '#747a85',
  series: ['#2459c9', '#b65a00', '#0d7a50', '#b3275f', '#6b3fc4', '#6b6400'],
};

/** The theme whose text can be read on a ground (`#rrggbb`), by its relative luminance. */
export function themeFor(background: string): Theme {
  const channels = [1, 3, 5].map((at) => parseInt(background.slice(at, at + 2), 16) / 255);
  const linear = channels.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  const [r = 0, g = 0, b = 0] = linear;
  const theme = 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? LIGHT : DARK;
  return { ...theme, background };
}

export interface TextPlace extends TextStyle {
  readonly x: number;
  readonly baseline: number;
  readonly fill: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Cut to this, in pixels. */
  readonly maxWidth?: number;
}

/** A line of text as an SVG path. */
export function textShape(typesetter: Typesetter, text: string, place: TextPlace): string {
  const shown = place.maxWidth === undefined ? text : fit(typesetter, text, place, place.maxWidth);
  const width = place.anchor === undefined || place.anchor === 'start' ? 0 : typesetter.measure(shown, place);
  const left = place.x - (place.anchor === 'middle' ? width / 2 : width);
  return `<path fill="${place.fill}" d="${typesetter.outline(shown, place, left, place.baseline)}"/>`;
}

/** A page as an SVG document, without its pictures. */
export function toSvg({ width, height, background, shapes }: Scene): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect width="${width}" height="${height}" fill="${background}"/>${shapes.join('')}</svg>`;
}
