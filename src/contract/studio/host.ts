/** Programs of the engine that need a process of their own; each is a bundle of this name beside the engine's. */
export const PROGRAMS = ['face-finder', 'prover', 'backend-trial'] as const;

/** What main starts for the engine: these, and the hidden window that lends Chromium's WebGPU. */
export const HELPERS = [...PROGRAMS, 'graphics'] as const;
export type HelperName = (typeof HELPERS)[number];

/** How the engine ends when the graphics card that it computes on is lost: a code that nothing else ends with. */
export const GRAPHICS_LOST = 86;

/** In the engine's environment: how often in a row the graphics card was lost, where it is not to be used again. */
export const WITHOUT_GRAPHICS = 'MORPHLOOM_WITHOUT_GRAPHICS';

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
