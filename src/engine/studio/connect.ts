import { createBirpc } from 'birpc';
import { z } from 'zod';
import { MorphloomError } from '../../contract/errors.ts';
import { isMethod, procedures } from '../../contract/studio/api.ts';
import type { OnProgress, Progress } from '../../contract/progress.ts';
import type { Answer, ClientSide, EngineSide, Wire } from '../../contract/studio/wire.ts';
import type { Call, Client, Handlers } from './context.ts';
import { ownViews } from './views.ts';
import { follow, type TopicSource } from './publisher.ts';

/** What a client reaches through its wire. */
export interface Door {
  readonly handlers: Handlers;
  readonly topics: TopicSource;
  readonly log: (line: string) => void;
  joined(): Client;
  left(client: Client): void;
}

const TOPIC = /^(engine|jobs|films|(project|training|look|arrivals):.{1,4096})$/s;
/** More than any window has use for. */
const MOST_SUBSCRIPTIONS = 200;

/**
 * Serves one client until its wire closes; what it asked for and did not get by then is given up. Nothing
 * that comes through a wire is trusted: not the shape of messages, not the names, not the input.
 */
export function connect(wire: Wire, door: Door): void {
  const client = door.joined();
  const calls = new Map<number, AbortController>();
  const subscriptions = new Map<string, () => void>();

  const functions: EngineSide = {
    call: async (id, method, input) => {
      const controller = new AbortController();
      if (typeof id === 'number') calls.set(id, controller);
      try {
        const onProgress = teller((progress) => rpc.progress(id, progress));
        return await answer(door, method, input, { client, signal: controller.signal, onProgress });
      } finally {
        if (calls.get(id) === controller) calls.delete(id);
      }
    },
    cancel: (id) => {
      calls.get(id)?.abort();
      return Promise.resolve();
    },
    subscribe: (topic) => {
      if (typeof topic !== 'string' || !TOPIC.test(topic)) return Promise.resolve();
      if (subscriptions.has(topic) || subscriptions.size >= MOST_SUBSCRIPTIONS) return Promise.resolve();
      const send = async (value: unknown): Promise<void> => rpc.publish(topic, ownViews(value));
      const failed = (error: unknown): void => door.log(`Topic "${topic}": ${describe(error)}`);
      subscriptions.set(topic, follow(topic, client, door.topics, send, failed));
      return Promise.resolve();
    },
    unsubscribe: (topic) => {
      subscriptions.get(topic)?.();
      subscriptions.delete(topic);
      return Promise.resolve();
    },
  };

  let gone = false;
  const rpc = createBirpc<ClientSide, EngineSide>(functions, {
    post: (message: unknown) => wire.send(message),
    on: (receive) => {
      wire.receive((message) => {
        if (isEnvelope(message)) receive(message);
        else door.log('A message that is none of ours was dropped.');
      });
    },
    // Only names of our own: an object's inherited functions are nobody's to call.
    resolver: (name, found) => (Object.hasOwn(functions, name) ? found : undefined),
    timeout: -1,
    onGeneralError: (error) => {
      // Who left while something was said is not missed.
      if (!gone) door.log(`A message could not be passed on: ${describe(error)}`);
      return true;
    },
  });

  wire.closed(() => {
    gone = true;
    for (const end of subscriptions.values()) end();
    for (const controller of calls.values()) controller.abort();
    subscriptions.clear();
    rpc.$close();
    door.left(client);
  });
}

const PROGRESS_EVERY_MS = 100;

/**
 * Passes progress on ten times a second at most, the first at once, and only once the client took what was told
 * before.
 */
function teller(tell: (progress: Progress) => Promise<void>): OnProgress {
  let toldAt = -Infinity;
  let telling = false;
  return (progress) => {
    const now = performance.now();
    if (telling || now - toldAt < PROGRESS_EVERY_MS) return;
    toldAt = now;
    telling = true;
    // A line that breaks ends the call as well.
    tell(progress)
      .catch(() => undefined)
      .finally(() => (telling = false));
  };
}

async function answer(door: Door, method: unknown, input: unknown, call: Call): Promise<Answer> {
  try {
    if (typeof method !== 'string' || !isMethod(method)) {
      throw new MorphloomError(
        'usage',
        `The engine offers no "${String(method)}"; is the window of another version?`,
      );
    }
    const checked = procedures[method].input.safeParse(input);
    if (!checked.success) throw new MorphloomError('usage', describeIssue(method, checked.error));
    const handle = door.handlers[method] as (input: unknown, call: Call) => unknown;
    return { ok: true, output: ownViews(await handle(checked.data, call)) };
  } catch (error) {
    if (error instanceof MorphloomError) return { ok: false, code: error.code, message: error.message };
    door.log(`A defect in "${String(method)}": ${describe(error)}`);
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, code: 'defect', message };
  }
}

function describeIssue(method: string, error: z.ZodError): string {
  const [issue] = error.issues;
  const where = issue.path.length === 0 ? '' : ` at "${issue.path.map(String).join('.')}"`;
  return `"${method}" was asked in a way that it cannot be${where}: ${issue.message}.`;
}

/** As birpc writes its messages: a question with a method and its arguments, or an answer. */
const envelope = z.union([
  z.looseObject({
    t: z.literal('q'),
    m: z.string(),
    a: z.array(z.unknown()).max(8),
    i: z.string().optional(),
  }),
  z.looseObject({ t: z.literal('s'), i: z.string() }),
]);
const isEnvelope = (message: unknown): boolean => envelope.safeParse(message).success;

export const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
