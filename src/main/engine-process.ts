import * as path from 'node:path';
import { MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';
import { GRAPHICS_LOST, WITHOUT_GRAPHICS, type FromHost, type ToHost } from '../contract/studio/host.ts';
import { Helpers } from './helpers.ts';
import { log } from './log.ts';
import { RUNTIME_FOLDER } from './paths.ts';

/**
 * Before the next engine: after one that worked; after one that died before it was ready, and after two such in
 * a row. Then none is tried any more.
 */
const WAITS_MS = [50, 700, 2000];
/** A graphics card that was lost so often, in so short a time, is left alone until the app is started anew. */
const LOSSES = { most: 3, withinMs: 600_000 };
/** How long an engine that was asked to end may commit what it has. */
const CLOSE_MS = 30_000;
const KILL_MS = 3000;

export interface EngineEvents {
  /** The process ended by itself; lines to it are dead, and a new one is being started. */
  gone(): void;
  /** It died before it was ready too often; nothing more is tried until {@link EngineProcess.retry}. */
  failed(): void;
}

/** The life of the engine's process: started, started again when it dies, ended cleanly. */
export class EngineProcess {
  #child: UtilityProcess | null = null;
  #failedStarts = 0;
  /** When the graphics card was lost, as long as that counts. */
  #losses: number[] = [];
  #closing = false;
  #waiting: ((child: UtilityProcess) => void)[] = [];
  readonly #file: string;
  readonly #events: EngineEvents;

  constructor(file: string, events: EngineEvents) {
    this.#file = file;
    this.#events = events;
    this.#start();
  }

  /** The process id; null while there is none. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** A new line to the engine, as soon as one runs: the client's end of it. */
  async connect(): Promise<MessagePortMain> {
    const child =
      this.#child ?? (await new Promise<UtilityProcess>((resolve) => this.#waiting.push(resolve)));
    const { port1, port2 } = new MessageChannelMain();
    child.postMessage({ kind: 'connect' } satisfies ToHost, [port1]);
    return port2;
  }

  /** Tries anew after {@link EngineEvents.failed}. */
  retry(): void {
    this.#failedStarts = 0;
    if (this.#child === null && !this.#closing) this.#start();
  }

  /** Asks it to commit what it has and to end; ends it by force when it does not. */
  async close(): Promise<void> {
    this.#closing = true;
    const child = this.#child;
    if (child === null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const within = (ms: number): Promise<'ended' | 'late'> =>
      Promise.race([
        ended.then(() => 'ended' as const),
        new Promise<'late'>((resolve) => setTimeout(resolve, ms, 'late')),
      ]);
    child.postMessage({ kind: 'close' } satisfies ToHost);
    if ((await within(CLOSE_MS)) === 'ended') return;
    log.warn('the engine did not end when it was asked to, and is killed');
    const { pid } = child;
    child.kill();
    if ((await within(KILL_MS)) === 'late' && pid !== undefined) process.kill(pid, 'SIGKILL');
  }

  #start(): void {
    let ready = false;
    const env = this.#environment();
    const child = utilityProcess.fork(this.#file, [], {
      serviceName: 'Morphloom engine',
      stdio: 'pipe',
      env,
    });
    const helpers = new Helpers(child, path.dirname(this.#file), env);
    child.stdout?.on('data', (text: Buffer) => log.info('[engine]', text.toString().trimEnd()));
    child.stderr?.on('data', (text: Buffer) => log.warn('[engine]', text.toString().trimEnd()));
    child.once('spawn', () => {
      log.info('the engine runs as process', child.pid);
      this.#child = child;
      for (const resolve of this.#waiting.splice(0)) resolve(child);
    });
    child.on('message', (message: FromHost) => {
      ready ||= message.kind === 'ready';
      helpers.hear(message);
    });
    child.once('exit', (code) => {
      this.#child = null;
      helpers.endAll();
      if (this.#closing) return;
      log.error('the engine ended with code', code);
      if (code === GRAPHICS_LOST) this.#countLoss();
      this.#events.gone();
      this.#failedStarts = ready ? 0 : this.#failedStarts + 1;
      const wait = WAITS_MS[this.#failedStarts];
      if (wait === undefined) this.#events.failed();
      else setTimeout(() => !this.#closing && this.#start(), wait);
    });
  }

  #countLoss(): void {
    if (this.#losses.length >= LOSSES.most) return;
    const now = Date.now();
    this.#losses = [...this.#losses.filter((at) => now - at < LOSSES.withinMs), now];
  }

  /** What the engine and its helpers run in: with the runtime that came along, where one did. */
  #environment(): NodeJS.ProcessEnv {
    const { length: losses } = this.#losses;
    return {
      ...process.env,
      ...(RUNTIME_FOLDER !== null && { MORPHLOOM_RUNTIME: RUNTIME_FOLDER }),
      ...(losses >= LOSSES.most && { [WITHOUT_GRAPHICS]: String(losses) }),
    };
  }
}
