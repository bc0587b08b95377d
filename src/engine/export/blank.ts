import type { Frame } from './frame.ts';

/** Bytes by which a channel may differ over all frames of something that shows nothing. */
const UNSEEN = 2;

/** What frames show together. */
export interface Looked {
  /** The one colour that is all they show, as `[r, g, b, a]`; null when anything can be seen. */
  readonly flat: readonly [number, number, number, number] | null;
  /** Whether all frames are equal. */
  readonly still: boolean;
  readonly transparent: boolean;
}

/** Looks at frames as they pass: whether there is anything to be seen in them. */
export function createLook() {
  const least = [255, 255, 255, 255];
  const greatest = [0, 0, 0, 0];
  let first: Uint8Array | null = null;
  let still = true;
  let seen = false;
  const flat = (): boolean => greatest.every((value, c) => value - least[c] <= UNSEEN);
  return {
    add: ({ data, channels }: Frame): void => {
      if (first === null) first = data.slice();
      else if (still) still = first.length === data.length && first.every((value, i) => value === data[i]);
      if (seen) return;
      for (let i = 0; i < data.length; i++) {
        const [c, value] = [i % channels, data[i]];
        if (value < least[c]) least[c] = value;
        if (value > greatest[c]) greatest[c] = value;
      }
      if (channels === 3) least[3] = greatest[3] = 255;
      seen = greatest[3] > UNSEEN && !flat();
    },
    result: (): Looked => ({
      flat: first === null || seen || greatest[3] <= UNSEEN || !flat() ? null : colourOf(first),
      still,
      transparent: greatest[3] <= UNSEEN,
    }),
  };
  function colourOf(data: Uint8Array): readonly [number, number, number, number] {
    return [data[0], data[1], data[2], greatest[3]];
  }
}
