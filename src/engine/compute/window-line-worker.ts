import * as net from 'node:net';
import { timingSafeEqual } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { REPLY } from '../../contract/graphics/commands.ts';
import { FrameReader, headOf } from '../../contract/graphics/frames.ts';
import type { GraphicsAddress } from '../../contract/graphics/messages.ts';
import { ANSWERED, HEAD_BYTES, type FromLine, type ToLine } from './window-wait.ts';

/**
 * The thread that holds the line to the hidden window, so that the thread that computes can wait for an answer
 * without giving way: it sleeps until this one has put the answer into memory that both have.
 */
const { socket: address, secret } = workerData as GraphicsAddress;

let line: net.Socket | null = null;
let awaiting: SharedArrayBuffer | null = null;
let greeted = false;

const tell = (message: FromLine): void => parentPort?.postMessage(message);

/** Wakes who waits. */
function settle(how: number, bytes: Uint8Array): void {
  if (awaiting === null) return;
  const head = new Int32Array(awaiting, 0, 2);
  const into = new Uint8Array(awaiting, HEAD_BYTES);
  const content = bytes.subarray(0, into.length);
  into.set(content);
  head[1] = content.length;
  awaiting = null;
  Atomics.store(head, 0, how);
  Atomics.notify(head, 0);
}

function end(how: string): void {
  settle(ANSWERED.ended, new Uint8Array());
  tell({ kind: 'ended', how });
}

function hear(message: Uint8Array<ArrayBuffer>): void {
  if (!greeted) {
    greeted = true;
    return tell({ kind: 'hello', bytes: message });
  }
  const [kind] = new Uint32Array(message.buffer, 0, 1);
  const content = message.subarray(4);
  if (kind === REPLY.bytes) settle(ANSWERED.bytes, content);
  else if (kind === REPLY.failed) settle(ANSWERED.failed, content);
  else line?.destroy();
}

/** Takes the one that knows the secret; nobody else, and nobody after it. */
function greet(socket: net.Socket): void {
  let said = Buffer.alloc(0);
  const expected = Buffer.from(secret);
  socket.on('error', () => socket.destroy());
  const listen = (piece: Buffer): void => {
    said = Buffer.concat([said, piece]);
    if (said.length < expected.length) return;
    socket.off('data', listen);
    const isIt = timingSafeEqual(said.subarray(0, expected.length), expected);
    if (!isIt || line !== null) return void socket.destroy();
    line = socket;
    server.close();
    const frames = new FrameReader(hear);
    frames.push(said.subarray(expected.length));
    socket.on('data', (bytes: Buffer) => frames.push(bytes));
    socket.on('close', () => end('the window that lends it has ended'));
  };
  socket.on('data', listen);
}

const server = net.createServer(greet);
server.on('error', (error) => end(error.message));
server.listen(address);

parentPort?.on('message', ({ message, into }: ToLine) => {
  if (into !== undefined) awaiting = into;
  if (line === null || line.destroyed) return settle(ANSWERED.ended, new Uint8Array());
  line.write(headOf(message.length));
  line.write(message);
});
