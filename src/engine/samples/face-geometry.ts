import type { FaceParameters } from './face-parameters.ts';
import type { Point } from './svg.ts';

/** What of the drawing's plane the picture shows; every length below is in its units. */
export const VIEW = { x: 27, y: 30, side: 458 } as const;

const CENTRE: Point = { x: 256, y: 268 };
const DEPTH = 98;
const PIVOT: Point = { x: 256, y: 330 };

/**
 * A head as a turned ellipsoid. Its own frame: `u` to the picture's right and `v` down from between the eyes,
 * before turning; features keep their place on the surface, so that yaw moves them all consistently.
 */
export interface Head {
  readonly halfWidth: number;
  readonly crownV: number;
  readonly chinV: number;
  readonly sinYaw: number;
  readonly rollDegrees: number;
  /** Where a surface point lies after yaw, before roll; `lift` raises it off the surface. */
  at(u: number, v: number, lift?: number): Point;
  /** As `at`, but what the turn hides stays at the head's edge: for hair and beards, which go round it. */
  over(u: number, v: number): Point;
  /** How much widths shrink there by perspective of the turn: 1 when faced squarely. */
  widthAt(u: number, v: number): number;
  /** A point of the outline, which the turn hardly moves: no projection but the slide of the jaw. */
  rim(u: number, v: number): Point;
}

export function headOf(params: FaceParameters): Head {
  const halfWidth = 128 + 13 * params.faceWidth;
  const crownV = -164 + 3 * params.faceWidth;
  const chinV = 142 - 6 * params.faceWidth;
  const yaw = (params.yaw * Math.PI) / 180;
  const [sinYaw, cosYaw] = [Math.sin(yaw), Math.cos(yaw)];

  const x = (u: number, v: number, lift: number): number => {
    const inside = 1 - (u / (halfWidth * 1.06)) ** 2 - (v / 230) ** 2;
    return u * cosYaw + (DEPTH * Math.sqrt(Math.max(0, inside)) + lift) * sinYaw;
  };
  const at = (u: number, v: number, lift = 0): Point => ({ x: CENTRE.x + x(u, v, lift), y: CENTRE.y + v });
  const widthAt = (u: number, v: number): number => (x(u + 8, v, 0) - x(u - 8, v, 0)) / 16;
  const rim = (u: number, v: number): Point => {
    const low = Math.min(1, Math.max(0, (v + 20) / (chinV + 20)));
    return { x: CENTRE.x + u + 62 * sinYaw * low * low * (3 - 2 * low), y: CENTRE.y + v };
  };
  const over = (u: number, v: number): Point => {
    const point = at(u, v);
    const high = Math.min(1, Math.max(0, (v + 20) / (crownV + 20)));
    const edge = 0.965 * halfWidth * Math.sqrt(1 - high * high);
    return { x: Math.min(rim(edge, v).x, Math.max(rim(-edge, v).x, point.x)), y: point.y };
  };
  return { halfWidth, crownV, chinV, sinYaw, rollDegrees: params.roll, at, over, widthAt, rim };
}

/** The SVG transform of everything that tilts with the head. */
export const tiltOf = (head: Head): string => `rotate(${head.rollDegrees} ${PIVOT.x} ${PIVOT.y})`;

/** Where a point of the head's drawing lies on the board once the head is tilted. */
export function tilt(head: Head, point: Point): Point {
  const roll = (head.rollDegrees * Math.PI) / 180;
  const [dx, dy] = [point.x - PIVOT.x, point.y - PIVOT.y];
  return {
    x: PIVOT.x + dx * Math.cos(roll) - dy * Math.sin(roll),
    y: PIVOT.y + dx * Math.sin(roll) + dy * Math.cos(roll),
  };
}

/** The outline of the head, clockwise from the crown. */
export function headOutline(head: Head): Point[] {
  const { halfWidth: a, crownV, chinV } = head;
  const right: [number, number][] = [
    [0.42 * a, crownV + 14],
    [0.78 * a, crownV + 58],
    [0.97 * a, -48],
    [a, 6],
    [0.955 * a, 56],
    [0.76 * a, chinV - 38],
    [0.42 * a, chinV - 6],
  ];
  const left = right.map(([u, v]): [number, number] => [-u, v]).reverse();
  return ([[0, crownV], ...right, [0, chinV], ...left] as [number, number][]).map(([u, v]) => head.rim(u, v));
}

/** Where the eyes' centres are: `side` −1 is the picture's left. */
export const eyeAt = (head: Head, side: number): Point => head.at(side * 0.41 * head.halfWidth, 4);

export interface EyeShape {
  readonly centre: Point;
  readonly pupil: Point;
  readonly halfWidth: number;
  readonly upper: number;
  readonly lower: number;
  readonly irisRadius: number;
}

/** One eye, with the lids that the smile narrows. */
export function eyeOf(params: FaceParameters, head: Head, side: number): EyeShape {
  const centre = eyeAt(head, side);
  const width = head.widthAt(side * 0.41 * head.halfWidth, 4);
  const size = 0.88 + 0.36 * params.eyeSize;
  const joy = Math.max(0, params.smile);
  return {
    centre,
    pupil: { x: centre.x + 9.5 * size * params.gazeX * width, y: centre.y + 7 * size * params.gazeY },
    halfWidth: 28 * size * width,
    upper: 22.5 * size - joy,
    lower: 20 * size - 10 * joy,
    irisRadius: 18.5 * size,
  };
}

export interface MouthShape {
  readonly left: Point;
  readonly right: Point;
  /** The middle of the upper line, and how far the mouth stands open below it. */
  readonly middle: Point;
  readonly opening: number;
}

/** The mouth: its corners rise and part with the smile, and it opens towards a laugh. */
export function mouthOf(params: FaceParameters, head: Head): MouthShape {
  const { smile } = params;
  const joy = Math.max(0, smile);
  const open = Math.max(0, (smile - 0.25) / 0.75);
  const halfWidth = 40 + 21 * joy;
  const cornerV = 82 - (smile > 0 ? 14 : 11) * smile;
  return {
    left: head.at(-halfWidth, cornerV),
    right: head.at(halfWidth, cornerV),
    middle: head.at(0, 82 + (smile > 0 ? 11 : 9) * smile - 9 * open, 8),
    opening: 45 * open * (0.1 + 0.9 * open * (3 - 2 * open)),
  };
}

export interface BrowShape {
  readonly inner: Point;
  readonly middle: Point;
  readonly outer: Point;
}

/** One eyebrow. */
export function browOf(params: FaceParameters, head: Head, side: number): BrowShape {
  const angle = params.browAngle;
  const raise = 6 * params.eyeSize + 5 * Math.max(0, params.smile);
  const u = (share: number): number => side * share * head.halfWidth;
  return {
    inner: head.at(u(0.2), -47 - raise + 8.5 * angle),
    middle: head.at(u(0.44), -55 - raise + angle),
    outer: head.at(u(0.67), -42 - raise - 6 * angle),
  };
}

/** Named points of a face, each in [0, 1] of the picture's width and height. Left is the picture's left. */
export interface FaceLandmarks {
  readonly eyeLeft: Point;
  readonly eyeRight: Point;
  readonly pupilLeft: Point;
  readonly pupilRight: Point;
  readonly mouthLeft: Point;
  readonly mouthRight: Point;
  readonly nose: Point;
  readonly chin: Point;
  readonly browLeft: Point;
  readonly browRight: Point;
}

export const noseAt = (head: Head): Point => head.at(0, 46, 26);

/** Where the drawing of these parameters has its features, exactly: eyes' and pupils' centres, mouth's corners, … */
export function faceLandmarks(params: FaceParameters): FaceLandmarks {
  const head = headOf(params);
  const place = (point: Point): Point => {
    const { x, y } = tilt(head, point);
    return { x: (x - VIEW.x) / VIEW.side, y: (y - VIEW.y) / VIEW.side };
  };
  const [left, right] = [eyeOf(params, head, -1), eyeOf(params, head, 1)];
  const mouth = mouthOf(params, head);
  return {
    eyeLeft: place(left.centre),
    eyeRight: place(right.centre),
    pupilLeft: place(left.pupil),
    pupilRight: place(right.pupil),
    mouthLeft: place(mouth.left),
    mouthRight: place(mouth.right),
    nose: place(noseAt(head)),
    chin: place(head.rim(0, head.chinV)),
    browLeft: place(browOf(params, head, -1).middle),
    browRight: place(browOf(params, head, 1).middle),
  };
}
