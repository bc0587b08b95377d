import type { Socket } from 'node:net';
import type { Knock, Lines } from './lines.ts';

/** What the door tells the engine's process, beside the socket of a client that was let in. */
export interface KnockMessage {
  readonly kind: 'knock';
  readonly id: number;
  readonly knock: Knock;
}

/** What the engine's process tells the door: a line is gone. */
export interface LeftMessage {
  readonly kind: 'left';
  readonly id: number;
}

const kindOf = (message: unknown): unknown =>
  typeof message === 'object' && message !== null && 'kind' in message ? message.kind : null;

export const isLeft = (message: unknown): message is LeftMessage => kindOf(message) === 'left';

/** Takes the sockets that the door hands to this process; everything else that it says goes to `hear`. */
export function takeFromDoor(lines: Lines, hear: (message: unknown) => void): void {
  process.on('message', (message, socket) => {
    if (kindOf(message) !== 'knock') return hear(message);
    const { id, knock } = message as KnockMessage;
    const left = (): void => void process.send?.({ kind: 'left', id } satisfies LeftMessage);
    // It may have gone away while it was handed over.
    if (socket === undefined) left();
    else lines.take(knock, socket as Socket, left);
  });
}
