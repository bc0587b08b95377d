import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { decodeMessage, encodeMessage } from '../../src/contract/studio/codec.ts';

/** What the engine told a window: a topic and its value, and when. */
export interface Told {
  readonly at: number;
  readonly topic: string;
  readonly value: unknown;
}

export interface Relay {
  readonly origin: string;
  readonly told: Told[];
  /** Whether the engine's own news are let through. */
  passes: boolean;
  /** Tells the window something in the engine's stead; resolves when the window took it. */
  tell(topic: string, value: unknown): Promise<void>;
  close(): void;
}

interface Message {
  readonly t?: string;
  readonly i?: string;
  readonly m?: string;
  readonly a?: readonly unknown[];
}

/** A relay before `serve`, so that messages can be counted, and more of them sent, over a real line. */
export async function openRelay(target: string): Promise<Relay> {
  const { host } = new URL(target);
  const told: Told[] = [];
  const taken = new Map<string, () => void>();
  let window: WebSocket | null = null;
  let sent = 0;

  const server = http.createServer((request, response) => {
    const headers = { ...request.headers, host };
    if (headers.origin !== undefined) headers.origin = target;
    const onward = http.request(`${target}${request.url}`, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  const lines = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const engine = new WebSocket(`${target.replace('http', 'ws')}${request.url}`, {
      headers: { cookie: request.headers.cookie ?? '' },
      origin: target,
    });
    engine.on('error', () => socket.destroy());
    engine.on('open', () =>
      lines.handleUpgrade(request, socket, head, (line) => {
        window = line;
        engine.on('message', (bytes: Buffer) => {
          const message = decodeMessage(bytes) as Message;
          if (message.m === 'publish') {
            told.push({ at: Date.now(), topic: String(message.a?.[0]), value: message.a?.[1] });
            if (!relay.passes) return void engine.send(encodeMessage({ t: 's', i: message.i }));
          }
          line.send(bytes);
        });
        line.on('message', (bytes: Buffer) => {
          const message = decodeMessage(bytes) as Message;
          const resolve = message.t === 's' ? taken.get(message.i ?? '') : undefined;
          if (resolve === undefined) engine.send(bytes);
          else {
            taken.delete(message.i ?? '');
            resolve();
          }
        });
        line.on('close', () => engine.close());
        engine.on('close', () => line.close());
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const relay: Relay = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told,
    passes: true,
    tell: (topic, value) =>
      new Promise((resolve) => {
        const id = `told-${sent++}`;
        taken.set(id, resolve);
        window?.send(encodeMessage({ t: 'q', m: 'publish', a: [topic, value], i: id }));
      }),
    close: () => {
      for (const line of lines.clients) line.terminate();
      server.closeAllConnections();
      server.close();
    },
  };
  return relay;
}
