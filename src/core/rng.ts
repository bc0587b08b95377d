/**
 * Seeded random numbers. One generator for the whole house, so that the same seed gives the same pictures.
 * sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, passes PractRand to 2^45 bytes, integer
 * arithmetic only, hence the same on every machine.
 */
export interface Rng {
  /** A uniform integer in [0, 2^32). */
  uint32(): number;
  /** A uniform number in [0, 1), 32 bits of resolution. */
  uniform(): number;
  /** A standard normal number (Box–Muller, both halves used). */
  normal(): number;
  /** A uniform integer in [0, bound). Throws a RangeError unless 1 <= bound <= 2^32. */
  below(bound: number): number;
}

/** Mixes 32 bits until each depends on all (the finaliser of MurmurHash3, public domain). */
function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * A generator for one purpose. The key is the seed followed by whatever names the purpose: (seed, stream,
 * step). Streams with different keys are independent, so nothing has to be stored to resume a run: the noise
 * of step 812 is drawn from (seed, NOISE, 812) whoever asks, and whenever.
 * @param key non-negative integers below 2^53
 */
export function createRng(...key: readonly number[]): Rng {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  for (const part of key) {
    if (!Number.isSafeInteger(part) || part < 0) {
      throw new RangeError(`A random key is made of non-negative integers; ${part} is none.`);
    }
    a = mix32(a ^ (part >>> 0));
    b = mix32(b ^ Math.floor(part / 2 ** 32) ^ a);
    c = mix32(c + a + b);
  }
  let counter = 1;

  const uint32 = (): number => {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) uint32();

  const uniform = (): number => uint32() / 4294967296;

  let spare: number | null = null;
  const normal = (): number => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log((uint32() + 1) / 4294967296));
    const angleRadians = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angleRadians);
    return radius * Math.cos(angleRadians);
  };

  const below = (bound: number): number => {
    if (!Number.isInteger(bound) || bound < 1 || bound > 4294967296) {
      throw new RangeError(`below() takes an integer from 1 to 2^32; ${bound} is none.`);
    }
    // Rejection keeps it exactly uniform: the last, incomplete run of values is drawn again.
    const limit = 4294967296 - (4294967296 % bound);
    let value = uint32();
    while (value >= limit) value = uint32();
    return value % bound;
  };

  return { uint32, uniform, normal, below };
}

/** The streams of a run, so that no two purposes ever share one. */
export const STREAM = {
  initialWeights: 1,
  order: 2,
  posteriorNoise: 3,
  augmentation: 4,
  split: 5,
  prior: 6,
  samples: 7,
  walk: 8,
  classifier: 9,
  partNoise: 10,
} as const;

/** Shuffles in place (Fisher–Yates), and returns what it was given. */
export function shuffle<T extends { length: number; [index: number]: unknown }>(items: T, rng: Rng): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    const held = items[i];
    (items as Record<number, unknown>)[i] = items[j];
    (items as Record<number, unknown>)[j] = held;
  }
  return items;
}

/** Fills `out` with standard normal draws and returns it. */
export function fillNormal(out: Float32Array, rng: Rng): Float32Array {
  for (let i = 0; i < out.length; i++) out[i] = rng.normal();
  return out;
}
