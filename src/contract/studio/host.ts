/** Programs of the engine that need a process of their own; each is a bundle of this name beside the engine's. */
export const HELPERS = ['face-finder', 'prover'] as const;
export type HelperName = (typeof HELPERS)[number];

/**
 * What main tells the engine's own process, over its parent port. `connect` brings one MessagePort along, the
 * engine's end of a new line to a window; `close` asks it to commit what it has, stop its jobs and exit;
 * `helper` brings the engine's end of a line to a helper that it asked for, `helperEnded` says how one ended.
 */
export type ToHost =
  | { readonly kind: 'connect' }
  | { readonly kind: 'close' }
  | { readonly kind: 'helper'; readonly id: number }
  | { readonly kind: 'helperEnded'; readonly id: number; readonly how: string };

/**
 * What the engine's process tells main: that it can take lines; and which helpers main is to start and to end
 * for it, since a packed app lets nobody but main start a process of Node's.
 */
export type FromHost =
  | { readonly kind: 'ready' }
  | { readonly kind: 'startHelper'; readonly id: number; readonly name: HelperName }
  | { readonly kind: 'endHelper'; readonly id: number };
