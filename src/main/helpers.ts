import * as path from 'node:path';
import { MessageChannelMain, utilityProcess, type UtilityProcess } from 'electron';
import { HELPERS, type FromHost, type ToHost } from '../contract/studio/host.ts';
import { log } from './log.ts';

const KEPT_CHARACTERS = 2000;

/** The engine's helpers: main starts them, as nobody else may, and ends them with their engine. */
export class Helpers {
  readonly #running = new Map<number, UtilityProcess>();
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
    if (message.kind === 'endHelper') this.#running.get(message.id)?.kill();
    if (message.kind === 'startHelper' && HELPERS.includes(message.name)) this.#start(message);
  }

  endAll(): void {
    for (const child of this.#running.values()) child.kill();
  }

  #start({ id, name }: Extract<FromHost, { kind: 'startHelper' }>): void {
    const child = utilityProcess.fork(path.join(this.#folder, `${name}.cjs`), [], {
      serviceName: `Morphloom ${name}`,
      stdio: 'pipe',
      env: this.#env,
    });
    this.#running.set(id, child);
    let said = '';
    child.stderr?.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-KEPT_CHARACTERS)));
    child.once('exit', (code) => {
      this.#running.delete(id);
      const last = said.trim().split('\n').at(-1) ?? '';
      const how = `it ended with code ${code}${last === '' ? '' : `, saying "${last}"`}`;
      log.info(`the helper ${name} ended:`, how);
      this.#tell({ kind: 'helperEnded', id, how });
    });
    const { port1, port2 } = new MessageChannelMain();
    child.postMessage(null, [port1]);
    this.#tell({ kind: 'helper', id }, [port2]);
  }

  #tell(message: ToHost, ports: Electron.MessagePortMain[] = []): void {
    if (this.#engine.pid !== undefined) this.#engine.postMessage(message, ports);
  }
}
