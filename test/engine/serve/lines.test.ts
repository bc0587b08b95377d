import { once } from 'node:events';
import * as net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createStudioClient } from '../../../src/contract/studio/client.ts';
import { encodeMessage, MAX_REQUEST_BYTES } from '../../../src/contract/studio/codec.ts';
import { wireOverSocket } from '../../../src/contract/studio/socket.ts';
import type { Wire } from '../../../src/contract/studio/wire.ts';
import { connect } from '../../../src/engine/studio/connect.ts';
import { TopicBoard } from '../../../src/engine/studio/publisher.ts';
import { bearerOf, type House, openHouse, sendRaw, UPGRADE } from './house.ts';

let house: House;
afterEach(() => house.close());

async function socketTo({ port }: House): Promise<WebSocket> {
  const bearer = await bearerOf(house);
  return new WebSocket(`ws://127.0.0.1:${port}/wire`, { headers: { Authorization: `Bearer ${bearer}` } });
}

const lineTo = async (to: House): Promise<Wire> => wireOverSocket(await socketTo(to));

/** A client that upgrades by hand and then reads nothing, ever. */
async function deafClient({ port }: House): Promise<net.Socket> {
  const bearer = await bearerOf(house);
  const socket = net.connect(port, '127.0.0.1');
  const head = [
    'GET /wire HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    `Authorization: Bearer ${bearer}`,
    ...UPGRADE,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await once(socket, 'data');
  socket.pause();
  return socket;
}

/** A message in one masked frame, as clients send it. */
function frame(message: unknown): Buffer {
  const bytes = encodeMessage(message);
  return Buffer.concat([Buffer.from([0x82, 0x80 | bytes.byteLength, 0, 0, 0, 0]), bytes]);
}

const until = async (what: () => boolean): Promise<void> => {
  await expect.poll(what, { timeout: 10_000, interval: 20 }).toBe(true);
};

describe('a line', () => {
  it('carries messages both ways, for several clients at once', async () => {
    house = await openHouse();
    const lines = await Promise.all([lineTo(house), lineTo(house), lineTo(house)]);
    const echoes = await Promise.all(
      lines.map((line, index) => {
        line.send({ from: index, latents: new Float32Array([index, 0.5]) });
        return new Promise((resolve) => line.receive(resolve));
      }),
    );
    expect(echoes).toEqual(
      [0, 1, 2].map((index) => ({ from: index, latents: new Float32Array([index, 0.5]) })),
    );
    for (const line of lines) line.close();
  });

  it('is closed for what is no message, and for one that is too large', async () => {
    house = await openHouse();
    const closedBy = async (send: (socket: WebSocket) => void): Promise<number> => {
      const socket = await socketTo(house);
      await once(socket, 'open');
      send(socket);
      const [code] = (await once(socket, 'close')) as [number];
      return code;
    };
    expect(await closedBy((socket) => socket.send('a text'))).toBe(1003);
    expect(await closedBy((socket) => socket.send(Buffer.from([0xc1, 0xff])))).toBe(1007);
    expect(await closedBy((socket) => socket.send(Buffer.alloc(MAX_REQUEST_BYTES + 1)))).toBe(1009);
    const line = await lineTo(house);
    expect(() => line.send({ bytes: new Uint8Array(MAX_REQUEST_BYTES) })).toThrow(/in parts/);
    // None of this did any harm to the door.
    line.send('still here');
    expect(await new Promise((resolve) => line.receive(resolve))).toBe('still here');
    line.close();
  });

  it('ends when the other side is gone, and a new one can be had', async () => {
    house = await openHouse();
    const client = createStudioClient(await lineTo(house));
    const asked = client.call('engine.hello', {});
    await until(() => house.wires.length === 1);
    house.wires[0].close();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    await expect(client.call('engine.hello', {})).rejects.toMatchObject({ code: 'cancelled' });
    (await lineTo(house)).close();
    await until(() => house.wires.length === 2);
  });

  it('is not had where nothing listens', async () => {
    house = await openHouse();
    const socket = new WebSocket('ws://127.0.0.1:1/wire');
    await expect(wireOverSocket(socket)).rejects.toMatchObject({ code: 'environment' });
  });

  it('is dropped when the other side is silent', async () => {
    house = await openHouse({ lookEveryMs: 50 });
    const deaf = await deafClient(house);
    const live = await lineTo(house);
    let gone: 'deaf' | 'live' | null = null;
    house.wires[0].closed(() => (gone = 'deaf'));
    house.wires[1].closed(() => (gone = 'live'));
    await until(() => gone !== null);
    expect(gone).toBe('deaf');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(gone).toBe('deaf');
    deaf.destroy();
    live.close();
  });

  it('is told goodbye when the door closes', async () => {
    house = await openHouse();
    const socket = await socketTo(house);
    await once(socket, 'open');
    house.lines.leave();
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1001);
  });

  it('is refused beyond so many', async () => {
    house = await openHouse();
    const bearer = await bearerOf(house);
    const head = [
      'GET /wire HTTP/1.1',
      `Host: 127.0.0.1:${house.port}`,
      `Authorization: Bearer ${bearer}`,
      ...UPGRADE,
    ];
    const sockets = await Promise.all(Array.from({ length: 32 }, () => socketTo(house)));
    await Promise.all(sockets.map((socket) => once(socket, 'open')));
    expect((await sendRaw(house.port, head)).status).toBe(503);
    sockets[0].close();
    await once(sockets[0], 'close');
    await expect.poll(async () => (await sendRaw(house.port, head)).status).toBe(101);
    for (const socket of sockets) socket.close();
  });
});

describe('a client that reads nothing', () => {
  const MB = 1024 * 1024;
  const grown = async (work: () => Promise<void>): Promise<number> => {
    global.gc?.();
    const before = process.memoryUsage().rss;
    await work();
    return process.memoryUsage().rss - before;
  };

  it('is sent one value of a topic, and then the newest', async () => {
    house = await openHouse();
    const deaf = await deafClient(house);
    const board = new TopicBoard();
    let version = 0;
    let read = 0;
    const topics = {
      board,
      read: () => Promise.resolve({ version, picture: new Uint8Array(MB).fill(++read) }),
    };
    const nothing = {} as Parameters<typeof connect>[1]['handlers'];
    connect(house.wires[0], {
      topics,
      handlers: nothing,
      log: () => undefined,
      joined: () => ({ id: 1 }),
      left: () => undefined,
    });
    deaf.write(frame({ t: 'q', m: 'subscribe', a: ['jobs'], i: 'x' }));
    await until(() => read === 1);
    const more = await grown(async () => {
      for (version = 1; version <= 2000; version++) {
        board.changed('jobs');
        if (version % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    });
    expect(read).toBe(1);
    expect(more).toBeLessThan(100 * MB);
    deaf.destroy();
  });

  it('is given up when it asks for ever more', async () => {
    house = await openHouse();
    const deaf = await deafClient(house);
    const [wire] = house.wires;
    let answered = 0;
    let gone = false;
    wire.closed(() => (gone = true));
    wire.receive(() => {
      answered++;
      wire.send({ picture: new Uint8Array(4 * MB) });
    });
    const more = await grown(async () => {
      deaf.write(Buffer.concat(Array.from({ length: 1000 }, () => frame('more'))));
      await until(() => gone);
    });
    expect(answered).toBeLessThan(100);
    expect(more).toBeLessThan(500 * MB);
    deaf.destroy();
  });
});
