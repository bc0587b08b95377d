import { browOf, eyeOf, mouthOf, noseAt, type EyeShape, type Head } from './face-geometry.ts';
import type { FacePalette } from './face-palette.ts';
import type { FaceParameters } from './face-parameters.ts';
import { element, num, smoothOpen, type Point } from './svg.ts';

/** A line of the drawing: round ends, no fill. */
export function stroke(d: string, colour: string, width: number, opacity?: number): string {
  return element('path', {
    d,
    fill: 'none',
    stroke: colour,
    'stroke-width': width,
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
    opacity,
  });
}

const SIDES = [-1, 1] as const;

function eyeOutline({ centre: { x, y }, halfWidth: w, upper, lower }: EyeShape): string {
  const [left, right] = [num(x - w), num(x + w)];
  const [top, bottom] = [num(y - upper * 1.33), num(y + lower * 1.33)];
  const [inner, outer] = [num(x - w * 0.84), num(x + w * 0.84)];
  return `M${left} ${num(y)}C${inner} ${top} ${outer} ${top} ${right} ${num(y)}C${outer} ${bottom} ${inner} ${bottom} ${left} ${num(y)}Z`;
}

function upperLid({ centre: { x, y }, halfWidth: w, upper }: EyeShape, side: number): string {
  const top = y - upper * 1.33;
  const flick = 5;
  const [startX, endX] = [x - side * w, x + side * (w + flick)];
  return `M${num(startX)} ${num(y)}C${num(x - side * w * 0.84)} ${num(top)} ${num(x + side * w * 0.8)} ${num(top)} ${num(endX)} ${num(y - 3)}`;
}

/** Both eyes: white, iris that follows the gaze, highlight, and the upper lid's line. */
export function drawEyes(params: FaceParameters, head: Head, palette: FacePalette): string {
  return SIDES.map((side) => {
    const eye = eyeOf(params, head, side);
    const id = side < 0 ? 'eyeL' : 'eyeR';
    const r = eye.irisRadius;
    const narrow = Math.min(1, head.widthAt(side * 0.41 * head.halfWidth, 4));
    const outline = eyeOutline(eye);
    return [
      element('clipPath', { id }, [element('path', { d: outline })]),
      element('path', { d: outline, fill: '#fffdf8' }),
      element('g', { 'clip-path': `url(#${id})` }, [
        element('ellipse', { cx: eye.pupil.x, cy: eye.pupil.y, rx: r * narrow, ry: r, fill: palette.ink }),
        element('ellipse', {
          cx: eye.pupil.x,
          cy: eye.pupil.y + r * 0.3,
          rx: r * 0.62 * narrow,
          ry: r * 0.55,
          fill: palette.iris,
        }),
        element('ellipse', {
          cx: eye.pupil.x,
          cy: eye.pupil.y,
          rx: r * 0.5 * narrow,
          ry: r * 0.5,
          fill: palette.ink,
        }),
        element('circle', {
          cx: eye.pupil.x - r * 0.34,
          cy: eye.pupil.y - r * 0.38,
          r: r * 0.3,
          fill: '#fff',
        }),
      ]),
      stroke(upperLid(eye, side), palette.ink, 7.5),
    ].join('');
  }).join('');
}

/** Both eyebrows. */
export function drawBrows(params: FaceParameters, head: Head, palette: FacePalette): string {
  return SIDES.map((side) => {
    const { inner, middle, outer } = browOf(params, head, side);
    return stroke(smoothOpen([inner, middle, outer]), palette.brow, 12);
  }).join('');
}

/** The nose: a soft rounded shape, a shade deeper than the skin, that stands off the face when it turns. */
export function drawNose(head: Head, palette: FacePalette): string {
  const tip = noseAt(head);
  const bridge = head.at(0, 12, 6);
  const lean = 14 * head.sinYaw;
  const [left, right] = [tip.x - 17 + lean * 0.3, tip.x + 17 + lean * 0.3];
  const { y } = tip;
  return [
    element('path', {
      d: `M${num(bridge.x - 5)} ${num(bridge.y)}C${num(bridge.x - 6)} ${num(y - 16)} ${num(left - 3)} ${num(y - 12)} ${num(left)} ${num(y + 4)}C${num(left + 2)} ${num(y + 17)} ${num(right - 2)} ${num(y + 17)} ${num(right)} ${num(y + 4)}C${num(right + 3)} ${num(y - 12)} ${num(bridge.x + 6)} ${num(y - 16)} ${num(bridge.x + 5)} ${num(bridge.y)}Z`,
      fill: 'url(#nose)',
    }),
    stroke(
      `M${num(left + 3)} ${num(y + 8)}Q${num(tip.x + lean * 0.3)} ${num(y + 20)} ${num(right - 3)} ${num(y + 8)}`,
      palette.skinDeep,
      7,
      0.9,
    ),
  ].join('');
}

/** A mouth line from corner to corner whose middle hangs at `y`; every line of a mouth is one of these. */
function mouthLine(left: Point, right: Point, middle: Point, drop: number, reverse = false): string {
  const control = (side: number): string => {
    const corner = side < 0 ? left : right;
    const x = middle.x + (corner.x - middle.x) * 0.8;
    // A cubic reaches three quarters of its controls' height.
    const y = corner.y + (middle.y + drop - (left.y + right.y) / 2) / 0.75;
    return `${num(x)} ${num(y)}`;
  };
  return reverse
    ? `C${control(1)} ${control(-1)} ${num(left.x)} ${num(left.y)}`
    : `C${control(-1)} ${control(1)} ${num(right.x)} ${num(right.y)}`;
}

/** The shade below the lower lip, which a beard covers. */
export function drawChin(params: FaceParameters, head: Head, palette: FacePalette): string {
  const { middle, opening } = mouthOf(params, head);
  const { x } = middle;
  // A laugh stretches the chin smooth.
  const opacity = 0.7 * Math.max(0, 1 - opening / 24);
  const y = middle.y + opening + 18;
  return stroke(
    `M${num(x - 14)} ${num(y)}Q${num(x)} ${num(y + 5)} ${num(x + 14)} ${num(y)}`,
    palette.skinShade,
    7,
    opacity,
  );
}

/** The mouth, from a pout to a laugh with teeth and tongue. */
export function drawMouth(params: FaceParameters, head: Head, palette: FacePalette): string {
  const { left, right, middle, opening } = mouthOf(params, head);
  const start = `M${num(left.x)} ${num(left.y)}`;
  const band = (from: number, to: number, inset = 0): string => {
    const [l, r] = [
      { x: left.x + inset, y: left.y },
      { x: right.x - inset, y: right.y },
    ];
    return `M${num(l.x)} ${num(l.y)}${mouthLine(l, r, middle, opening * from)}L${num(r.x)} ${num(r.y)}${mouthLine(l, r, middle, opening * to, true)}Z`;
  };
  const parts: string[] = [];
  if (opening > 0) {
    parts.push(
      element('path', { d: band(0, 1), fill: '#6d1f2b' }),
      element('path', { d: band(0.62, 1, 14), fill: '#e2686a' }),
      element('path', { d: band(0, 0.4, 4), fill: '#fffaf2' }),
    );
  }
  parts.push(stroke(`${start}${mouthLine(left, right, middle, 0)}`, palette.lips, 8.5));
  return parts.join('');
}
