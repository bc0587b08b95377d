/**
 * What main tells the engine's own process, over its parent port. `connect` brings one MessagePort along, the
 * engine's end of a new line to a window; `close` asks it to commit what it has, stop its jobs and exit.
 */
export type ToHost = { readonly kind: 'connect' } | { readonly kind: 'close' };

/** What the engine's process tells main: once it can take lines. */
export interface FromHost {
  readonly kind: 'ready';
}
