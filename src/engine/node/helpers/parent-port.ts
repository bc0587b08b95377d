import type { FromHost } from '../../../contract/studio/host.ts';

/** A port of messages, as Electron gives them to its utility processes. */
export interface HelperPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** The line to main of a utility process of Electron's. */
export interface ParentPort<Port> {
  on(event: 'message', listener: (event: { data: unknown; ports: Port[] }) => void): void;
  postMessage(message: FromHost): void;
}

/** The line to main; undefined where this process is none of Electron's. */
export function parentPort<Port = HelperPort>(): ParentPort<Port> | undefined {
  return (process as NodeJS.Process & { parentPort?: ParentPort<Port> }).parentPort;
}
