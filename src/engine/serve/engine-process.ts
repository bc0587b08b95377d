import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { MorphloomError } from '../../contract/errors.ts';
import type { FromHost, ToHost } from '../../contract/studio/host.ts';
import type { Knock, Receiver } from './lines.ts';
import { isToDoor, type ToEngine } from './relay.ts';

/** After an engine that worked; a little longer where it worked for a short time only, lest they come in floods. */
const RESTART_MS = 50;
const QUICK_DEATH_MS = 10_000;
const QUICK_RESTART_MS = 200;
/** After each engine that died before it was ready; then it is not tried any more. */
const START_WAITS_MS = [50, 500, 2000, 5000];
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
  /** The process that runs, ready or not. */
  #child: ChildProcess | null = null;
  #isReady = false;
  readonly #waiting: (() => void)[] = [];
  /** Sockets that no engine has taken yet. */
  readonly #outside = new Map<number, Socket>();
  #knocks = 0;
  #failedStarts = 0;
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
    engine.#failedStarts = START_WAITS_MS.length;
    engine.#start();
    await Promise.race([engine.#ready(), engine.failure]);
    return engine;
  }

  /** The process; null while there is none. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  take(knock: Knock, socket: Socket, left: () => void): void {
    if (this.#closing) return void socket.destroy();
    const id = ++this.#knocks;
    this.#outside.set(id, socket);
    this.#lines.set(id, left);
    void this.#ready().then(() => {
      if (!this.#outside.has(id)) return;
      const { method, headers } = knock;
      const message: ToEngine = { kind: 'knock', id, knock: { method, headers } };
      this.#child?.send(message, socket, { keepOpen: true }, (error) => {
        if (error !== null) this.#gone(id);
      });
    });
  }

  /** Asks it to commit what it has and to end; ends it by force when it does not. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const id of [...this.#outside.keys()]) this.#gone(id);
    const child = this.#child;
    if (child === null) return;
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
    return this.#isReady ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  #start(): void {
    const { file, args, env, log } = this.#options;
    let readyAt: number | null = null;
    const child = fork(file, args, { env, stdio: ['ignore', 2, 2, 'ipc'] });
    this.#child = child;
    child.on('message', (message) => {
      if (isToDoor(message)) {
        this.#outside.get(message.id)?.destroy();
        this.#outside.delete(message.id);
        if (message.kind === 'left') this.#gone(message.id);
        else child.send({ kind: 'go', id: message.id } satisfies ToEngine);
        return;
      }
      if ((message as FromHost).kind !== 'ready') return;
      readyAt = Date.now();
      this.#isReady = true;
      this.#failedStarts = 0;
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
    child.on('error', (error) => log(`The engine's process: ${error.message}`));
    child.once('exit', (code, signal) => {
      this.#child = null;
      this.#isReady = false;
      for (const id of [...this.#lines.keys()]) this.#gone(id);
      if (this.#closing) return;
      log(`The engine ended (${signal ?? `code ${code}`}).`);
      const wait =
        readyAt === null
          ? START_WAITS_MS[this.#failedStarts++]
          : Date.now() - readyAt < QUICK_DEATH_MS
            ? QUICK_RESTART_MS
            : RESTART_MS;
      if (wait !== undefined) setTimeout(() => !this.#closing && this.#start(), wait);
      else
        this.#failed(
          new MorphloomError('environment', 'The engine does not start; the lines above say why.'),
        );
    });
  }

  #gone(id: number): void {
    this.#outside.get(id)?.destroy();
    this.#outside.delete(id);
    const left = this.#lines.get(id);
    this.#lines.delete(id);
    left?.();
  }
}
