/**
 * What the engine and the hidden window say to each other that lends it Chromium's WebGPU: how they meet, here;
 * what is computed, in commands.ts.
 */

/** The channel on which main hands the window its port. */
export const GRAPHICS_CHANNEL = 'morphloom:graphics';

/** What the window is asked, over the port that main made. */
export interface GraphicsQuestion {
  /** Limits of WebGPU that the device is to have as high as its adapter has them. */
  readonly limits: readonly string[];
  /** Where commands come from; null where only the adapter is asked for. */
  readonly line: GraphicsAddress | null;
}

/** A socket that one process listens on until the window has come: a path, or on Windows the name of a pipe. */
export interface GraphicsAddress {
  readonly socket: string;
  /** What the window says first, so that nobody else is taken for it. */
  readonly secret: string;
}

/** What Chromium says of the adapter that it chose. */
export interface GraphicsCard {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter: boolean;
  /** "150.0.7871.46". */
  readonly chromium: string;
  /** Of those that were asked for, as the adapter has them. */
  readonly limits: Readonly<Record<string, number>>;
}

/** The window's answer, on the port and as the line's first message. */
export type GraphicsAnswer = { readonly card: GraphicsCard } | { readonly problem: string };
