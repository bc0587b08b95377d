import { MorphloomError } from '../../contract/errors.ts';
import { type Axis, linearAxis, logAxis, tickLabel } from './scale.ts';
import { textShape, type Theme } from './scene.ts';
import type { Typesetter } from './typesetter.ts';

export interface Curve {
  readonly name: string;
  /** `[x, y]`, x rising; points that are not finite are left out. */
  readonly points: readonly (readonly [number, number])[];
}

export interface ChartOptions {
  readonly curves: readonly Curve[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly xTitle: string;
  readonly theme: Theme;
  readonly typesetter: Typesetter;
}

const LEGEND_HEIGHT = 56;
const AXIS_HEIGHT = 76;
const PADDING = 28;
/** More points than this are drawn as their mean, with the spread behind it. */
const MAX_DRAWN_POINTS = 240;
/** Losses fall over several decades or over none; above this ratio a linear axis shows only the first. */
const LOG_RATIO = 30;
/** The first steps of a run are often far above the rest: the axis is made for what follows. */
const START_SHARE = 0.02;

interface Bucket {
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

function toBuckets(points: Curve['points']): Bucket[] {
  const size = Math.ceil(points.length / MAX_DRAWN_POINTS);
  const buckets: Bucket[] = [];
  for (let i = 0; i < points.length; i += size) {
    const part = points.slice(i, i + size);
    const ys = part.map(([, y]) => y);
    buckets.push({
      x: part.reduce((sum, [x]) => sum + x, 0) / part.length,
      mean: ys.reduce((sum, y) => sum + y, 0) / ys.length,
      low: Math.min(...ys),
      high: Math.max(...ys),
    });
  }
  return buckets;
}

function axesOf(series: readonly (readonly Bucket[])[]): { x: Axis; y: Axis } {
  const all = series.flat();
  const xs = all.map(({ x }) => x);
  const [first, right] = [Math.min(...xs), Math.max(...xs)];
  const left = first > 0 && first < 0.05 * right ? 0 : first;
  const x = linearAxis(left, right, 8, false);
  const [low, high] = rangeOf(all);
  if (low > 0 && high / low > LOG_RATIO) return { x, y: logAxis(low / 1.1, high * 1.1) };
  const settled = all.filter((bucket) => bucket.x >= left + START_SHARE * (right - left));
  return { x, y: linearAxis(...rangeOf(settled), 5, true) };
}

function rangeOf(buckets: readonly Bucket[]): [number, number] {
  return [Math.min(...buckets.map(({ low }) => low)), Math.max(...buckets.map(({ high }) => high))];
}

/**
 * A line chart in a panel: loss over steps, mostly. The vertical axis is logarithmic when values are positive
 * and span more than 30 : 1. Throws `input` when no curve has a finite point.
 */
export function chartShapes(options: ChartOptions): string[] {
  const { theme, typesetter, x, y, width, height } = options;
  const series = options.curves
    .map(({ name, points }) => ({ name, points: points.filter((point) => point.every(Number.isFinite)) }))
    .filter(({ points }) => points.length > 0)
    .map(({ name, points }) => ({ name, last: points.at(-1)?.[1], buckets: toBuckets(points) }));
  if (series.length === 0) {
    throw new MorphloomError('input', 'There is no curve to draw: the run has recorded no finite value yet.');
  }
  const axes = axesOf(series.map(({ buckets }) => buckets));
  const label = { size: 14, weight: 400 as const, fill: theme.faint };
  const labelWidth = Math.max(...axes.y.ticks.map((tick) => typesetter.measure(tickLabel(tick), label)));
  const left = x + PADDING + labelWidth + 14;
  const right = x + width - PADDING;
  const top = y + LEGEND_HEIGHT + 8;
  const bottom = y + height - AXIS_HEIGHT;
  const toX = (value: number): number => left + axes.x.place(value) * (right - left);
  const toY = (value: number): number => bottom - axes.y.place(value) * (bottom - top);
  const shapes = [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="14" fill="${theme.panel}"/>`,
    `<clipPath id="plot"><rect x="${left}" y="${top - 2}" width="${right - left}" height="${bottom - top + 4}"/></clipPath>`,
  ];
  for (const tick of axes.y.ticks) {
    const at = toY(tick).toFixed(1);
    shapes.push(`<path d="M${left} ${at}H${right}" stroke="${theme.line}"/>`);
    shapes.push(
      textShape(typesetter, tickLabel(tick), { ...label, x: left - 14, baseline: +at + 5, anchor: 'end' }),
    );
  }
  for (const tick of axes.x.ticks) {
    const text = { ...label, x: toX(tick), baseline: bottom + 26, anchor: 'middle' as const };
    shapes.push(textShape(typesetter, tickLabel(tick), text));
  }
  const kind = axes.y.logarithmic ? 'logarithmic scale' : 'linear scale';
  const caption = { ...label, baseline: bottom + 52 };
  shapes.push(textShape(typesetter, options.xTitle, { ...caption, x: right, anchor: 'end' }));
  shapes.push(textShape(typesetter, kind, { ...caption, x: left }));

  let legendX = left;
  const lines: string[] = [];
  series.forEach(({ name, buckets, last }, i) => {
    const colour = theme.series[i % theme.series.length];
    lines.push(...curveShapes(buckets, colour, axes.y, toX, toY));
    const style = { size: 15, weight: 500 as const };
    const value = tickLabel(Number(last));
    const baseline = y + 38;
    shapes.push(`<rect x="${legendX}" y="${baseline - 9}" width="16" height="4" rx="2" fill="${colour}"/>`);
    shapes.push(textShape(typesetter, name, { ...style, x: legendX + 26, baseline, fill: theme.text }));
    legendX += 26 + typesetter.measure(name, style) + 8;
    shapes.push(
      textShape(typesetter, value, { ...style, weight: 400, x: legendX, baseline, fill: theme.quiet }),
    );
    legendX += typesetter.measure(value, style) + 32;
  });
  return [...shapes, `<g clip-path="url(#plot)">${lines.join('')}</g>`];
}

/** The mean as a line; where points were merged, their spread as a band behind it. */
function curveShapes(
  buckets: readonly Bucket[],
  colour: string,
  axis: Axis,
  toX: (x: number) => number,
  toY: (y: number) => number,
): string[] {
  const drawable = buckets.filter(({ mean, low }) => !axis.logarithmic || (mean > 0 && low > 0));
  const at = (x: number, value: number): string => `${toX(x).toFixed(1)} ${toY(value).toFixed(1)}`;
  const line = drawable.map(({ x, mean }) => at(x, mean)).join('L');
  const upper = drawable.map(({ x, high }) => at(x, high));
  const lower = drawable.map(({ x, low }) => at(x, low)).reverse();
  return [
    `<path d="M${[...upper, ...lower].join('L')}Z" fill="${colour}" fill-opacity="0.16"/>`,
    `<path d="M${line}h0.01" fill="none" stroke="${colour}" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"/>`,
  ];
}
