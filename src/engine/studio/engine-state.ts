import { randomUUID } from 'node:crypto';
import type { OnProgress } from '../../contract/progress.ts';
import type { EngineState } from '../../contract/studio/state.ts';
import { openBackend } from '../compute/select.ts';
import { ownVersion } from '../node/version.ts';
import type { StudioOptions } from './context.ts';
import type { TopicBoard } from './publisher.ts';

const MEMORY_EVERY_MS = 3000;

/** What the status bar shows of the engine, and the one place where the studio readies its backend. */
export class Engine {
  readonly #session = randomUUID();
  readonly #version = ownVersion();
  readonly #timer: NodeJS.Timeout;
  #backend: EngineState['backend'] = null;
  #opening: Promise<void> | null = null;

  constructor(
    private readonly options: StudioOptions,
    private readonly board: TopicBoard,
  ) {
    this.#timer = setInterval(() => board.changed('engine'), MEMORY_EVERY_MS);
    this.#timer.unref();
  }

  state(): EngineState {
    return {
      version: this.#version,
      session: this.#session,
      backend: this.#backend,
      residentBytes: process.memoryUsage.rss(),
      projectsFolder: this.options.projectsFolder,
    };
  }

  /**
   * Readies the backend, once. A second caller waits for the first; one that gives up does not stop it.
   * Throws as `openBackend` does, and tries again the next time.
   */
  async ready(hooks: { onProgress?: OnProgress; note?: (line: string) => void } = {}): Promise<void> {
    this.#opening ??= openBackend({
      prefer: this.options.backend,
      gpu: this.options.gpu,
      onProgress: hooks.onProgress,
      log: (line) => {
        this.options.log(line);
        hooks.note?.(line);
      },
    }).then((backend) => {
      this.#backend = backend;
      this.board.changed('engine');
    });
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = null;
      throw error;
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
