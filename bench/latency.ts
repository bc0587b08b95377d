import { type ChildProcess, spawn } from 'node:child_process';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { WebSocket } from 'ws';
import { createRng } from '../src/core/rng.ts';
import { createStudioClient, type StudioClient } from '../src/contract/studio/client.ts';
import { wireOverSocket, WIRE_PATH } from '../src/contract/studio/socket.ts';
import type { Job } from '../src/contract/studio/state.ts';
import type { Input } from '../src/contract/studio/api.ts';
import { median, morphloom, percentile, withFolder } from './support.ts';

/**
 * How long a window waits for the engine, idle and while a model trains: `npm run bench -- latency [rounds]`.
 * The engine is that of `serve`, asked over its WebSocket; it trains the recipe `morph` at 64 px with all
 * cores. Asked: a cheap question within 100 ms (p95) while a model trains, and training no more than 5% slower
 * for being asked. In turns within one run: a while in which nobody asks, cheap questions, previews.
 */
const SIDE = 64;
const PICTURES = 400;
const QUESTIONS_A_SECOND = 10;
const WINDOW_MS = 5000;
const PREVIEWS = 4;
/** Steps that are taken before anything is measured. */
const SETTLED_STEP = 40;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Served {
  readonly client: StudioClient;
  stop(): Promise<void>;
}

async function serveStudio(home: string): Promise<Served> {
  const child: ChildProcess = spawn(process.execPath, ['bin/morphloom.cjs', 'serve', '--no-open', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      MORPHLOOM_PROJECTS: path.join(home, 'projects'),
      MORPHLOOM_STATE: path.join(home, 'state'),
    },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const link = await new Promise<string>((resolve, reject) => {
    readline
      .createInterface(child.stdout!)
      .once('line', (line) => resolve((JSON.parse(line) as { url: string }).url));
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
  });
  const { origin, searchParams } = new URL(link);
  const answer = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token: searchParams.get('token') }),
  });
  const { bearer } = (await answer.json()) as { bearer: string };
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${WIRE_PATH}`, {
    headers: { Authorization: `Bearer ${bearer}` },
  });
  return {
    client: createStudioClient(await wireOverSocket(socket)),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const ACTIVE = ['queued', 'running', 'paused', 'stopping'];

async function ended(client: StudioClient, { id }: Job): Promise<Job> {
  for (;;) {
    const job = (await client.call('jobs.list', {})).find((one) => one.id === id);
    if (job === undefined || !ACTIVE.includes(job.state)) {
      if (job?.state !== 'done') throw new Error(`${job?.title}: ${job?.state} ${job?.error?.message}`);
      return job;
    }
    await sleep(100);
  }
}

/** Milliseconds that an answer takes. */
async function timed(ask: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await ask();
  return performance.now() - started;
}

/** Asks for as long as the window lasts, at moments that have nothing to do with the engine's. */
async function askFor(ms: number, ask: () => Promise<unknown>, seed: number): Promise<number[]> {
  const rng = createRng(seed);
  const taken: number[] = [];
  const end = performance.now() + ms;
  while (performance.now() < end) {
    await sleep((2000 * rng.uniform()) / QUESTIONS_A_SECOND);
    taken.push(await timed(ask));
  }
  return taken;
}

function describe(values: readonly number[]): string {
  const at = (share: number): string => percentile(values, share).toFixed(0).padStart(5);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms (${values.length})`;
}

interface Figures {
  readonly hello: number[];
  readonly state: number[];
  readonly preview: number[];
}
const noFigures = (): Figures => ({ hello: [], state: [], preview: [] });

async function measure(rounds: number): Promise<void> {
  await withFolder(async (home) => {
    const pictures = path.join(home, 'pictures');
    await morphloom(
      'samples',
      'faces',
      '--count',
      String(PICTURES),
      '--size',
      String(SIDE),
      '--out',
      pictures,
    );
    const served = await serveStudio(home);
    const { client } = served;
    try {
      const { folder: project } = await client.call('projects.create', { name: 'Latency' });
      const format = { width: SIDE, height: SIDE, channels: 3 } as const;
      await ended(client, await client.call('pictures.import', { project, sources: [pictures], format }));
      const recipe = { project, recipe: 'morph' };
      await ended(
        client,
        await client.call('training.start', { ...recipe, budget: { kind: 'steps', steps: 20 } }),
      );
      const [model] = (await client.call('projects.open', { project })).runs;
      const listed = await client.call('pictures.list', { project, from: 0, count: 300 });
      const ids = listed.pictures.map(({ id }) => id);

      const asks = {
        hello: () => client.call('engine.hello', {}),
        state: () => client.call('projects.open', { project }),
      };
      let began = 0;
      /** A morph between two pictures that were not asked for before: the time to its first frame. */
      const firstFrame = async (): Promise<void> => {
        const [from, to] = [ids[(2 * began) % ids.length], ids[(2 * began + 1) % ids.length]];
        began += 1;
        const timeline: Input<'preview.begin'>['timeline'] = {
          schema: 1,
          name: 'Latency',
          keyframes: [from, to].map((id, i) => ({
            key: `k${i}`,
            place: { kind: 'picture', id },
            holdSeconds: 0,
            seconds: null,
            ease: 'linear',
          })),
          tracks: [],
          path: null,
          loop: 'pingpong',
          detail: 1,
          seconds: 2,
          framesPerSecond: 30,
        };
        const { preview } = await client.call('preview.begin', {
          project,
          run: model.id,
          slot: 'bench',
          timeline,
        });
        await client.call('preview.frames', { preview, from: 0, most: 8, known: 0 });
      };
      const endPreview = (): Promise<unknown> =>
        client
          .call('preview.begin', {
            project,
            run: model.id,
            slot: 'bench',
            timeline: { schema: 1, name: '', keyframes: [] },
          })
          .catch(() => undefined);
      await firstFrame();

      const idle = noFigures();
      idle.hello.push(...(await askFor(WINDOW_MS, asks.hello, 1)));
      idle.state.push(...(await askFor(WINDOW_MS, asks.state, 2)));
      for (let i = 0; i < PREVIEWS * rounds; i++) idle.preview.push(await timed(firstFrame));
      await endPreview();

      const job = await client.call('training.start', {
        ...recipe,
        budget: { kind: 'minutes', minutes: 60 },
      });
      let step = 0;
      client.on(`training:${project}`, ({ run, line }) => {
        if (run !== model.id) step = line.step;
      });
      while (step < SETTLED_STEP) await sleep(100);
      /** Steps a second while something goes on. */
      const pace = async (what: () => Promise<unknown>): Promise<number> => {
        const next = async (): Promise<{ step: number; at: number }> => {
          const before = step;
          while (step === before) await sleep(5);
          return { step, at: performance.now() };
        };
        const from = await next();
        await what();
        const to = await next();
        return (1000 * (to.step - from.step)) / (to.at - from.at);
      };
      const training = noFigures();
      const slower: { hello: number[]; preview: number[] } = { hello: [], preview: [] };
      let quietPace = 0;
      for (let round = 0; round < rounds; round++) {
        const quiet = await pace(() => sleep(WINDOW_MS));
        const asked = await pace(async () =>
          training.hello.push(...(await askFor(WINDOW_MS, asks.hello, 10 + round))),
        );
        training.state.push(...(await askFor(WINDOW_MS / 2, asks.state, 100 + round)));
        const previewed = await pace(async () => {
          for (let i = 0; i < PREVIEWS; i++) training.preview.push(await timed(firstFrame));
        });
        await endPreview();
        slower.hello.push(asked / quiet);
        slower.preview.push(previewed / quiet);
        quietPace = quiet;
        process.stderr.write(
          `round ${round + 1} of ${rounds}: ${quiet.toFixed(2)} steps/s alone, ${asked.toFixed(2)} when asked, ${previewed.toFixed(2)} with previews\n`,
        );
      }
      await client.call('jobs.stop', { job: job.id });

      process.stdout.write(`${SIDE} px, a step takes ${(1000 / quietPace).toFixed(0)} ms\n`);
      for (const [name, what] of [
        ['hello', 'a cheap question'],
        ['state', "the project's state"],
        ['preview', 'the first frame of a morph'],
      ] as const) {
        const ratio = median(training[name]) / median(idle[name]);
        process.stdout.write(
          `${what}\n  idle      ${describe(idle[name])}\n  training  ${describe(training[name])}, × ${ratio.toFixed(1)}\n`,
        );
      }
      const part = (values: readonly number[]): string => `× ${median(values).toFixed(3)}`;
      process.stdout.write(
        `training's speed, to that when nobody asks: ${part(slower.hello)} with ${QUESTIONS_A_SECOND} cheap questions a second, ` +
          `${part(slower.preview)} while a morph is previewed\n`,
      );
    } finally {
      client.close();
      await served.stop();
    }
  });
}

void measure(Number(process.argv[2] ?? '5')).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
