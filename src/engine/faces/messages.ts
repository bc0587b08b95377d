import type { NativeRuntime } from '../node/runtime/plan.ts';
import type { Face } from './face.ts';

/** What the finder's process is asked; bytes go as they are, by structured clone. */
export type ToFinder =
  | { readonly kind: 'open'; readonly runtime: NativeRuntime }
  | {
      readonly kind: 'look';
      readonly id: number;
      readonly width: number;
      readonly height: number;
      /** `[height, width, 3]`. */
      readonly rgb: Uint8Array;
    };

export type FromFinder =
  | { readonly kind: 'ready' }
  | { readonly kind: 'found'; readonly id: number; readonly faces: readonly Face[] }
  /** Without an id it cannot go on at all. */
  | { readonly kind: 'failed'; readonly id: number | null; readonly why: string };
