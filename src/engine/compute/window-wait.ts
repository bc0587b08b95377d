/** How the thread that computes and the one that holds the line to the window speak. */

/** What is to be sent, and where an answer to it goes. */
export interface ToLine {
  readonly message: Uint8Array<ArrayBuffer>;
  readonly into?: SharedArrayBuffer;
}

export type FromLine =
  { readonly kind: 'hello'; readonly bytes: Uint8Array } | { readonly kind: 'ended'; readonly how: string };

/** The memory that is waited on begins with two words: how the wait ended, and how many bytes follow. */
export const HEAD_BYTES = 8;
export const ANSWERED = { not: 0, bytes: 1, failed: 2, ended: 3 } as const;
