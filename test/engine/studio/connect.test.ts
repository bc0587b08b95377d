import { describe, expect, it } from 'vitest';
import { MorphloomError } from '../../../src/contract/errors.ts';
import { createStudioClient, type StudioClient } from '../../../src/contract/studio/client.ts';
import { connect, type Door } from '../../../src/engine/studio/connect.ts';
import type { Handlers } from '../../../src/engine/studio/context.ts';
import { TopicBoard } from '../../../src/engine/studio/publisher.ts';
import { channelWire, memoryWire } from './wires.ts';

const later = (ms = 5): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A door with a few handlers, and the topic `engine`, whose value is what was set last. */
function doorWith(handlers: Partial<Handlers>) {
  const board = new TopicBoard();
  const seen = { log: [] as string[], left: 0, reads: 0, value: 0 };
  const door: Door = {
    handlers: handlers as Handlers,
    topics: {
      board,
      read: (topic) => {
        seen.reads += 1;
        return Promise.resolve(topic === 'engine' ? seen.value : undefined);
      },
    },
    log: (line) => seen.log.push(line),
    joined: () => ({ id: 7 }),
    left: () => (seen.left += 1),
  };
  const set = (value: number): void => {
    seen.value = value;
    board.changed('engine');
  };
  return { door, seen, set };
}

function linked(handlers: Partial<Handlers>) {
  const house = doorWith(handlers);
  const wire = memoryWire();
  connect(wire.engine, house.door);
  return { ...house, wire, client: createStudioClient(wire.client) };
}

/** Values of the topic `engine`, which in these tests are numbers. */
const listen = (client: StudioClient, got: unknown[]): (() => void) =>
  client.on('engine', (value) => got.push(value));

describe('connect', () => {
  it('hands checked input to the handler, with defaults filled in, and the output back', async () => {
    const { client } = linked({
      'folders.list': (input) => ({ ...input, parent: null, folders: [], pictures: 1 }) as never,
    });
    expect(await client.call('folders.list', {})).toEqual({
      path: null,
      parent: null,
      folders: [],
      pictures: 1,
    });
  });

  it('refuses input that the contract does not know, before the handler', async () => {
    let calls = 0;
    const { client, seen } = linked({ 'jobs.stop': () => (calls++, {}) as never });
    const strange: unknown[] = [
      {},
      { job: 3 },
      { job: 'a', also: 1 },
      null,
      'x',
      [],
      { job: { toString: 1 } },
    ];
    for (const input of strange) {
      await expect(client.call('jobs.stop', input as never)).rejects.toMatchObject({ code: 'usage' });
    }
    for (const method of ['jobs.explode', 'constructor', '__proto__', 'toString', '']) {
      await expect(client.call(method as never, {} as never)).rejects.toMatchObject({ code: 'usage' });
    }
    expect([calls, seen.log]).toEqual([0, []]);
  });

  it('keeps the code of errors for people, and logs defects with their stack', async () => {
    const { client, seen } = linked({
      'jobs.stop': () => Promise.reject(new MorphloomError('environment', 'The disk is full.')),
      'jobs.pause': () => {
        throw new TypeError('undefined is no function');
      },
    });
    const stopping = client.call('jobs.stop', { job: 'a' });
    await expect(stopping).rejects.toMatchObject({ code: 'environment', message: 'The disk is full.' });
    await expect(client.call('jobs.pause', { job: 'a' })).rejects.toThrow('undefined is no function');
    expect(seen.log).toHaveLength(1);
    expect(seen.log[0]).toContain('connect.test.ts');
  });

  it('aborts the call that is given up, and no other', async () => {
    const signals: AbortSignal[] = [];
    const { client } = linked({
      'jobs.stop': (_, { signal }) => {
        signals.push(signal);
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () =>
            reject(new MorphloomError('cancelled', 'Stopped, as asked.')),
          );
        });
      },
    });
    const giveUp = new AbortController();
    const calls = [
      client.call('jobs.stop', { job: 'a' }, giveUp.signal),
      client.call('jobs.stop', { job: 'b' }),
    ];
    const outcomes = calls.map((call) => call.catch((error: MorphloomError) => error.code));
    await later();
    giveUp.abort();
    expect(await outcomes[0]).toBe('cancelled');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    client.close();
    expect(await outcomes[1]).toBe('cancelled');
    expect(signals[1].aborted).toBe(true);
  });

  it('drops messages that are none of ours, and lives on', async () => {
    const { client, wire, seen } = linked({ 'jobs.list': () => [] });
    const junk = [
      null,
      1,
      'q',
      [],
      {},
      { t: 'q' },
      { t: 'q', m: 5, a: [] },
      { t: 'q', m: 'call' },
      { t: 's', i: 4 },
    ];
    for (const message of junk) wire.client.send(message);
    // Well-formed, and not to be had.
    wire.client.send({ t: 'q', m: 'constructor', a: ['x'], i: '1' });
    wire.client.send({ t: 'q', m: 'subscribe', a: [{ toString: 'x' }], i: '2' });
    wire.client.send({ t: 'q', m: 'subscribe', a: ['nonsense'], i: '3' });
    wire.client.send({ t: 'q', m: 'call', a: [{}, {}, {}], i: '4' });
    expect(await client.call('jobs.list', {})).toEqual([]);
    expect(seen.log).toHaveLength(junk.length);
  });

  it('tells a topic at once, and again whenever it changes', async () => {
    const { client, set, seen } = linked({});
    const got: unknown[] = [];
    const off = listen(client, got);
    await expect.poll(() => got).toEqual([0]);
    set(1);
    await expect.poll(() => got).toEqual([0, 1]);
    off();
    await later();
    const { reads } = seen;
    set(2);
    await later();
    expect([got, seen.reads]).toEqual([[0, 1], reads]);
  });

  it('costs one value for a client that does not answer, which then gets the newest', async () => {
    const { client, wire, set, seen } = linked({});
    const got: unknown[] = [];
    listen(client, got);
    await expect.poll(() => got).toEqual([0]);
    // That the engine has heard that it arrived.
    await later();
    wire.client.asleep = true;
    const before = wire.engine.sent.length;
    set(1);
    await expect.poll(() => wire.engine.sent.length - before).toBe(1);
    for (let value = 2; value <= 1000; value++) {
      set(value);
      if (value % 100 === 0) await later(1);
    }
    await later();
    expect(wire.engine.sent.length - before).toBe(1);
    expect(seen.reads).toBeLessThanOrEqual(3);
    wire.client.wake();
    await expect.poll(() => got).toEqual([0, 1, 1000]);
  });

  it('forgets a client whose wire closes', async () => {
    const { client, wire, set, seen } = linked({});
    const got: unknown[] = [];
    listen(client, got);
    await expect.poll(() => got).toEqual([0]);
    client.close();
    const sent = wire.engine.sent.length;
    set(5);
    await later();
    expect([seen.left, wire.engine.sent.length]).toEqual([1, sent]);
  });

  it('says nothing of a client that leaves before it has taken what it is told', async () => {
    const { client, wire, set, seen } = linked({});
    const got: unknown[] = [];
    listen(client, got);
    await expect.poll(() => got).toEqual([0]);
    wire.client.asleep = true;
    const before = wire.engine.sent.length;
    set(5);
    await expect.poll(() => wire.engine.sent.length).toBeGreaterThan(before);
    client.close();
    await later();
    expect([seen.left, seen.log]).toEqual([1, []]);
  });

  it('works the same over a real MessageChannel, with bytes on buffers of their own', async () => {
    const large = new Uint8Array(1_000_000).fill(7);
    const { door, seen } = doorWith({
      'exports.read': () => ({ bytes: large.subarray(10, 20), total: 10, type: 'image/gif' }),
    });
    const wire = channelWire();
    connect(wire.engine, door);
    const client = createStudioClient(wire.client);
    const { bytes } = await client.call('exports.read', { project: 'p', name: 'x', offset: 0, most: 10 });
    expect([bytes.length, bytes.buffer.byteLength, bytes[0]]).toEqual([10, 10, 7]);
    client.close();
    await later(50);
    expect(seen.left).toBe(1);
    await expect(client.call('jobs.list', {})).rejects.toMatchObject({ code: 'cancelled' });
  });
});
