import type { Output } from '../../../contract/studio/api.ts';
import type { DoubtedLabel, ToldKind } from '../../../contract/studio/kinds.ts';
import type { Job } from '../../../contract/studio/state.ts';
import { studio } from '../../lib/studio.svelte.ts';
import { toast } from '../../lib/toasts.svelte.ts';
import { t } from '../../strings/index.ts';
import { editsOf, type PictureEdits } from '../pictures/edits.svelte.ts';
import { Finding } from './finding.svelte.ts';

interface Question {
  /** Of the project's pictures and their labels: with others it is asked anew. */
  readonly contentHash: string;
}

/** Pictures that were given a label; they are told no more, but where that failed. */
interface Given {
  readonly ids: ReadonlySet<string>;
  /** Null until it has begun. */
  readonly job: Job | null;
}

/** What a few labels tell of all other pictures, and what is made of it. */
export class Kinds {
  readonly finding: Finding<Question, Output<'explore.kinds'>>;
  readonly edits: PictureEdits;
  /** Pictures that are taken otherwise than all others of their row: left out of a kind, or chosen of the unsure. */
  marked = $state.raw<ReadonlySet<string>>(new Set());
  #given = $state.raw<readonly Given[]>([]);
  /** Doubted pictures whose label was said to be right, while the window is open. */
  #confirmed = $state.raw<ReadonlySet<string>>(new Set());
  readonly #gone = $derived.by(() => {
    const failed = new Set(studio.jobs.filter(({ state }) => FAILED.has(state)).map(({ id }) => id));
    return new Set(
      this.#given.flatMap(({ ids, job }) => (job !== null && failed.has(job.id) ? [] : [...ids])),
    );
  });
  /** Of each kind, in the order of labels, the pictures that are surely of it. */
  readonly rows = $derived.by(() => {
    const { kinds, sure } = this.finding.answer ?? { kinds: [], sure: [] };
    const left = sure.filter(({ id }) => !this.#gone.has(id));
    const rows = kinds.map((kind) => ({ kind, pictures: left.filter((each) => each.kind === kind) }));
    return rows.filter(({ pictures }) => pictures.length > 0);
  });
  readonly unsure = $derived.by((): readonly ToldKind[] =>
    (this.finding.answer?.unsure ?? []).filter(({ id }) => !this.#gone.has(id)),
  );
  readonly doubted = $derived.by((): readonly DoubtedLabel[] =>
    (this.finding.answer?.doubted ?? []).filter(
      ({ id, label }) => !this.#gone.has(id) && !this.#confirmed.has(`${id} ${label}`),
    ),
  );

  constructor({ project, run }: { project: string; run: string }) {
    this.edits = editsOf(project);
    this.finding = new Finding(async (_, signal, watch) => {
      const answer = await studio.ask('explore.kinds', { project, run }, signal, watch);
      if (!signal.aborted) this.#given = [];
      return answer;
    });
  }

  ask(contentHash: string): void {
    void this.finding.want({ contentHash });
  }

  mark(id: string): void {
    const next = new Set(this.marked);
    if (!next.delete(id)) next.add(id);
    this.marked = next;
  }

  /** Labels pictures as the room Pictures does; can be undone as there. */
  accept(pictures: readonly (ToldKind & { readonly label?: string })[], kind: string): void {
    const ids = new Set(pictures.map(({ id }) => id));
    const given = (job: Job | null): void => {
      this.#given = this.#given.filter((other) => other.ids !== ids);
      if (job !== null) this.#given = [...this.#given, { ids, job }];
    };
    this.#given = [...this.#given, { ids, job: null }];
    this.marked = new Set([...this.marked].filter((id) => !ids.has(id)));
    const before = pictures.map(({ id, label = null }) => ({ id, label }));
    this.edits.label(before, kind, (job) => {
      given(job);
      if (job === null) return;
      toast(t.explore.kindsOf.labelled(ids.size, kind), {
        kind: 'good',
        action: { label: t.common.undo, run: () => this.edits.actions.undo() },
      });
    });
  }

  /** A label that was doubted is right. */
  confirm({ id, label }: DoubtedLabel): void {
    this.#confirmed = new Set([...this.#confirmed, `${id} ${label}`]);
  }
}

const FAILED: ReadonlySet<Job['state']> = new Set(['failed', 'cancelled', 'interrupted']);
