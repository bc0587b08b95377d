import { MessageChannel } from 'node:worker_threads';
import type { Wire } from '../../../src/contract/studio/wire.ts';
import { portWire } from '../../../src/engine/studio/wires.ts';

/** One end of a line in memory. */
class MemoryEnd implements Wire {
  other: MemoryEnd | null = null;
  #listener: ((message: unknown) => void) | null = null;
  readonly #early: unknown[] = [];
  readonly #closed: (() => void)[] = [];
  #open = true;
  /** Every message that this end sent. */
  readonly sent: unknown[] = [];
  /** While true, what arrives here is kept back. */
  asleep = false;

  send(message: unknown): void {
    if (!this.#open) return;
    // As a real line does it: a clone, at another time; functions and classes do not get through.
    const clone = structuredClone(message);
    this.sent.push(clone);
    setImmediate(() => this.other?.arrive(clone));
  }
  arrive(message: unknown): void {
    if (this.#listener === null || this.asleep) this.#early.push(message);
    else this.#listener(message);
  }
  wake(): void {
    this.asleep = false;
    for (const message of this.#early.splice(0)) this.#listener?.(message);
  }
  receive(listener: (message: unknown) => void): void {
    this.#listener = listener;
    for (const message of this.#early.splice(0)) listener(message);
  }
  closed(listener: () => void): void {
    this.#closed.push(listener);
  }
  close(): void {
    for (const end of [this, this.other]) end?.gone();
  }
  gone(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const tell of this.#closed) tell();
  }
}

/** Both ends of a line in memory that clones as a MessagePort does. */
export function memoryWire(): { engine: MemoryEnd; client: MemoryEnd } {
  const [engine, client] = [new MemoryEnd(), new MemoryEnd()];
  engine.other = client;
  client.other = engine;
  return { engine, client };
}

/** Both ends of a real MessageChannel. */
export function channelWire(): { engine: Wire; client: Wire } {
  const { port1, port2 } = new MessageChannel();
  return { engine: portWire(port1), client: portWire(port2) };
}
