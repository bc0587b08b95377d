import { randomBytes, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Worker } from 'node:worker_threads';
import { MorphloomError } from '../../contract/errors.ts';
import { decodeText } from '../../contract/graphics/commands.ts';
import type { GraphicsAddress, GraphicsAnswer } from '../../contract/graphics/messages.ts';
import { bundleFile } from '../node/helpers/bundle-file.ts';
import { NO_ANSWER } from './webgpu-read.ts';
import { ANSWERED, HEAD_BYTES, type FromLine, type ToLine } from './window-wait.ts';

/** As much of a refusal as is told. */
const TEXT_BYTES = 8192;
/** A card that is at work for longer on one reading hangs. */
const PATIENCE_MS = 300_000;

/** Where a window can find a process that listens: in a folder of its own, or under a name that nobody guesses. */
export function newAddress(): GraphicsAddress {
  const socket =
    process.platform === 'win32'
      ? `\\\\.\\pipe\\morphloom-${randomUUID()}`
      : path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'morphloom-')), 'graphics');
  return { socket, secret: randomBytes(32).toString('hex') };
}

/** Removes what {@link newAddress} made; a process that is connected already is not disturbed. */
export function forgetAddress({ socket }: GraphicsAddress): void {
  if (process.platform !== 'win32') fs.rmSync(path.dirname(socket), { recursive: true, force: true });
}

/** The line to the hidden window that computes for this process. */
export class WindowLine {
  readonly #worker: Worker;
  readonly #address: GraphicsAddress;
  /** What the window says first. */
  readonly hello: Promise<GraphicsAnswer>;
  #ended: string | null = null;
  #lost: (how: string) => void = () => undefined;

  /** Listens there, until the window has come. */
  constructor(address: GraphicsAddress) {
    // By its text: a thread does not find files in an archive.
    const program = fs.readFileSync(bundleFile('graphics-line'), 'utf8');
    this.#address = address;
    this.#worker = new Worker(program, { eval: true, workerData: address, execArgv: [] });
    this.hello = new Promise((resolve) => {
      this.#worker.on('message', (message: FromLine) => {
        forgetAddress(address);
        if (message.kind === 'hello') return resolve(JSON.parse(decodeText(message.bytes)) as GraphicsAnswer);
        this.#end(message.how);
        resolve({ problem: `The graphics card is not used, since ${message.how}.` });
      });
      this.#worker.on('error', ({ message }) => {
        this.#end(message);
        resolve({ problem: message });
      });
    });
    // Who only waits for this line is done.
    this.#worker.unref();
  }

  /** Calls `tell`, once, when the card or its window is lost. */
  set onLost(tell: (how: string) => void) {
    this.#lost = tell;
  }

  send(message: Uint8Array<ArrayBuffer>): void {
    if (this.#ended !== null) return;
    this.#worker.postMessage({ message } satisfies ToLine, [message.buffer]);
  }

  /**
   * Sends, and waits for the answer without giving way to anything.
   * @param bytes how many are expected
   * @throws MorphloomError `environment` where the card refused, or is lost
   */
  ask(message: Uint8Array<ArrayBuffer>, bytes: number): ArrayBuffer {
    if (this.#ended !== null) throw new MorphloomError('environment', NO_ANSWER);
    const into = new SharedArrayBuffer(HEAD_BYTES + Math.max(bytes, TEXT_BYTES));
    const head = new Int32Array(into, 0, 2);
    this.#worker.postMessage({ message, into } satisfies ToLine, [message.buffer]);
    const late = Atomics.wait(head, 0, ANSWERED.not, PATIENCE_MS) === 'timed-out';
    const content = new Uint8Array(into, HEAD_BYTES, head[1]).slice();
    if (late || head[0] === ANSWERED.ended) {
      this.#end(late ? 'it gave no answer' : 'the window that lends it has ended');
      throw new MorphloomError('environment', NO_ANSWER);
    }
    if (head[0] === ANSWERED.failed)
      throw new MorphloomError('environment', `The graphics card refused to compute: ${decodeText(content)}`);
    return content.buffer;
  }

  close(): void {
    this.#ended ??= 'it was closed';
    forgetAddress(this.#address);
    void this.#worker.terminate();
  }

  #end(how: string): void {
    if (this.#ended !== null) return;
    this.#ended = how;
    this.#lost(how);
  }
}
