import type { Output } from '../../../contract/studio/api.ts';
import { studio } from '../../lib/studio.svelte.ts';
import { toast } from '../../lib/toasts.svelte.ts';
import { t } from '../../strings/index.ts';
import type { Side } from '../attributes/piles.ts';
import { schoolOf } from '../attributes/school.svelte.ts';
import { Finding } from './finding.svelte.ts';

export type GroupsBy = 'axes' | 'map' | 'content';

interface Question {
  readonly by: GroupsBy;
  readonly groups: number | null;
  /** Of the project's pictures: other pictures are grouped anew. */
  readonly contentHash: string;
}

/** Groups of pictures that belong together, and which of them are chosen. */
export class Groups {
  by = $state<GroupsBy>('axes');
  /** How many; null for as many as the pictures speak for. */
  count = $state<number | null>(null);
  chosen = $state.raw<ReadonlySet<number>>(new Set());
  readonly finding: Finding<Question, Output<'explore.groups'>>;
  readonly #project: string;

  constructor({ project, run }: { project: string; run: string }) {
    this.#project = project;
    this.finding = new Finding(({ by, groups }, signal, watch) => {
      this.chosen = new Set();
      return studio.ask('explore.groups', { project, run, by, groups }, signal, watch);
    });
  }

  get all(): readonly (readonly string[])[] {
    return this.finding.answer?.groups ?? [];
  }

  /** The pictures of the chosen groups. */
  get pictures(): string[] {
    return this.all.flatMap((ids, group) => (this.chosen.has(group) ? ids : []));
  }

  ask(contentHash: string): void {
    void this.finding.want({ by: this.by, groups: this.count, contentHash });
  }

  toggle(group: number): void {
    const next = new Set(this.chosen);
    if (!next.delete(group)) next.add(group);
    this.chosen = next;
  }

  /** The most typical picture of each chosen group. */
  get typical(): string[] {
    return [...this.chosen].sort((a, b) => a - b).flatMap((group) => this.all[group]?.[0] ?? []);
  }

  /** Puts the chosen groups on one of the piles that an attribute is taught from. */
  pile(side: Side): void {
    const { pictures } = this;
    const school = schoolOf(this.#project);
    school.chosen = null;
    school.kind = 'piles';
    school.sort(side, pictures);
    toast(t.explore.groupsOf.piled(pictures.length, side === 'with'), {
      kind: 'good',
      action: { label: t.explore.groupsOf.show, run: () => studio.go('attributes') },
    });
  }

  /** Makes piles of the chosen groups and all the others, and goes where an attribute is taught from them. */
  pileAgainstRest(): void {
    const chosen = new Set(this.pictures);
    const school = schoolOf(this.#project);
    school.begin();
    school.kind = 'piles';
    school.sort('with', [...chosen]);
    school.sort(
      'without',
      this.all.flat().filter((id) => !chosen.has(id)),
    );
    studio.go('attributes');
  }
}
