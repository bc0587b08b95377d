import { createRng, STREAM, type Rng } from '../../core/rng.ts';

/** How an attribute is drawn at random, and what its number means. */
export interface AttributeSpec {
  readonly min: number;
  readonly max: number;
  /** `continuous` moves the drawing smoothly; `binary` is 0 or 1; `category` counts kinds, which have no order. */
  readonly kind: 'continuous' | 'binary' | 'category';
  readonly meaning: string;
  /** The share of people that have it at all; the others have `min`. Everyone, where it is left out. */
  readonly share?: number;
  /** The exponent of a uniform draw, where the range is not drawn evenly: below 1 favours the upper end. */
  readonly exponent?: number;
}

/** Hair styles by number, as `hairStyle` has them. */
export const HAIR_STYLES = ['bald', 'short', 'bob', 'long', 'curly', 'bun', 'quiff', 'pigtails'] as const;
/** Frames by number, as `glassesStyle` has them. */
export const GLASSES_STYLES = ['round', 'square', 'cat-eye'] as const;

/**
 * Every attribute of a face, in the order of the CSV's columns. All are independent of each other: what a model
 * finds out about one says nothing about another, which is what gives disentanglement a ground truth.
 * Left and right are the picture's.
 */
export const FACE_ATTRIBUTES = {
  smile: {
    min: -1,
    max: 1,
    kind: 'continuous',
    meaning: 'sad mouth .. open, laughing mouth',
    exponent: 0.55,
  },
  glasses: { min: 0, max: 1, kind: 'binary', meaning: 'wears glasses', share: 0.35 },
  glassesStyle: {
    min: 0,
    max: GLASSES_STYLES.length - 1,
    kind: 'category',
    meaning: 'round, square, cat-eye; moot without glasses',
  },
  hairStyle: {
    min: 0,
    max: HAIR_STYLES.length - 1,
    kind: 'category',
    meaning: 'bald, short, bob, long, curly, bun, quiff, pigtails',
  },
  hair: { min: 0, max: 1, kind: 'continuous', meaning: 'length or volume of the hair' },
  hairColour: { min: 0, max: 1, kind: 'continuous', meaning: 'black, brown, auburn, copper, blond, silver' },
  age: { min: 0, max: 1, kind: 'continuous', meaning: 'no lines .. deep lines' },
  gazeX: { min: -1, max: 1, kind: 'continuous', meaning: 'looks left .. right' },
  gazeY: { min: -1, max: 1, kind: 'continuous', meaning: 'looks up .. down' },
  skinTone: { min: 0, max: 1, kind: 'continuous', meaning: 'light .. deep' },
  yaw: { min: -20, max: 20, kind: 'continuous', meaning: 'degrees; the head turns left .. right' },
  roll: { min: -8, max: 8, kind: 'continuous', meaning: 'degrees; the head tilts left .. right' },
  faceWidth: { min: -1, max: 1, kind: 'continuous', meaning: 'narrow .. wide' },
  browAngle: { min: -1, max: 1, kind: 'continuous', meaning: 'worried .. determined' },
  eyeSize: { min: 0, max: 1, kind: 'continuous', meaning: 'small .. large' },
  freckles: { min: 0, max: 1, kind: 'continuous', meaning: 'none .. many', share: 0.3 },
  blush: { min: 0, max: 1, kind: 'continuous', meaning: 'pale .. rosy cheeks' },
  beard: { min: 0, max: 1, kind: 'continuous', meaning: 'none, stubble .. long', share: 0.25 },
  moustache: { min: 0, max: 1, kind: 'continuous', meaning: 'none .. full', share: 0.25 },
  earrings: { min: 0, max: 1, kind: 'binary', meaning: 'wears earrings', share: 0.3 },
  clothes: {
    min: 0,
    max: 1,
    kind: 'continuous',
    meaning: 'colour of the jumper, red .. green .. blue .. rose',
  },
  background: {
    min: 0,
    max: 1,
    kind: 'continuous',
    meaning: 'colour of the background, peach .. green .. blue .. rose',
  },
} as const satisfies Readonly<Record<string, AttributeSpec>>;

export type FaceAttribute = keyof typeof FACE_ATTRIBUTES;
/** One face: a number for each attribute, within its range. */
export type FaceParameters = Readonly<Record<FaceAttribute, number>>;

/** The attributes, in the order of the columns. */
export const FACE_ATTRIBUTE_NAMES = Object.keys(FACE_ATTRIBUTES) as readonly FaceAttribute[];

function draw(spec: AttributeSpec, rng: Rng): number {
  // Both draws are always made, so that a changed share moves no other attribute.
  const has = rng.uniform() < (spec.share ?? 1);
  const place = rng.uniform() ** (spec.exponent ?? 1);
  if (spec.kind === 'binary') return has ? spec.max : spec.min;
  if (spec.kind === 'category') return Math.floor(spec.min + place * (spec.max - spec.min + 1));
  if (!has) return spec.min;
  // Four decimals are finer than the picture, and keep the CSV exact and readable.
  return Math.round((spec.min + place * (spec.max - spec.min)) * 1e4) / 1e4;
}

/**
 * The face number `index` of the series `seed`: every attribute is drawn by itself, over its range or for the
 * share of people that have it; evenly, but for the smile: there are more happy people than sad ones. A face
 * does not depend on how many are drawn.
 */
export function faceParameters(seed: number, index: number): FaceParameters {
  const rng = createRng(seed, STREAM.samples, 0, index);
  return Object.fromEntries(
    FACE_ATTRIBUTE_NAMES.map((name) => [name, draw(FACE_ATTRIBUTES[name], rng)]),
  ) as FaceParameters;
}
