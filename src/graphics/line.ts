import * as net from 'node:net';
import { FrameReader, headOf } from '../contract/graphics/frames.ts';
import type { GraphicsAddress } from '../contract/graphics/messages.ts';
import type { Line } from './lend.ts';

/** The process that computes may still be starting. */
const PATIENCE_MS = 20_000;
const EVERY_MS = 50;

/** The line to the process that listens there. Throws where none does for a while. */
export async function openLine({ socket, secret }: GraphicsAddress): Promise<Line> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      const open = await connect(socket);
      open.write(secret);
      return lineOver(open);
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
}

const lineOver = (socket: net.Socket): Line => ({
  hear: (tell, ended) => {
    const frames = new FrameReader(tell);
    socket.on('data', (piece: Buffer) => frames.push(piece));
    socket.on('close', ended);
  },
  send: (...parts) => {
    socket.write(headOf(parts.reduce((sum, part) => sum + part.length, 0)));
    for (const part of parts) socket.write(part);
  },
  end: () => socket.end(),
});

const connect = (path: string): Promise<net.Socket> =>
  new Promise((resolve, reject) => {
    const socket = net.connect(path);
    socket.once('connect', () => resolve(socket));
    socket.on('error', (error) => {
      socket.destroy();
      reject(error);
    });
  });
