import type { CropRectangle, Job, PictureState } from '../../../contract/studio/state.ts';
import type { SetAside } from '../../../contract/dataset.ts';
import type { Eyes } from '../../../contract/faces.ts';
import type { Input } from '../../../contract/studio/api.ts';
import { Actions } from '../../lib/actions.svelte.ts';
import { studio } from '../../lib/studio.svelte.ts';
import { forgetThumbnails } from '../../lib/thumbs.svelte.ts';
import { toast } from '../../lib/toasts.svelte.ts';
import { t } from '../../strings/index.ts';
import { type Faced, shapeByHand } from './eyes.ts';

type Change = Omit<Input<'pictures.edit'>, 'project'>;

/** The edits of one project's pictures, with what takes each back. */
export class PictureEdits {
  readonly actions = new Actions();
  readonly #project: string;

  constructor(project: string) {
    this.#project = project;
  }

  #edit(change: Change): Promise<Job> {
    return studio.ask('pictures.edit', { project: this.#project, ...change });
  }

  /** Sets pictures aside; their files stay. */
  remove(pictures: readonly PictureState[]): void {
    if (pictures.length === 0) return;
    const ids = pictures.map(({ id }) => id);
    const sources = pictures.map(({ source }) => source);
    this.actions.do({
      title: t.pictures.actions.remove(ids.length),
      forth: async () => {
        await this.#edit({ remove: ids });
        toast(t.pictures.removed(ids.length), {
          action: { label: t.common.undo, run: () => this.actions.undo() },
        });
      },
      back: () => this.#edit({ restore: sources }),
    });
  }

  /** Takes files back that were set aside. */
  restore(files: readonly SetAside[]): void {
    if (files.length === 0) return;
    const sources = files.map(({ source }) => source);
    const byHand = files.filter(({ kind }) => kind === 'removed').flatMap(({ id }) => id ?? []);
    const duplicates = files.filter(({ kind }) => kind !== 'removed').map(({ source }) => source);
    this.actions.do({
      title: t.pictures.actions.restore(sources.length),
      forth: () => this.#edit({ restore: sources }),
      back: () => this.#edit({ remove: byHand, unrestore: duplicates }),
    });
  }

  /** @param begun hears of the job that brings the labels in, each time; null where it was refused */
  label(
    pictures: readonly Pick<PictureState, 'id' | 'label'>[],
    label: string | null,
    begun: (job: Job | null) => void = () => undefined,
  ): void {
    const changed = pictures.filter((picture) => picture.label !== label);
    if (changed.length === 0) return;
    const ids = changed.map(({ id }) => id);
    const before = new Map<string | null, string[]>();
    for (const picture of changed)
      before.set(picture.label, [...(before.get(picture.label) ?? []), picture.id]);
    this.actions.do({
      title: t.pictures.actions.label(ids.length),
      forth: async () => {
        const edit = this.#edit({ label: { ids, label } });
        void edit.then(begun, () => begun(null));
        await edit;
      },
      back: async () => {
        for (const [old, these] of before) await this.#edit({ label: { ids: these, label: old } });
      },
    });
  }

  crop(picture: PictureState, rectangle: CropRectangle | null): void {
    this.#shape(picture, t.pictures.actions.crop, { crop: { id: picture.id, rectangle } });
  }

  /** Aligns a picture by eyes placed by hand; null takes them back, so that they are found, or it is as all others. */
  eyes(picture: Faced, eyes: Eyes | null): void {
    this.#shape(picture, t.pictures.actions.eyes(eyes !== null), { eyes: { id: picture.id, eyes } });
  }

  #shape(picture: Faced, title: string, change: Change): void {
    const before = shapeByHand(picture);
    const edit = async (to: Change): Promise<void> => {
      const job = await this.#edit(to);
      // Undo does not wait for it, what is shown does.
      void studio.ended(job).then(() => forgetThumbnails(new Set([picture.id])));
    };
    this.actions.do({ title, forth: () => edit(change), back: () => edit(before) });
  }
}

const known = new Map<string, PictureEdits>();

/** The edits of a project: the same as long as the window lives, so that they can be undone after a visit elsewhere. */
export function editsOf(project: string): PictureEdits {
  const edits = known.get(project) ?? new PictureEdits(project);
  known.set(project, edits);
  return edits;
}
