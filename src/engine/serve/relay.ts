import type { Socket } from 'node:net';
import type { Knock, Lines } from './lines.ts';

/**
 * How the door hands the socket of a client that it let in to the engine's process. The door keeps its own
 * end until the other process says that it has the socket (`taken`), lest it is lost with a process that dies
 * just then; and only when the door has let go of it (`go`) the client is answered, lest the door reads what
 * the client then sends.
 */
export type ToEngine =
  | { readonly kind: 'knock'; readonly id: number; readonly knock: Knock }
  | { readonly kind: 'go'; readonly id: number };
/** `left`: the line is gone. */
export interface ToDoor {
  readonly kind: 'taken' | 'left';
  readonly id: number;
}

const has = (message: unknown, ...kinds: readonly string[]): boolean =>
  typeof message === 'object' &&
  message !== null &&
  'kind' in message &&
  kinds.includes(String(message.kind));

export const isToDoor = (message: unknown): message is ToDoor => has(message, 'taken', 'left');
const isToEngine = (message: unknown): message is ToEngine => has(message, 'knock', 'go');

/** Takes the sockets that the door hands to this process; everything else that it says goes to `hear`. */
export function takeFromDoor(lines: Lines, hear: (message: unknown) => void): void {
  const waiting = new Map<number, { knock: Knock; socket: Socket }>();
  const tell = (message: ToDoor): void => void process.send?.(message);
  process.on('message', (message, handle) => {
    if (!isToEngine(message)) return hear(message);
    const { id } = message;
    const left = (): void => tell({ kind: 'left', id });
    if (message.kind === 'go') {
      const client = waiting.get(id);
      waiting.delete(id);
      if (client !== undefined) lines.take(client.knock, client.socket, left);
      // It may have gone away while it was handed over.
    } else if (handle === undefined) left();
    else {
      const socket = handle as Socket;
      socket.on('error', () => socket.destroy());
      waiting.set(id, { knock: message.knock, socket });
      tell({ kind: 'taken', id });
    }
  });
}
