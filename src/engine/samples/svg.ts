/** A point of a drawing, in its own units. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A place in the frame of whoever draws: across, down. */
export type Place = readonly [across: number, down: number];

/** A number as SVG text: two decimals of a 512-unit drawing are below a hundredth of any pixel. */
export const num = (value: number): string => String(Math.round(value * 100) / 100);

/** Attributes as SVG text; what is undefined is left out. */
function attributesOf(attributes: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${typeof value === 'number' ? num(value) : value}"`)
    .join('');
}

/** One element, with children or closed. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  children: readonly string[] = [],
): string {
  const opening = `<${name}${attributesOf(attributes)}`;
  return children.length === 0 ? `${opening}/>` : `${opening}>${children.join('')}</${name}>`;
}

const pair = ({ x, y }: Point): string => `${num(x)} ${num(y)}`;

function segments(points: readonly Point[], at: (index: number) => Point, count: number): string {
  let path = `M${pair(points[0])}`;
  for (let i = 0; i < count; i++) {
    const [before, from, to, after] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    const first = { x: from.x + (to.x - before.x) / 6, y: from.y + (to.y - before.y) / 6 };
    const second = { x: to.x - (after.x - from.x) / 6, y: to.y - (after.y - from.y) / 6 };
    path += `C${pair(first)} ${pair(second)} ${pair(to)}`;
  }
  return path;
}

/** A closed path through the points, smooth at each (Catmull–Rom as Béziers). */
export function smoothClosed(points: readonly Point[]): string {
  const n = points.length;
  return `${segments(points, (i) => points[(i + n) % n], n)}Z`;
}

/** An open path through the points, smooth at each. */
export function smoothOpen(points: readonly Point[]): string {
  const last = points.length - 1;
  return segments(points, (i) => points[Math.min(last, Math.max(0, i))], last);
}

/** A closed path of several smooth runs, with a corner where one ends and the next begins. */
export function smoothRuns(...runs: readonly (readonly Point[])[]): string {
  const joined = runs.map(smoothOpen).map((path, i) => (i === 0 ? path : `L${path.slice(1)}`));
  return `${joined.join('')}Z`;
}

/** A gradient along a line, in the drawing's units. */
export function linearGradient(id: string, from: Point, to: Point, stops: readonly GradientStop[]): string {
  return element(
    'linearGradient',
    { id, gradientUnits: 'userSpaceOnUse', x1: from.x, y1: from.y, x2: to.x, y2: to.y },
    stops.map(stopElement),
  );
}

/** A gradient around a point, in the drawing's units. */
export function radialGradient(
  id: string,
  centre: Point,
  radius: number,
  stops: readonly GradientStop[],
): string {
  return element(
    'radialGradient',
    { id, gradientUnits: 'userSpaceOnUse', cx: centre.x, cy: centre.y, r: radius },
    stops.map(stopElement),
  );
}

/** A gradient that fades out towards the edge of whatever round thing it fills. */
export function softSpot(id: string, colour: string): string {
  return element(
    'radialGradient',
    { id },
    [
      { at: 0, colour, opacity: 1 },
      { at: 0.55, colour, opacity: 0.75 },
      { at: 1, colour, opacity: 0 },
    ].map(stopElement),
  );
}

export interface GradientStop {
  readonly at: number;
  readonly colour: string;
  readonly opacity?: number;
}

const stopElement = ({ at, colour, opacity }: GradientStop): string =>
  element('stop', { offset: at, 'stop-color': colour, 'stop-opacity': opacity });
