import { stroke } from './face-features.ts';
import type { Head } from './face-geometry.ts';
import type { FacePalette } from './face-palette.ts';
import type { FaceParameters } from './face-parameters.ts';
import { element, smoothOpen } from './svg.ts';

const SIDES = [-1, 1] as const;

/** What lies on the skin: blush, freckles and the lines of age. */
export function drawSkin(params: FaceParameters, head: Head, palette: FacePalette): string {
  const lift = 6 * Math.max(0, params.smile);
  const parts: string[] = [];
  for (const side of SIDES) {
    const cheek = head.at(side * 0.56 * head.halfWidth, 54 - lift);
    const width = head.widthAt(side * 0.5 * head.halfWidth, 50);
    parts.push(
      element('ellipse', {
        cx: cheek.x,
        cy: cheek.y,
        rx: 37 * width,
        ry: 28,
        fill: 'url(#blush)',
        opacity: 0.1 + 0.75 * params.blush,
      }),
    );
    for (const [u, v] of FRECKLES) {
      const spot = head.at(side * u * head.halfWidth, v - lift);
      parts.push(
        element('circle', {
          cx: spot.x,
          cy: spot.y,
          r: 4.6,
          fill: palette.skinDeep,
          opacity: 0.7 * params.freckles,
        }),
      );
    }
  }
  return parts.join('') + drawLines(params, head, palette);
}

const FRECKLES: readonly (readonly [number, number])[] = [
  [0.3, 40],
  [0.41, 54],
  [0.5, 39],
  [0.6, 55],
  [0.69, 42],
];

function drawLines(params: FaceParameters, head: Head, palette: FacePalette): string {
  const { age } = params;
  const a = head.halfWidth;
  const line = (points: readonly [number, number][], width: number, opacity: number): string =>
    stroke(smoothOpen(points.map(([u, v]) => head.at(u, v))), palette.skinDeep, width, opacity * age);
  const parts: string[] = [];
  for (const side of SIDES) {
    const reach = 6 * Math.max(0, params.smile);
    const at = (points: readonly [number, number][]): [number, number][] =>
      points.map(([u, v]) => [side * u * a, v]);
    parts.push(
      line(
        at([
          [0.25, 56],
          [0.35, 66],
          [0.4 + reach / a, 82],
        ]),
        6,
        0.75,
      ),
      line(
        at([
          [0.27, 36],
          [0.4, 42],
          [0.55, 35],
        ]),
        5,
        0.55,
      ),
      line(
        at([
          [0.72, 2],
          [0.81, -5],
        ]),
        5,
        0.7,
      ),
      line(
        at([
          [0.72, 12],
          [0.82, 14],
        ]),
        5,
        0.7,
      ),
    );
  }
  for (const [half, v] of [
    [0.36, -76],
    [0.28, -91],
  ] as const) {
    parts.push(
      line(
        [
          [-half * a, v + 3],
          [0, v - 2],
          [half * a, v + 3],
        ],
        5,
        0.5,
      ),
    );
  }
  return parts.join('');
}
