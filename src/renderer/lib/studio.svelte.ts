import type { Input, Method, Output } from '../../contract/studio/api.ts';
import type { Arrivals, EngineState, Job, ProjectState, RunState } from '../../contract/studio/state.ts';
import type { TrainingLook, TrainingNow } from '../../contract/studio/state.ts';
import type { Topic, Topics } from '../../contract/studio/topics.ts';
import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { shell } from '../shell/index.ts';
import { t } from '../strings/index.ts';
import { address, rememberAddress } from './address.ts';
import { Link, type Connection } from './link.ts';
import { standardModel } from './models.ts';
import type { Room } from './rooms.ts';
import { toast } from './toasts.svelte.ts';

const ACTIVE = new Set<Job['state']>(['queued', 'running', 'paused', 'stopping']);

/** Whether a job is still under way. */
export const isActive = (job: Job): boolean => ACTIVE.has(job.state);

/** What the window knows of the engine, kept up to date by its topics. One for the whole window. */
class Studio {
  connection = $state<Connection>('connecting');
  engine = $state.raw<EngineState | null>(null);
  jobs = $state.raw<readonly Job[]>([]);
  project = $state.raw<ProjectState | null>(null);
  training = $state.raw<TrainingNow | null>(null);
  look = $state.raw<TrainingLook | null>(null);
  /** What an import comes upon, while it goes on. */
  arrivals = $state.raw<Arrivals | null>(null);
  room = $state<Room>(address().room);
  /** The run that was chosen by hand; null follows the newest that can be used. */
  chosenRun = $state<string | null>(null);
  /** Whether a project is being opened. */
  opening = $state(false);

  #link: Link;
  #offProject: (() => void)[] = [];
  #session: string | null = null;

  constructor() {
    this.#link = new Link(shell, (connection) => (this.connection = connection));
    this.#link.on('engine', (engine) => this.#greet(engine));
    this.#link.on('jobs', (jobs) => (this.jobs = jobs));
    const { project } = address();
    if (project !== null) void this.open(project, { quiet: true });
  }

  /** Another session is another engine: it has to be told anew what is open. */
  #greet(engine: EngineState): void {
    const another = this.#session !== null && this.#session !== engine.session;
    this.#session = engine.session;
    this.engine = engine;
    if (another && this.project !== null) void this.open(this.project.folder, { again: true });
  }

  /** The run that models are taken from: the chosen one, else the standard one; null before training. */
  get run(): RunState | null {
    const chosen = this.models.find((run) => run.id === this.chosenRun);
    return chosen ?? standardModel(this.models, this.activeJob('train')?.run ?? null);
  }

  /** The open project's runs, the newest first: ids begin with their number. */
  get runs(): readonly RunState[] {
    return [...(this.project?.runs ?? [])].sort((a, b) => b.id.localeCompare(a.id, 'en', { numeric: true }));
  }

  /** Those that a model can be taken from. */
  get models(): readonly RunState[] {
    return this.runs.filter((run) => run.step > 0);
  }

  /** The jobs of the open project. */
  get projectJobs(): readonly Job[] {
    return this.jobs.filter((job) => job.project === this.project?.folder);
  }

  /** A job of this kind that is under way in the open project. */
  activeJob(kind: Job['kind']): Job | null {
    return this.projectJobs.find((job) => job.kind === kind && isActive(job)) ?? null;
  }

  /** Whether this window may change the project. */
  get canWrite(): boolean {
    return this.project?.access === 'write';
  }

  /** Asks the engine; rejects with what went wrong. */
  ask<M extends Method>(
    method: M,
    input: Input<M>,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<Output<M>> {
    return this.#link.ask(method, input, signal, onProgress);
  }

  /** Asks the engine; what goes wrong is shown to the user, and gives undefined. */
  async call<M extends Method>(
    method: M,
    input: Input<M>,
    signal?: AbortSignal,
  ): Promise<Output<M> | undefined> {
    try {
      return await this.ask(method, input, signal);
    } catch (error) {
      report(error);
      return undefined;
    }
  }

  /** Hears of a topic until the returned function is called; survives broken lines. */
  on<T extends Topic>(topic: T, listener: (value: Topics[T]) => void): () => void {
    return this.#link.on(topic, listener);
  }

  /** Resolves once a job has ended, however it did. */
  ended(job: Job): Promise<void> {
    return new Promise((resolve) => {
      let seen = false;
      const off = this.on('jobs', (jobs) => {
        const now = jobs.find(({ id }) => id === job.id);
        seen ||= now !== undefined;
        if (!seen || (now !== undefined && isActive(now))) return;
        // The list may be told before `on` returns.
        queueMicrotask(() => off());
        resolve();
      });
    });
  }

  go(room: Room): void {
    this.room = room;
    rememberAddress({ room, project: this.project?.folder ?? null });
  }

  /**
   * Opens a project and follows it. `again`: it is open already, and the engine has to hear of it.
   * `quiet`: do not complain when it is not there any more. Returns whether it is open.
   */
  async open(folder: string, options: { again?: boolean; quiet?: boolean } = {}): Promise<boolean> {
    if (options.again !== true) this.opening = true;
    try {
      this.#follow(await this.ask('projects.open', { project: folder }));
      return true;
    } catch (error) {
      if (options.quiet !== true) report(error);
      if (this.project?.folder === folder || options.quiet === true) this.leave();
      return false;
    } finally {
      this.opening = false;
    }
  }

  /** Makes a project and opens it. */
  async create(name: string, folder: string | null = null): Promise<ProjectState | undefined> {
    const made = await this.call('projects.create', { name, folder });
    if (made !== undefined && !(await this.open(made.folder))) return undefined;
    return made;
  }

  #follow(project: ProjectState): void {
    const same = this.project?.folder === project.folder;
    this.project = project;
    rememberAddress({ room: this.room, project: project.folder });
    if (same) return;
    this.#unfollow();
    this.chosenRun = null;
    this.#offProject = [
      this.#link.on(`project:${project.folder}`, (state) => (this.project = state)),
      this.#link.on(`training:${project.folder}`, (now) => (this.training = now)),
      this.#link.on(`look:${project.folder}`, (look) => (this.look = look)),
      this.#link.on(`arrivals:${project.folder}`, (arrivals) => (this.arrivals = arrivals)),
    ];
  }

  #unfollow(): void {
    for (const off of this.#offProject.splice(0)) off();
    this.training = null;
    this.look = null;
    this.arrivals = null;
  }

  /** Back to the home screen; what runs in the project goes on. */
  leave(): void {
    const left = this.project;
    this.#unfollow();
    this.project = null;
    rememberAddress({ room: this.room, project: null });
    if (left !== null) this.ask('projects.close', { project: left.folder }).catch(() => undefined);
  }
}

/** Shows what went wrong, unless the user gave it up. */
export function report(error: unknown): void {
  if (error instanceof MorphloomError) {
    if (error.code !== 'cancelled') toast(error.message, { kind: 'error' });
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  toast(t.common.defect(message), {
    kind: 'error',
    ...(shell.reportProblem === undefined
      ? {}
      : { action: { label: t.common.reportProblem, run: () => shell.reportProblem?.() } }),
  });
}

export const studio = new Studio();
