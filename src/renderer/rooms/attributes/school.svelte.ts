import type { AttributeState, Job } from '../../../contract/studio/state.ts';
import { History } from '../../lib/history.svelte.ts';
import { isActive, studio } from '../../lib/studio.svelte.ts';
import { saveAs } from '../../lib/exported.ts';
import { toast } from '../../lib/toasts.svelte.ts';
import { t } from '../../strings/index.ts';
import { lacking, sortOnto, takeOff, type Piles, type Side } from './piles.ts';

export type ExampleKind = 'piles' | 'label' | 'column';

/** No attribute is larger by far; it goes over the line in one piece. */
const MOST_BYTES = 4 * 1024 * 1024;
/** How long a removed attribute can be brought back, in milliseconds: as long as the message offers it. */
const REGRET = 9000;

/** Where attributes are taught: what is being sorted, what is chosen. It outlives the room. */
export class School {
  readonly project: string;
  readonly history = new History<Piles>({ with: [], without: [] });
  name = $state('');
  kind = $state<ExampleKind>('piles');
  label = $state('');
  column = $state('');
  /** The attribute that is looked at; null while another is taught. */
  chosen = $state<string | null>(null);
  jobId = $state<string | null>(null);
  /** Those that are made equally frequent on both sides, by name. */
  balance = $state.raw<readonly string[]>([]);
  /** Whether one is being freed of others. */
  freeing = $state(false);
  #removed = $state.raw<ReadonlyMap<string, ReturnType<typeof setTimeout>>>(new Map());

  constructor(project: string) {
    this.project = project;
    this.chosen = studio.project?.attributes[0]?.name ?? null;
  }

  get attributes(): readonly AttributeState[] {
    return (studio.project?.attributes ?? []).filter(({ name }) => !this.#removed.has(name));
  }

  get attribute(): AttributeState | null {
    return this.attributes.find(({ name }) => name === this.chosen) ?? null;
  }

  get job(): Job | null {
    return studio.jobs.find(({ id }) => id === this.jobId) ?? null;
  }

  get learning(): boolean {
    return this.job !== null && isActive(this.job);
  }

  get piles(): Piles {
    return this.history.value;
  }

  /** How many pictures are still needed on a side. */
  get lacking(): number {
    return this.kind === 'piles' ? lacking(this.piles) : 0;
  }

  /** The name that it will have: that of the label or column where none is typed. */
  get fullName(): string {
    const typed = this.name.trim();
    if (typed !== '' || this.kind === 'piles') return typed;
    return this.kind === 'label' ? this.label : this.column;
  }

  get canLearn(): boolean {
    return studio.canWrite && !this.learning && this.fullName !== '' && this.lacking === 0 && this.#hasSource;
  }

  get #hasSource(): boolean {
    if (this.kind === 'piles') return true;
    return (this.kind === 'label' ? this.label : this.column) !== '';
  }

  sort(side: Side, ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.history.edit(t.attributes.steps.sort(ids.length), (piles) => sortOnto(piles, side, ids));
  }

  takeOff(side: Side, id: string): void {
    this.history.edit(t.attributes.steps.takeOff, (piles) => takeOff(piles, side, id));
  }

  clear(side: Side): void {
    this.history.edit(t.attributes.steps.clear, (piles) => void (piles[side] = []));
  }

  begin(): void {
    this.chosen = null;
    this.name = '';
    this.jobId = null;
    this.balance = [];
    this.history.reset({ with: [], without: [] });
  }

  async learn(run: string): Promise<void> {
    const { kind, fullName: name } = this;
    const examples =
      kind === 'piles'
        ? { kind, with: [...this.piles.with], without: [...this.piles.without] }
        : kind === 'label'
          ? { kind, label: this.label }
          : { kind, column: this.column };
    const job = await studio.call('attributes.learn', {
      project: this.project,
      run,
      name,
      examples,
      balance: [...this.balance],
    });
    if (job !== undefined) this.jobId = job.id;
  }

  /** Frees one of others, so that they do not come along. */
  async free(run: string, name: string, of: string[]): Promise<void> {
    this.freeing = true;
    await studio.call('attributes.free', { project: this.project, run, name, of });
    this.freeing = false;
  }

  /** Shows what was learned, once it is. */
  graduate(): void {
    const { job, fullName } = this;
    if (job?.state !== 'done' || !this.attributes.some(({ name }) => name === fullName)) return;
    this.jobId = null;
    this.chosen = fullName;
  }

  /** Hands an attribute on as a file. */
  async save(run: string, name: string): Promise<void> {
    const saved = await studio.call('attributes.save', { project: this.project, run, name });
    if (saved !== undefined) saveAs(new Blob([saved.bytes as Uint8Array<ArrayBuffer>]), saved.file);
  }

  /** Takes attributes from files that others handed on. */
  async add(run: string, files: readonly File[]): Promise<void> {
    for (const file of files) {
      if (file.size > MOST_BYTES) {
        toast(t.attributes.tooLarge(file.name), { kind: 'error' });
        continue;
      }
      const bytes = new Uint8Array(await file.arrayBuffer());
      const given = { project: this.project, run, file: file.name, bytes };
      const added = await studio.call('attributes.add', given);
      if (added === undefined) continue;
      this.chosen = added.name;
      toast(t.attributes.added(added.name));
    }
  }

  /** Removes an attribute, once it is too late to be brought back. */
  remove(name: string): void {
    const timer = setTimeout(() => {
      void studio
        .call('attributes.remove', { project: this.project, name })
        .finally(() => this.#forget(name));
    }, REGRET);
    this.#removed = new Map(this.#removed).set(name, timer);
    if (this.chosen === name) this.chosen = this.attributes[0]?.name ?? null;
    toast(t.attributes.removed(name), {
      action: {
        label: t.common.undo,
        run: () => {
          clearTimeout(timer);
          this.#forget(name);
          this.chosen = name;
        },
      },
    });
  }

  #forget(name: string): void {
    const left = new Map(this.#removed);
    left.delete(name);
    this.#removed = left;
  }
}

let school: School | null = null;

/** Shows an attribute that was kept elsewhere. */
export function attributeKept(project: string, name: string): void {
  schoolOf(project).chosen = name;
  studio.go('attributes');
}

/** The school of the open project. */
export function schoolOf(project: string): School {
  if (school?.project !== project) school = new School(project);
  return school;
}
