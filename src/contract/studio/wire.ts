import type { ErrorCode } from '../errors.ts';
import type { Progress } from '../progress.ts';

/**
 * A two-way line of messages between a client and the engine: a MessagePort, a WebSocket, or two arrays in a
 * test. Messages are values that the structured clone algorithm takes; a wire that has only bytes encodes
 * them itself. Views must own their buffer: a clone takes the whole buffer along.
 */
export interface Wire {
  send(message: unknown): void;
  /** The one listener; messages that came before it are kept for it. */
  receive(listener: (message: unknown) => void): void;
  /** Called once, when the other side is gone. */
  closed(listener: () => void): void;
  close(): void;
}

/** What a client may call on the engine's side of a wire. */
export interface EngineSide {
  call(id: number, method: string, input: unknown): Promise<Answer>;
  /** Gives up a call: it then fails with `cancelled`. */
  cancel(id: number): Promise<void>;
  subscribe(topic: string): Promise<void>;
  unsubscribe(topic: string): Promise<void>;
}

/** What the engine may call on the client's side; it sends no newer value until this one was taken. */
export interface ClientSide {
  publish(topic: string, value: unknown): Promise<void>;
  /** How far a call has come; those that take a moment only tell nothing. */
  progress(id: number, progress: Progress): Promise<void>;
}

/** Errors travel as values, so that their code survives every kind of wire. */
export type Answer =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly code: ErrorCode | 'defect'; readonly message: string };
