import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MorphloomError } from '../../../src/contract/errors.ts';
import type { Job } from '../../../src/contract/studio/state.ts';
import { type JobRequest, jobRequestSchema } from '../../../src/engine/studio/job-requests.ts';
import type { JobContext, Work } from '../../../src/engine/studio/job.ts';
import { Jobs } from '../../../src/engine/studio/jobs.ts';
import { Journal } from '../../../src/engine/studio/journal.ts';
import { TopicBoard } from '../../../src/engine/studio/publisher.ts';

const train = (project: string, run: string | null = null): JobRequest => ({
  kind: 'train',
  project,
  recipe: 'sketch',
  settings: {},
  budget: { kind: 'steps', steps: 1 },
  seed: 0,
  run,
});
const exporting = (name: string): JobRequest =>
  jobRequestSchema.parse({
    kind: 'export',
    project: '/a',
    timeline: {
      schema: 1,
      name: 'Loop',
      keyframes: [{ key: 'one', place: { kind: 'picture', id: '0'.repeat(32) } }],
      seconds: 1,
      framesPerSecond: 10,
    },
    settings: { format: 'gif', name },
    out: `/a/exports/${name}.gif`,
  });
const edit = (project: string): JobRequest => ({ kind: 'edit', project, changes: [] });

/** Work that goes on until the test says how it ends. */
class Hands {
  readonly begun: {
    request: JobRequest;
    context: JobContext;
    end: (outcome: 'done' | 'stopped' | Error) => void;
  }[] = [];
  /** What two jobs at a time begin first is open. */
  of({ id }: Job): Hands['begun'][number] {
    return this.begun.find(({ context }) => context.job === id) as Hands['begun'][number];
  }
  readonly work: Work = (request, context) =>
    new Promise((resolve, reject) => {
      const end = (outcome: 'done' | 'stopped' | Error): void =>
        typeof outcome === 'string' ? resolve(outcome) : reject(outcome);
      this.begun.push({ request, context, end });
    });
}

describe('jobs', () => {
  let folder: string;
  let journal: Journal;
  let jobs: Jobs;
  let hands: Hands;
  const log: string[] = [];
  const open = async (): Promise<void> => {
    journal = await Journal.open(folder, (line) => log.push(line));
    hands = new Hands();
    jobs = new Jobs(journal, hands.work, new TopicBoard(), (line) => log.push(line));
    await jobs.recover();
  };
  const until = async (wanted: () => boolean): Promise<void> => {
    while (!wanted()) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  const state = ({ id }: Job): string => jobs.get(id).state;

  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-jobs-'));
    log.length = 0;
    await open();
  });
  afterEach(async () => {
    await journal.close();
    await fs.rm(folder, { recursive: true, force: true });
  });

  it('trains one at a time, in order, whichever the project, and lets other work pass', async () => {
    const [one, two] = [await jobs.start(train('/a'), 'one'), await jobs.start(train('/b'), 'two')];
    const beside = await jobs.start(edit('/a'), 'beside');
    await until(() => hands.begun.length === 2);
    expect([state(one), state(two), state(beside)]).toEqual(['running', 'queued', 'running']);
    hands.begun[0].end('done');
    await until(() => hands.begun.length === 3);
    expect([state(one), state(two)]).toEqual(['done', 'running']);
    expect(jobs.list().map(({ title }) => title)).toEqual(['beside', 'two', 'one']);
  });

  it('does once what was asked for twice before it began', async () => {
    await jobs.start(edit('/a'), 'now');
    const [one, two] = [await jobs.start(edit('/a'), 'next'), await jobs.start(edit('/a'), 'next')];
    expect(one.id).toBe(two.id);
    expect(jobs.list()).toHaveLength(2);
  });

  it('pauses, goes on and stops training; gives anything else up', async () => {
    const [training, other] = [
      await jobs.start(train('/a'), 'training'),
      await jobs.start(edit('/a'), 'edit'),
    ];
    await until(() => hands.begun.length === 2);
    const { context, end } = hands.begun[0];
    expect((await jobs.pause(training.id)).state).toBe('paused');
    expect(context.control.paused).not.toBeNull();
    expect((await jobs.resume(training.id)).state).toBe('running');
    expect(context.control.paused).toBeNull();
    await expect(jobs.pause(other.id)).rejects.toMatchObject({ code: 'usage' });
    await expect(jobs.dismiss(training.id)).rejects.toMatchObject({ code: 'usage' });

    expect((await jobs.stop(training.id)).state).toBe('stopping');
    expect([context.control.stopped, context.signal.aborted]).toEqual([true, true]);
    end('stopped');
    await until(() => state(training) === 'done');

    await jobs.stop(other.id);
    hands.begun[1].end(new MorphloomError('cancelled', 'Stopped, as asked.'));
    await until(() => state(other) === 'cancelled');
    expect(jobs.get(other.id).error).toBeNull();
    await jobs.dismiss(other.id);
    expect(() => jobs.get(other.id)).toThrow(MorphloomError);
  });

  it('says what went wrong, for people or for us', async () => {
    const [one, two] = [await jobs.start(edit('/a'), 'one'), await jobs.start(edit('/b'), 'two')];
    await until(() => hands.begun.length === 2);
    hands.of(one).end(new MorphloomError('input', 'No usable picture.'));
    hands.of(two).end(new TypeError('oh'));
    await until(() => state(one) === 'failed' && state(two) === 'failed');
    expect(jobs.get(one.id).error).toEqual({ code: 'input', message: 'No usable picture.' });
    expect(jobs.get(two.id).error).toEqual({ code: 'defect', message: 'oh' });
    expect(log).toEqual([expect.stringContaining('jobs.test.ts')]);
  });

  it('comes back as interrupted when the engine ended without a word, and goes on with the run', async () => {
    const running = await jobs.start(train('/a'), 'running');
    const waiting = await jobs.start(train('/b'), 'waiting');
    const finished = await jobs.start(edit('/a'), 'finished');
    await until(() => hands.begun.length === 2);
    hands.of(running).context.setRun('001-sketch');
    await hands.of(running).context.keep(train('/a', '001-sketch'));
    hands.of(finished).end('done');
    await until(() => state(finished) === 'done');
    await journal.close();

    await open();
    expect([state(running), state(waiting), state(finished)]).toEqual(['interrupted', 'interrupted', 'done']);
    expect(jobs.get(running.id)).toMatchObject({ run: '001-sketch', progress: null });
    await jobs.resume(running.id);
    await until(() => hands.begun.length === 1);
    expect(hands.begun[0].request).toMatchObject({ kind: 'train', run: '001-sketch' });
    await expect(jobs.resume(finished.id)).rejects.toMatchObject({ code: 'usage' });
  });

  it('no longer offers a run that is gone on with by itself', async () => {
    const before = await jobs.start(train('/a', '001-sketch'), 'before');
    await until(() => hands.begun.length === 1);
    await journal.close();
    await open();
    await jobs.start(train('/a', '001-sketch'), 'by itself');
    expect(() => jobs.get(before.id)).toThrow(MorphloomError);
  });

  it('ends well: training commits, and is offered the next time', async () => {
    const training = await jobs.start(train('/a'), 'training');
    const waiting = await jobs.start(train('/b'), 'waiting');
    await until(() => hands.begun.length === 1);
    const closing = jobs.close();
    expect(hands.begun[0].context.control.stopped).toBe(true);
    hands.begun[0].end('stopped');
    await closing;
    await journal.close();
    await open();
    expect([state(training), state(waiting)]).toEqual(['interrupted', 'interrupted']);
  });

  it('keeps its queue of exports: what waited goes on, what ran is begun anew unless it may be to blame', async () => {
    const [first, second] = [
      await jobs.start(exporting('one'), 'one'),
      await jobs.start(exporting('two'), 'two'),
    ];
    await until(() => hands.begun.length === 1);
    const closing = jobs.close();
    hands.of(first).end(new MorphloomError('cancelled', 'Stopped.'));
    await closing;
    await journal.close();
    await open();
    await until(() => hands.begun.length === 1);
    expect([state(first), state(second)]).toEqual(['running', 'queued']);
    // Now the engine ends without a word.
    await journal.close();
    await open();
    await until(() => hands.begun.length === 1);
    expect([state(first), state(second)]).toEqual(['interrupted', 'running']);
    hands.of(second).end('done');
    await until(() => state(second) === 'done');
  });

  it('leaves the list to the engine that has it, and begins a damaged one anew', async () => {
    await jobs.start(edit('/a'), 'mine');
    const second = await Journal.open(folder, (line) => log.push(line));
    expect(await second.read()).toEqual([]);
    await second.write([]);
    await second.close();
    await journal.close();
    const file = path.join(folder, 'jobs.json');
    expect(JSON.parse(await fs.readFile(file, 'utf8'))).toHaveLength(1);
    await fs.writeFile(file, '[{"job":');
    await open();
    expect(jobs.list()).toEqual([]);
    expect(log.some((line) => line.includes('begun anew'))).toBe(true);
  });
});
