import * as path from 'node:path';
import { MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';
import { HELPERS, PROGRAMS, type FromHost, type ToHost } from '../contract/studio/host.ts';
import { openGraphicsWindow } from './graphics-window.ts';
import { log } from './log.ts';

const KEPT_CHARACTERS = 2000;

/** The engine's helpers: main starts them, as nobody else may, and ends them with their engine. */
export class Helpers {
  /** How to end each that runs. */
  readonly #running = new Map<number, () => void>();
  readonly #engine: UtilityProcess;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;

  /** @param folder where the bundles lie */
  constructor(engine: UtilityProcess, folder: string, env: NodeJS.ProcessEnv) {
    this.#engine = engine;
    this.#folder = folder;
    this.#env = env;
  }

  /** Does what the engine asks for, if it asks for a helper. */
  hear(message: FromHost): void {
    if (message.kind === 'endHelper') this.#running.get(message.id)?.();
    if (message.kind === 'startHelper' && HELPERS.includes(message.name)) this.#start(message);
  }

  endAll(): void {
    for (const end of this.#running.values()) end();
  }

  #start({ id, name }: Extract<FromHost, { kind: 'startHelper' }>): void {
    const { port1, port2 } = new MessageChannelMain();
    const ended = (how: string): void => {
      this.#running.delete(id);
      log.info(`the helper ${name} ended:`, how);
      this.#tell({ kind: 'helperEnded', id, how });
    };
    const program = PROGRAMS.find((one) => one === name);
    this.#running.set(
      id,
      program === undefined ? openGraphicsWindow(port1, ended) : this.#fork(program, port1, ended),
    );
    this.#tell({ kind: 'helper', id }, [port2]);
  }

  #fork(name: string, port: MessagePortMain, ended: (how: string) => void): () => void {
    const child = utilityProcess.fork(path.join(this.#folder, `${name}.cjs`), [], {
      serviceName: `Morphloom ${name}`,
      stdio: 'pipe',
      env: this.#env,
    });
    let said = '';
    child.stderr?.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-KEPT_CHARACTERS)));
    child.once('exit', (code) => {
      const last = said.trim().split('\n').at(-1) ?? '';
      ended(`it ended with code ${code}${last === '' ? '' : `, saying "${last}"`}`);
    });
    child.postMessage(null, [port]);
    return () => void child.kill();
  }

  #tell(message: ToHost, ports: MessagePortMain[] = []): void {
    if (this.#engine.pid !== undefined) this.#engine.postMessage(message, ports);
  }
}
