import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';
import type { ProjectState } from '../../contract/studio/state.ts';
import { removeStale } from '../node/encoders/target.ts';
import { removeUnfinished } from '../node/files.ts';
import type { HeldLock } from '../node/lock.ts';
import { heldElsewhere, lockProject } from '../project/project-lock.ts';
import { Project } from '../project/project.ts';
import { RunFolder } from '../project/run-folder.ts';
import type { Client } from './context.ts';
import { ProjectReader } from './project-state.ts';
import type { TopicBoard } from './publisher.ts';

/** A project that is open in this engine: who looks at it, who writes, and what is known of it. */
export class Session {
  /** In the order in which they came; the one that writes is among them. */
  readonly clients = new Set<Client>();
  writer: Client | null = null;
  /** Work of the engine's own that needs the project: jobs. */
  holds = 0;
  lock: HeldLock | null = null;
  readonly reader: ProjectReader;
  #changes: Promise<unknown> = Promise.resolve();

  constructor(
    public project: Project,
    private readonly board: TopicBoard,
  ) {
    this.reader = new ProjectReader(project.folder);
  }

  get folder(): string {
    return this.project.folder;
  }

  /** Whether this engine may write it: another process may hold it. */
  get ours(): boolean {
    return this.lock !== null;
  }

  accessOf(client: Client): 'write' | 'read' {
    return this.ours && this.writer === client ? 'write' : 'read';
  }

  async state(client: Client): Promise<ProjectState> {
    return { ...(await this.reader.read()), access: this.accessOf(client) };
  }

  /** Something in the folder is not as it was. */
  changed(): void {
    this.board.changed(`project:${this.folder}`);
  }

  /** Changes `project.json`, one change after the other. */
  alter(change: (project: Project) => Promise<Project>): Promise<void> {
    const altered = this.#changes
      .catch(() => undefined)
      .then(async () => {
        this.project = await change(await Project.open(this.folder));
        this.changed();
      });
    this.#changes = altered;
    return altered;
  }
}

/** All open projects. One engine at a time writes a project, and of its clients one. */
export class Sessions {
  readonly #open = new Map<string, Promise<Session>>();
  /** Those that are being let go: whoever comes meanwhile waits, or would find the lock still taken. */
  readonly #closing = new Map<string, Promise<void>>();

  constructor(
    private readonly board: TopicBoard,
    /** Hears that nobody has a project open any more. */
    private readonly closed: (folder: string) => void,
    /** Hears that something is done in a project. */
    private readonly touched: (folder: string) => void,
  ) {}

  /** Opens a project for a client; the first that opens it writes. */
  async open(folder: string, client: Client): Promise<Session> {
    const session = await this.#enter(folder, (entered) => {
      entered.clients.add(client);
      entered.writer ??= client;
    });
    // What it listened for already is there now.
    session.changed();
    for (const kind of ['training', 'look', 'arrivals'] as const)
      this.board.changed(`${kind}:${session.folder}`);
    return session;
  }

  /** Takes writing over from whoever has it. Throws `usage` while another process has the project. */
  async takeOver(folder: string, client: Client): Promise<Session> {
    const session = await this.open(folder, client);
    await this.#acquire(session);
    if (!session.ours) throw heldElsewhere(session.project.facts.name);
    session.writer = client;
    session.changed();
    return session;
  }

  /** The session of a client that looks at the project. Throws `usage` where it was not opened. */
  async reading(folder: string, client: Client): Promise<Session> {
    const session = await this.find(folder);
    if (session?.clients.has(client) !== true) {
      throw new MorphloomError('usage', `The project "${folder}" is not open in this window; open it first.`);
    }
    return session;
  }

  /** The session of the client that writes the project. Throws `usage` for one that only reads. */
  async writing(folder: string, client: Client): Promise<Session> {
    const session = await this.reading(folder, client);
    await this.#acquire(session);
    if (!session.ours) throw heldElsewhere(session.project.facts.name);
    if (session.writer !== client) {
      throw new MorphloomError(
        'usage',
        `"${session.project.facts.name}" is being changed in another window, so this one only looks on; take it over here to change it.`,
      );
    }
    this.touched(session.folder);
    return session;
  }

  /** Throws `usage` where another client is the one that writes. */
  async checkUnopposed(folder: string, client: Client): Promise<void> {
    const writer = (await this.find(folder))?.writer ?? null;
    if (writer !== null && writer !== client) await this.writing(folder, client);
  }

  /** Keeps a project open for a job, whoever leaves. Throws `usage` while another process has it. */
  async hold(folder: string): Promise<{ session: Session; release: () => Promise<void> }> {
    const session = await this.#enter(folder, (entered) => (entered.holds += 1));
    const release = async (): Promise<void> => {
      session.holds -= 1;
      await this.#leaveIfUnused(session);
    };
    try {
      await this.#acquire(session);
      if (!session.ours) throw heldElsewhere(session.project.facts.name);
    } catch (error) {
      await release();
      throw error;
    }
    return { session, release };
  }

  async find(folder: string): Promise<Session | null> {
    return (await this.#open.get(await canonical(folder))?.catch(() => null)) ?? null;
  }

  async close(folder: string, client: Client): Promise<void> {
    const session = await this.find(folder);
    if (session !== null) await this.#leave(session, client);
  }

  /** A client is gone, without having closed anything. */
  async left(client: Client): Promise<void> {
    for (const opening of [...this.#open.values()]) {
      const session = await opening.catch(() => null);
      if (session?.clients.has(client) === true) await this.#leave(session, client);
    }
  }

  async closeAll(): Promise<void> {
    for (const opening of this.#open.values()) await (await opening.catch(() => null))?.lock?.release();
    this.#open.clear();
  }

  async #leave(session: Session, client: Client): Promise<void> {
    session.clients.delete(client);
    if (session.writer === client) {
      // Whoever has looked on for longest goes on: a window that was reloaded, most often.
      session.writer = session.clients.values().next().value ?? null;
      session.changed();
    }
    await this.#leaveIfUnused(session);
  }

  async #leaveIfUnused(session: Session): Promise<void> {
    const { folder } = session;
    if (session.clients.size > 0 || session.holds > 0) return;
    this.#open.delete(folder);
    session.reader.close();
    this.closed(folder);
    const { lock } = session;
    session.lock = null;
    const released = Promise.resolve(lock?.release()).finally(() => this.#closing.delete(folder));
    this.#closing.set(folder, released);
    await released;
  }

  /** @param enter says at once what keeps the session open */
  async #enter(folder: string, enter: (session: Session) => void): Promise<Session> {
    const key = await canonical(folder);
    for (;;) {
      await this.#closing.get(key);
      const opening = this.#open.get(key) ?? this.#begin(key);
      const session = await opening;
      // The last one may have left while it was waited for.
      if (this.#open.get(key) !== opening) continue;
      enter(session);
      return session;
    }
  }

  #begin(key: string): Promise<Session> {
    const opening = Project.open(key).then(async (project) => {
      const session = new Session(project, this.board);
      await this.#acquire(session);
      return session;
    });
    this.#open.set(key, opening);
    opening.catch(() => this.#open.delete(key));
    return opening;
  }

  async #acquire(session: Session): Promise<void> {
    if (session.lock !== null) return;
    const lock = await lockProject(session.folder);
    if (lock === null) return;
    session.lock = lock;
    await tidy(session.project).catch(() => undefined);
  }
}

/** Clears away what an engine that was killed had begun to write: it is written anew. */
async function tidy({ folder, morphs, attributes, runs, exports }: Project): Promise<void> {
  const ids = await RunFolder.list(runs);
  for (const place of [folder, morphs, attributes, ...ids.map((id) => path.join(runs, id))])
    await removeUnfinished(place);
  await removeStale(exports, performance.timeOrigin);
}

/** One name for a folder, however it was reached. */
export async function canonical(folder: string): Promise<string> {
  const absolute = path.resolve(folder);
  return fs.realpath(absolute).catch(() => absolute);
}
