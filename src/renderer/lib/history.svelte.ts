import { apply, create, type Patches } from 'mutative';

interface Step {
  readonly title: string;
  readonly forth: Patches;
  readonly back: Patches;
  readonly group: string | null;
  readonly at: number;
}

/** Edits of one group that follow each other within this time are undone together, in milliseconds. */
const GROUP_PAUSE = 1200;
const MOST_STEPS = 500;

/** What a window offers to undo and redo, whatever is behind it. */
export interface Undoable {
  readonly undoTitle: string | null;
  readonly redoTitle: string | null;
  undo(): void;
  redo(): void;
}

/**
 * A document that can be undone: a plain immutable value and the patches between its states. `edit` takes a
 * recipe on a draft; a `group` joins the steps of one gesture, a drag of a slider say.
 */
export class History<T extends object> implements Undoable {
  value = $state.raw() as T;
  #past = $state.raw<readonly Step[]>([]);
  #future = $state.raw<readonly Step[]>([]);
  #changed: (value: T) => void;

  constructor(value: T, changed: (value: T) => void = () => undefined) {
    this.value = value;
    this.#changed = changed;
  }

  get undoTitle(): string | null {
    return this.#past.at(-1)?.title ?? null;
  }

  get redoTitle(): string | null {
    return this.#future.at(-1)?.title ?? null;
  }

  edit(title: string, recipe: (draft: T) => void, group: string | null = null): void {
    const [next, forth, back] = create(this.value, recipe, { enablePatches: true });
    if (forth.length === 0) return;
    const now = performance.now();
    const last = this.#past.at(-1);
    const joins = last !== undefined && group !== null && last.group === group && now - last.at < GROUP_PAUSE;
    const step: Step = joins
      ? { title, group, at: now, forth: [...last.forth, ...forth], back: [...back, ...last.back] }
      : { title, group, at: now, forth, back };
    this.#past = [...(joins ? this.#past.slice(0, -1) : this.#past), step].slice(-MOST_STEPS);
    this.#future = [];
    this.#set(next);
  }

  undo(): void {
    const step = this.#past.at(-1);
    if (step === undefined) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, step];
    this.#set(apply(this.value, step.back));
  }

  redo(): void {
    const step = this.#future.at(-1);
    if (step === undefined) return;
    this.#future = this.#future.slice(0, -1);
    // Ends its group: what comes after a redo is a step of its own.
    this.#past = [...this.#past, { ...step, group: null }];
    this.#set(apply(this.value, step.forth));
  }

  /** Another document, with a clean history. */
  reset(value: T): void {
    this.#past = [];
    this.#future = [];
    this.value = value;
  }

  #set(value: T): void {
    this.value = value;
    this.#changed(value);
  }
}

/** What Undo and Redo act on: the room on screen says. */
export const undoable = $state<{ now: Undoable | null }>({ now: null });
