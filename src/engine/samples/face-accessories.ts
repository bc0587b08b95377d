import { stroke } from './face-features.ts';
import { eyeAt, mouthOf, type Head } from './face-geometry.ts';
import type { FacePalette } from './face-palette.ts';
import { GLASSES_STYLES, type FaceParameters } from './face-parameters.ts';
import { element, num, smoothClosed, smoothRuns, type Place, type Point } from './svg.ts';

const SIDES = [-1, 1] as const;

/** Where an ear is: the one on the side that the head turns away from comes forward, the other one hides. */
export const earAt = (head: Head, side: number): Point => {
  const rim = head.rim(side * (head.halfWidth + 3), 20);
  return { x: rim.x - 24 * head.sinYaw, y: rim.y };
};

/** Both ears; they lie behind the head's outline. */
export function drawEars(head: Head, palette: FacePalette): string {
  return SIDES.map((side) => {
    const { x, y } = earAt(head, side);
    return [
      element('ellipse', { cx: x, cy: y, rx: 23, ry: 33, fill: palette.skin }),
      element('ellipse', { cx: x + side * 3, cy: y + 2, rx: 11, ry: 18, fill: palette.skinShade }),
    ].join('');
  }).join('');
}

/** Both earrings: a golden disc below each lobe. */
export function drawEarrings(params: FaceParameters, head: Head): string {
  if (params.earrings === 0) return '';
  return SIDES.map((side) => {
    const { x, y } = earAt(head, side);
    return element('circle', {
      cx: x + side * 5,
      cy: y + 44,
      r: 12,
      fill: '#f2bd4b',
      stroke: '#c98a2b',
      'stroke-width': 3,
      opacity: params.earrings,
    });
  }).join('');
}

/** The outline of each frame's right lens, in half widths across and units down; a circle has none. */
const FRAMES: Readonly<Record<(typeof GLASSES_STYLES)[number], readonly Place[] | 'ellipse'>> = {
  round: 'ellipse',
  square: [
    [-0.72, -36],
    [0.72, -36],
    [1, -22],
    [0.98, 18],
    [0.66, 38],
    [-0.66, 38],
    [-0.98, 18],
    [-1, -22],
  ],
  'cat-eye': [
    [-0.97, -6],
    [-0.72, -28],
    [0, -35],
    [0.7, -41],
    [1.14, -42],
    [1.1, -8],
    [0.8, 24],
    [0.05, 37],
    [-0.72, 27],
  ],
};

function frame(style: number, { x, y }: Point, side: number, narrow: number): string {
  const w = 45 * narrow;
  const outline = FRAMES[GLASSES_STYLES[Math.round(style)] ?? 'round'];
  if (outline === 'ellipse') return element('ellipse', { cx: x, cy: y, rx: w, ry: 45 });
  return element('path', { d: smoothClosed(outline.map(([u, v]) => ({ x: x + side * u * w, y: y + v }))) });
}

const lensAt = (head: Head, side: number): Point => {
  const { x, y } = eyeAt(head, side);
  return { x: x + 4 * head.sinYaw, y: y + 2 };
};
const lensWidth = (head: Head, side: number): number => head.widthAt(side * 0.41 * head.halfWidth, 4);

/** The arms of the glasses, which hair may cover. */
export function drawGlassesArms(params: FaceParameters, head: Head, palette: FacePalette): string {
  if (params.glasses === 0) return '';
  const arms = SIDES.map((side) => {
    const from = lensAt(head, side);
    const to = head.rim(side * (head.halfWidth - 2), -4);
    return `M${num(from.x + side * 44 * lensWidth(head, side))} ${num(from.y - 10)}L${num(to.x)} ${num(to.y)}`;
  }).join('');
  return stroke(arms, palette.frame, 8, params.glasses);
}

/** Glasses: they sit on the nose, in front of the eyes, and turn with the head. */
export function drawGlasses(params: FaceParameters, head: Head, palette: FacePalette): string {
  if (params.glasses === 0) return '';
  const frames = SIDES.map((side) =>
    frame(params.glassesStyle, lensAt(head, side), side, lensWidth(head, side)),
  );
  const [left, right] = [lensAt(head, -1), lensAt(head, 1)];
  const inner = [left.x + 44 * lensWidth(head, -1), right.x - 44 * lensWidth(head, 1)] as const;
  const bridge = `M${num(inner[0])} ${num(left.y - 8)}Q${num((inner[0] + inner[1]) / 2)} ${num(left.y - 20)} ${num(inner[1])} ${num(right.y - 8)}`;
  return element('g', { opacity: params.glasses }, [
    element('g', { fill: '#fff', 'fill-opacity': 0.09, stroke: palette.frame, 'stroke-width': 9 }, frames),
    stroke(bridge, palette.frame, 8),
  ]);
}

/** A beard along the jaw, from stubble to long; it leaves the mouth free. */
export function drawBeard(params: FaceParameters, head: Head, palette: FacePalette): string {
  if (params.beard === 0) return '';
  const { beard } = params;
  const a = head.halfWidth;
  const hang = 38 * beard;
  const mouth = mouthOf(params, head);
  const outer: readonly Place[] = [
    [-a, -6],
    [-0.96 * a - 0.1 * hang, 56],
    [-0.77 * a - 0.25 * hang, head.chinV - 38],
    [-0.43 * a, head.chinV - 6 + hang * 0.75],
    [0, head.chinV + hang],
    [0.43 * a, head.chinV - 6 + hang * 0.75],
    [0.77 * a + 0.25 * hang, head.chinV - 38],
    [0.96 * a + 0.1 * hang, 56],
    [a, -6],
  ];
  const high = Math.min(mouth.left.y, mouth.middle.y) - head.at(0, 0).y;
  const inner: readonly Place[] = [
    [0.93, 22],
    [0.84, 50],
    [0.62, high - 8],
    [0.3, high - 16],
    [0, high - 14],
    [-0.3, high - 16],
    [-0.62, high - 8],
    [-0.84, 50],
    [-0.93, 22],
  ];
  const around = outer.map(([u, v]) => head.rim(u, v));
  const within = inner.map(([u, v]) => head.over(u * a, v));
  return element('path', {
    d: smoothRuns(around, [around.at(-1) as Point, ...within, around[0]]),
    fill: palette.beard,
    opacity: Math.min(1, 0.25 + 2.5 * beard) * Math.min(1, beard * 8),
  });
}

/** A moustache of two lobes under the nose. */
export function drawMoustache(params: FaceParameters, head: Head, palette: FacePalette): string {
  if (params.moustache === 0) return '';
  const size = 0.55 + 0.6 * params.moustache;
  const middle = head.at(0, 68, 16);
  const lobe = (side: number): Point[] =>
    (
      [
        [0, -6],
        [20, -9],
        [44, 2],
        [60, 14 - 6 * params.smile],
        [40, 17],
        [16, 14],
        [0, 8],
      ] as const
    ).map(([u, v]) => ({ x: middle.x + side * u * size, y: middle.y + v * size }));
  return element(
    'g',
    { fill: palette.beard, opacity: Math.min(1, params.moustache * 3) },
    SIDES.map((side) => element('path', { d: smoothClosed(lobe(side)) })),
  );
}
