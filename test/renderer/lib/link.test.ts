import { createBirpc } from 'birpc';
import { describe, expect, it } from 'vitest';
import type { Shell } from '../../../src/contract/studio/shell.ts';
import type { EngineState } from '../../../src/contract/studio/state.ts';
import type { ClientSide, EngineSide, Wire } from '../../../src/contract/studio/wire.ts';
import { Link } from '../../../src/renderer/lib/link.ts';

const stateOf = (session: string): EngineState => ({
  version: '1',
  session,
  backend: null,
  residentBytes: 0,
  projectsFolder: '/projects',
});

/** An engine of a line of its own, which answers hello and tells of itself; `cut` breaks the line. */
function engine(session: string): { wire: Wire; cut: () => void; heard: string[] } {
  const heard: string[] = [];
  const toWindow: ((message: unknown) => void)[] = [];
  const toEngine: ((message: unknown) => void)[] = [];
  const gone: (() => void)[] = [];
  const later = (receivers: ((message: unknown) => void)[]) => (message: unknown) => {
    queueMicrotask(() => receivers.forEach((receive) => receive(message)));
  };
  const rpc = createBirpc<ClientSide, EngineSide>(
    {
      call: (_id, method) => {
        heard.push(method);
        // What is asked of an engine that is about to go gets no answer.
        if (method === 'jobs.list') return new Promise<never>(() => undefined);
        return Promise.resolve({ ok: true, output: stateOf(session) });
      },
      cancel: () => Promise.resolve(),
      subscribe: async (topic) => {
        heard.push(`+${topic}`);
        await rpc.publish(topic, stateOf(session));
      },
      unsubscribe: (topic) => {
        heard.push(`-${topic}`);
        return Promise.resolve();
      },
    },
    { post: later(toWindow), on: (receive) => toEngine.push(receive) },
  );
  return {
    heard,
    wire: {
      send: later(toEngine),
      receive: (listener) => toWindow.push(listener),
      closed: (listener) => gone.push(listener),
      close: () => undefined,
    },
    cut: () => gone.splice(0).forEach((tell) => tell()),
  };
}

/** A shell whose lines lead to these engines, one after the other; null is a failure. */
function shellOf(lines: (Wire | null)[]): Shell {
  return {
    kind: 'browser',
    connect: () => {
      const wire = lines.shift();
      return wire ? Promise.resolve(wire) : Promise.reject(new Error('nobody there'));
    },
    pathsOf: () => [],
    notify: () => undefined,
  };
}

describe('the line to the engine', () => {
  it('moves subscriptions over to a new line, through failures on the way', async () => {
    const [first, second] = [engine('one'), engine('two')];
    const states: string[] = [];
    const link = new Link(shellOf([first.wire, null, second.wire]), (state) => states.push(state));
    const sessions: string[] = [];
    link.on('engine', ({ session }) => sessions.push(session));
    await expect.poll(() => sessions).toEqual(['one']);
    first.cut();
    await expect.poll(() => sessions).toEqual(['one', 'two']);
    expect(states).toEqual(['open', 'lost', 'lost', 'open']);
    expect((await link.ask('engine.hello', {})).session).toBe('two');
  });

  it('lets calls fail that were under way, and keeps those that come meanwhile', async () => {
    const [first, second] = [engine('one'), engine('two')];
    const link = new Link(shellOf([first.wire, second.wire]), () => undefined);
    const lost = link.ask('jobs.list', {});
    await expect.poll(() => first.heard).toContain('jobs.list');
    first.cut();
    await expect(lost).rejects.toMatchObject({ code: 'cancelled' });
    expect((await link.ask('engine.hello', {})).session).toBe('two');
  });

  it('hears no more of what it unsubscribed from, on this line and the next', async () => {
    const [first, second] = [engine('one'), engine('two')];
    const link = new Link(shellOf([first.wire, second.wire]), () => undefined);
    const off = link.on('jobs', () => undefined);
    await expect.poll(() => first.heard).toContain('+jobs');
    off();
    await expect.poll(() => first.heard).toContain('-jobs');
    first.cut();
    await link.ask('engine.hello', {});
    expect(second.heard).toEqual(['engine.hello']);
  });
});
