import type { PictureState } from '../../contract/studio/state.ts';
import { studio } from './studio.svelte.ts';

const PAGE = 200;
const MOST_AT_ONCE = 1000;

/**
 * The open project's pictures, page by page as they are needed; fit for any number. Call {@link refresh} from
 * an effect that reads the filter and the project, so that it follows both.
 */
export class Gallery {
  total = $state(0);
  label = $state<string | null>(null);
  search = $state('');
  /** Whether the first page was there once. */
  ready = $state(false);
  #pages = $state.raw<ReadonlyMap<number, readonly PictureState[]>>(new Map());
  #asked = new Set<number>();
  #needed: readonly [from: number, to: number] = [0, 0];
  #asking = false;
  #generation = 0;
  #places = new Map<string, PictureState>();

  get #filter(): { project: string; label: string | null; search: string } | null {
    const project = studio.project?.folder;
    return project === undefined ? null : { project, label: this.label, search: this.search.trim() };
  }

  /** Asks anew for what is shown; what is there stays until the answer comes. */
  async refresh(): Promise<void> {
    const generation = ++this.#generation;
    const filter = this.#filter;
    if (filter === null || studio.project?.pictures == null) {
      this.#asked.clear();
      this.#pages = new Map();
      this.total = 0;
      this.ready = studio.project !== null;
      return;
    }
    const asked = [...new Set([0, ...this.#asked])].sort((a, b) => a - b).slice(0, 8);
    const answers = await Promise.all(asked.map((page) => this.#ask(page)));
    if (generation !== this.#generation) return;
    this.#asked = new Set(asked);
    this.#places.clear();
    this.total = answers[0]?.total ?? 0;
    this.ready = true;
    this.#pages = new Map(asked.map((page, i) => [page, this.#remember(answers[i]?.pictures ?? [])]));
  }

  #remember(pictures: readonly PictureState[]): readonly PictureState[] {
    for (const picture of pictures) this.#places.set(picture.id, picture);
    return pictures;
  }

  async #ask(page: number): Promise<{ total: number; pictures: readonly PictureState[] } | null> {
    const filter = this.#filter;
    if (filter === null) return null;
    try {
      return await studio.ask('pictures.list', { ...filter, from: page * PAGE, count: PAGE });
    } catch {
      return null;
    }
  }

  /**
   * Makes sure that these places are there soon. What is asked for is chosen when the line is free: a long way
   * through the pictures leaves no backlog, and where it ends is there first.
   */
  need(from: number, to: number): void {
    this.#needed = [from, to];
    if (!this.#asking) void this.#fill();
  }

  async #fill(): Promise<void> {
    this.#asking = true;
    for (let page = this.#missing(); page !== null; page = this.#missing()) {
      const generation = this.#generation;
      this.#asked.add(page);
      const answer = await this.#ask(page);
      if (generation !== this.#generation) continue;
      if (answer === null) {
        // The line broke: whoever looks next asks again.
        this.#asked.delete(page);
        break;
      }
      this.#pages = new Map(this.#pages).set(page, this.#remember(answer.pictures));
    }
    this.#asking = false;
  }

  /** The first page of what is needed that nobody asked for yet. */
  #missing(): number | null {
    const [from, to] = this.#needed;
    for (let page = Math.floor(from / PAGE); page * PAGE < Math.min(to, this.total); page++)
      if (!this.#asked.has(page)) return page;
    return null;
  }

  /** The picture at a place; null while it is on its way. */
  at(index: number): PictureState | null {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE] ?? null;
  }

  /** A picture that has been listed. */
  byId(id: string): PictureState | null {
    return this.#places.get(id) ?? null;
  }

  /** The ids of a range of places, where all of it has been listed; else null. */
  listed(from: number, to: number): string[] | null {
    const ids: string[] = [];
    for (let index = from; index < to; index++) {
      const picture = this.at(index);
      if (picture === null) return null;
      ids.push(picture.id);
    }
    return ids;
  }

  /** The ids of a range of places, however many. */
  async ids(from: number, to: number): Promise<string[]> {
    const filter = this.#filter;
    if (filter === null) return [];
    const ids: string[] = [];
    for (let at = from; at < to; at += MOST_AT_ONCE) {
      const count = Math.min(MOST_AT_ONCE, to - at);
      const answer = await studio.ask('pictures.list', { ...filter, from: at, count });
      ids.push(...this.#remember(answer.pictures).map(({ id }) => id));
    }
    return ids;
  }
}
