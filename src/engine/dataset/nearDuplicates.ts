import { type Fingerprint, THUMB_SIDE } from './fingerprint.ts';

/** Hashes this many bits apart may be of one picture; the pigeonhole below needs it under CHUNKS. */
const MAX_BITS = 7;
const CHUNKS = 8;
/**
 * Largest difference of one cell, in levels of 255. Measured (decision 0003): saving or doubling a drawing
 * again makes at most 24, the most alike of different emoji, faces and shapes differ by 31 and more.
 */
const MAX_CELL_DIFFERENCE = 24;
/** Keeps flat pictures of different colours apart. */
const MAX_MEAN_DIFFERENCE = 3;
const THUMB_BYTES = THUMB_SIDE * THUMB_SIDE * 4;

/** The pictures that were kept, to be asked for one that looks the same. */
export interface NearDuplicates {
  /** The earliest picture that looks the same as this one, as the number that `add` gave; -1 for none. */
  find(print: Fingerprint): number;
  /** Numbers the pictures from 0. */
  add(print: Fingerprint): number;
}

/**
 * Finds near-duplicates: the same picture saved again, at another size or quality. The hash only nominates,
 * since drawings that differ in a small part share it; what decides is that no cell of the small colour
 * copies differs. Hashes at most 7 bits apart agree in at least one of 8 bytes, so only pictures that share
 * a byte in place are looked at (multi-index hashing: M. Norouzi et al., CVPR 2012).
 */
export function createNearDuplicates(): NearDuplicates {
  const buckets = Array.from({ length: CHUNKS * 256 }, (): number[] => []);
  const lows: number[] = [];
  const highs: number[] = [];
  const thumbs: Uint8Array[] = [];

  return {
    find(print) {
      let best = -1;
      for (let chunk = 0; chunk < CHUNKS; chunk++) {
        for (const candidate of bucketOf(buckets, print.low, print.high, chunk)) {
          if (best >= 0 && candidate >= best) break; // A bucket is in rising order, and the earliest is wanted.
          const low = lows[candidate] ^ print.low;
          const high = highs[candidate] ^ print.high;
          if (popcount(low) + popcount(high) > MAX_BITS || sharesEarlier(low, high, chunk)) continue;
          if (looksTheSame(thumbs[candidate], print.thumb)) best = candidate;
        }
      }
      return best;
    },
    add(print) {
      const number = thumbs.length;
      lows.push(print.low | 0);
      highs.push(print.high | 0);
      thumbs.push(print.thumb);
      for (let chunk = 0; chunk < CHUNKS; chunk++)
        bucketOf(buckets, print.low, print.high, chunk).push(number);
      return number;
    },
  };
}

function bucketOf(buckets: readonly number[][], low: number, high: number, chunk: number): number[] {
  const byte = ((chunk < 4 ? low : high) >>> (8 * (chunk & 3))) & 0xff;
  return buckets[chunk * 256 + byte];
}

/** Whether a candidate stood in the bucket of an earlier byte too, hence was looked at; from the differing bits. */
function sharesEarlier(low: number, high: number, chunk: number): boolean {
  for (let earlier = 0; earlier < chunk; earlier++) {
    if ((((earlier < 4 ? low : high) >>> (8 * (earlier & 3))) & 0xff) === 0) return true;
  }
  return false;
}

function popcount(bits: number): number {
  let v = bits - ((bits >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** An odd stride through all bytes: a difference in any part of the picture shows early. */
const STRIDE = 397;

/** Stops at the first cell that differs: most candidates do, soon. */
function looksTheSame(a: Uint8Array, b: Uint8Array): boolean {
  let sum = 0;
  for (let i = 0; i < THUMB_BYTES; i++) {
    const at = (i * STRIDE) % THUMB_BYTES;
    const difference = Math.abs(a[at] - b[at]);
    if (difference > MAX_CELL_DIFFERENCE) return false;
    sum += difference;
  }
  return sum <= MAX_MEAN_DIFFERENCE * THUMB_BYTES;
}
