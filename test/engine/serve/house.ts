import * as fs from 'node:fs/promises';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { type Door, type DoorOptions, openDoor } from '../../../src/engine/serve/door.ts';
import { Lines } from '../../../src/engine/serve/lines.ts';
import type { Wire } from '../../../src/contract/studio/wire.ts';

/** What only those who are in may see. */
export const INSIDE = 'the inside of the studio';

export interface House {
  readonly door: Door;
  readonly port: number;
  readonly folder: string;
  readonly lines: Lines;
  /** The lines that came through the door. */
  readonly wires: Wire[];
  close(): Promise<void>;
}

/** A door with a small page behind it, and with a studio that answers each message with itself. */
export async function openHouse({
  lookEveryMs,
  ...options
}: Partial<DoorOptions> & { lookEveryMs?: number } = {}): Promise<House> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-door-'));
  await fs.mkdir(path.join(folder, 'window', 'assets'), { recursive: true });
  await fs.writeFile(path.join(folder, 'secret.html'), 'what lies beside the window');
  await fs.writeFile(path.join(folder, 'window', 'index.html'), `<!doctype html><title>${INSIDE}</title>`);
  await fs.writeFile(path.join(folder, 'window', 'assets', 'index-Ab3_x9Zk.js'), `// ${INSIDE}`);
  await fs.symlink(path.join(folder, 'secret.html'), path.join(folder, 'window', 'link.html'));
  const wires: Wire[] = [];
  const lines = new Lines((wire) => {
    wires.push(wire);
    wire.receive((message) => wire.send(message));
  }, lookEveryMs);
  const door = await openDoor({
    receiver: lines,
    renderer: path.join(folder, 'window'),
    host: '127.0.0.1',
    port: 0,
    ...options,
  });
  return {
    door,
    port: door.port,
    folder,
    lines,
    wires,
    close: async () => {
      lines.leave();
      await door.close();
      await fs.rm(folder, { recursive: true });
    },
  };
}

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends exactly these lines, and reads what comes until the other side ends, or has switched protocols. */
export function sendRaw(port: number, lines: readonly string[], body = ''): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`));
    let text = '';
    const done = (): void => {
      socket.destroy();
      const [head, ...rest] = text.split('\r\n\r\n');
      resolve({
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
        head,
        body: rest.join('\r\n\r\n'),
      });
    };
    socket.setTimeout(10_000, () => socket.destroy(new Error(`no answer to ${lines[0]}`)));
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (text.startsWith('HTTP/1.1 101')) done();
    });
    socket.on('end', done);
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? done() : reject(error),
    );
  });
}

/** Opens the door with a link, as a browser does, and returns the cookie. */
export async function enter(house: House): Promise<string> {
  const answer = await fetch(house.door.newLink());
  const cookie = /^[^;]+/.exec(answer.headers.get('set-cookie') ?? '')?.[0];
  if (answer.status !== 200 || cookie === undefined) throw new Error(`not let in: ${answer.status}`);
  return cookie;
}

/** Opens the door with a link, as a program does, and returns the bearer. */
export async function bearerOf(house: House): Promise<string> {
  const token = new URL(house.door.newLink()).searchParams.get('token');
  const answer = await fetch(`http://127.0.0.1:${house.port}/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  return ((await answer.json()) as { bearer: string }).bearer;
}

export const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];
