/** A colour for drawing: linear OKLab coordinates (Björn Ottosson, 2020), in which mixing keeps hues clean. */
export interface Colour {
  readonly lightness: number;
  readonly a: number;
  readonly b: number;
}

const toLinear = (channel: number): number =>
  channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
const toEncoded = (channel: number): number =>
  channel <= 0.0031308 ? 12.92 * channel : 1.055 * channel ** (1 / 2.4) - 0.055;

/** Reads `#rrggbb` (sRGB). Throws a RangeError for anything else. */
export function colour(hex: string): Colour {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  if (match === null) throw new RangeError(`A colour is written #rrggbb; "${hex}" is none.`);
  const [red, green, blue] = match.slice(1).map((pair) => toLinear(parseInt(pair, 16) / 255)) as [
    number,
    number,
    number,
  ];
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return {
    lightness: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    a: 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    b: 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  };
}

/** Writes `#rrggbb` (sRGB), clipping what sRGB cannot hold. */
export function hex({ lightness, a, b }: Colour): string {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${channels
    .map((channel) => Math.round(255 * toEncoded(Math.min(1, Math.max(0, channel)))))
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')}`;
}

/** The colour that lies the share `t` (0..1) of the way from one to the other. */
export function mix(from: Colour, to: Colour, t: number): Colour {
  return {
    lightness: from.lightness + (to.lightness - from.lightness) * t,
    a: from.a + (to.a - from.a) * t,
    b: from.b + (to.b - from.b) * t,
  };
}

/** A continuous ramp through evenly spaced stops: `t` 0..1, clamped; no kink is visible between the stops. */
export function ramp(stops: readonly Colour[]): (t: number) => Colour {
  return (t) => {
    const place = Math.min(1, Math.max(0, t)) * (stops.length - 1);
    const index = Math.min(stops.length - 2, Math.floor(place));
    return mix(stops[index], stops[index + 1], place - index);
  };
}
