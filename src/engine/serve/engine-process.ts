import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { MorphloomError } from '../../contract/errors.ts';
import type { FromHost, ToHost } from '../../contract/studio/host.ts';
import type { Knock, Receiver } from './lines.ts';
import { isLeft, type KnockMessage } from './relay.ts';

/** An engine that lived for less was dead on arrival, and the next one waits a little longer. */
const QUICK_DEATH_MS = 10_000;
const WAITS_MS = [50, 500, 2000, 5000];
/** How long an engine that was asked to end may commit what it has. */
const CLOSE_MS = 60_000;

export interface EngineProcessOptions {
  /** The bundle to run. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

/**
 * The engine in a process of its own, which the door hands its clients' sockets to: the page is served while
 * the engine computes, and when the engine dies another takes its place. Windows come back by themselves.
 */
export class EngineProcess implements Receiver {
  readonly #options: EngineProcessOptions;
  readonly #lines = new Map<number, () => void>();
  readonly #failed: (error: MorphloomError) => void;
  #child: ChildProcess | null = null;
  #waiting: (() => void)[] = [];
  #knocks = 0;
  #quickDeaths = 0;
  #closing = false;
  /** Rejects when engines die as soon as they are started. */
  readonly failure: Promise<never>;

  private constructor(options: EngineProcessOptions) {
    this.#options = options;
    let failed: (error: MorphloomError) => void = () => undefined;
    this.failure = new Promise((_, reject) => (failed = reject));
    this.failure.catch(() => undefined);
    this.#failed = failed;
  }

  /** @throws MorphloomError `environment` where it does not start */
  static async start(options: EngineProcessOptions): Promise<EngineProcess> {
    const engine = new EngineProcess(options);
    // What does not start at all will not start the second time.
    engine.#quickDeaths = WAITS_MS.length;
    engine.#start();
    await Promise.race([engine.#ready(), engine.failure]);
    engine.#quickDeaths = 0;
    return engine;
  }

  /** The process; null while there is none. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  take(knock: Knock, socket: Socket, left: () => void): void {
    void this.#ready().then(() => {
      const id = ++this.#knocks;
      this.#lines.set(id, left);
      const message: KnockMessage = {
        kind: 'knock',
        id,
        knock: { method: knock.method, headers: knock.headers },
      };
      this.#child?.send(message, socket, { keepOpen: false }, (error) => {
        if (error === null) return;
        socket.destroy();
        this.#gone(id);
      });
    });
  }

  /** Asks it to commit what it has and to end; ends it by force when it does not. */
  async close(): Promise<void> {
    this.#closing = true;
    const child = this.#child;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const late = setTimeout(() => {
      this.#options.log('The engine did not end when it was asked to, and is killed.');
      child.kill('SIGKILL');
    }, CLOSE_MS);
    if (child.connected) child.send({ kind: 'close' } satisfies ToHost);
    await ended;
    clearTimeout(late);
  }

  #ready(): Promise<void> {
    return this.#child === null ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve();
  }

  #start(): void {
    const { file, args, env, log } = this.#options;
    const startedAt = Date.now();
    const child = fork(file, args, { env, stdio: ['ignore', 2, 2, 'ipc'] });
    child.on('message', (message) => {
      if (isLeft(message)) return this.#gone(message.id);
      if ((message as FromHost).kind !== 'ready') return;
      this.#child = child;
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
    child.on('error', (error) => log(`The engine's process: ${error.message}`));
    child.once('exit', (code, signal) => {
      this.#child = null;
      for (const id of [...this.#lines.keys()]) this.#gone(id);
      if (this.#closing) return;
      log(`The engine ended (${signal ?? `code ${code}`}).`);
      if (Date.now() - startedAt >= QUICK_DEATH_MS) this.#quickDeaths = 0;
      const wait = WAITS_MS[this.#quickDeaths++];
      if (wait === undefined)
        this.#failed(
          new MorphloomError('environment', 'The engine does not start; the lines above say why.'),
        );
      else setTimeout(() => !this.#closing && this.#start(), wait);
    });
  }

  #gone(id: number): void {
    const left = this.#lines.get(id);
    this.#lines.delete(id);
    left?.();
  }
}
