import type { MorphState } from '../../../contract/studio/state.ts';
import type { Place, Timeline } from '../../../contract/timeline.ts';
import { Autosave } from '../../lib/autosave.ts';
import { History } from '../../lib/history.svelte.ts';
import { report, studio } from '../../lib/studio.svelte.ts';
import { toast } from '../../lib/toasts.svelte.ts';
import { t } from '../../strings/index.ts';
import { addTrack, emptyTimeline, insertPlaces } from './edits.ts';
import { firstMorph } from './first.ts';
import { Preview } from './preview.svelte.ts';
import { measuredShares, timingOf, type Shares } from './timing.ts';
import { randomWalk } from './walk.ts';

/** What of the timeline is chosen: its settings are shown, keys act on it. */
export type Chosen =
  | { readonly kind: 'keyframe' | 'way'; readonly key: string }
  | { readonly kind: 'point'; readonly track: number; readonly point: number };

/** The morph that lies open, and everything around it. It outlives the room: one comes back to what one left. */
export class Desk {
  readonly project: string;
  readonly history: History<Timeline>;
  readonly preview = new Preview();
  /** The file it is saved as; null before it is. */
  id = $state<string | null>(null);
  ready = $state(false);
  chosen = $state.raw<Chosen | null>(null);
  saving = $state<'saved' | 'waiting' | 'never'>('never');
  onion = $state(false);
  crisp = $state(false);
  zoom = $state(1);
  /** A random walk is being asked for. */
  walking = $state(false);
  /** How far apart pictures look, as the engine last told. */
  shares = $state.raw<Shares>(new Map());
  readonly timing = $derived.by(() => timingOf(this.timeline, this.shares));
  #autosave: Autosave<Timeline>;
  #opening = new AbortController();
  #walks = 0;

  constructor(project: string) {
    this.project = project;
    this.history = new History(emptyTimeline(t.morph.firstName), (timeline) => this.#changed(timeline));
    this.#autosave = new Autosave((timeline) => this.#save(timeline));
  }

  get timeline(): Timeline {
    return this.history.value;
  }

  get morphs(): readonly MorphState[] {
    return [...(studio.project?.morphs ?? [])].sort((a, b) => b.savedAt - a.savedAt);
  }

  /** Changes the morph. Steps of one `group` are undone together. */
  edit(title: string, recipe: (timeline: Timeline) => void, group: string | null = null): void {
    if (studio.canWrite) this.history.edit(title, recipe, group);
  }

  /** Lays out the newest morph; where there is none, one to begin with, which is saved once it is changed. */
  async open(): Promise<void> {
    const [newest] = this.morphs;
    if (newest !== undefined) await this.load(newest.id);
    else if (studio.run !== null) {
      try {
        const first = await firstMorph(this.project, studio.run.id, this.#opening.signal);
        if (this.id === null && this.timeline.keyframes.length === 0) this.#lay(first, null);
      } catch (error) {
        report(error);
      }
    }
    this.ready = true;
    this.preview.play();
  }

  async load(id: string): Promise<void> {
    await this.#autosave.flush();
    const timeline = await studio.call('morphs.load', { project: this.project, id });
    if (timeline !== undefined) this.#lay(timeline, id);
  }

  async begin(): Promise<void> {
    await this.#autosave.flush();
    this.#lay(emptyTimeline(t.morph.newName(this.morphs.length + 1)), null);
  }

  /** Lays out a random walk as a morph of its own, another one each time; what lay open stays saved. */
  async walk(): Promise<void> {
    const { run } = studio;
    if (run === null || this.walking) return;
    this.walking = true;
    try {
      await this.#autosave.flush();
      const seed = this.morphs.length + ++this.#walks;
      this.#lay(await randomWalk(this.project, run.id, seed, this.#opening.signal), null);
      this.preview.play();
    } catch (error) {
      report(error);
    } finally {
      this.walking = false;
    }
  }

  async duplicate(): Promise<void> {
    await this.#autosave.flush();
    const timeline = { ...this.timeline, name: t.morph.copyName(this.timeline.name) };
    this.#lay(timeline, null);
    await this.#save(timeline);
  }

  /** Deletes the morph that lies open; it can be brought back for a while. */
  async remove(): Promise<void> {
    await this.#autosave.flush();
    const { id, timeline } = this;
    if (id !== null) await studio.call('morphs.remove', { project: this.project, id });
    const next = this.morphs.find((morph) => morph.id !== id);
    if (next !== undefined) await this.load(next.id);
    else this.#lay(emptyTimeline(t.morph.newName(1)), null);
    const bringBack = async (): Promise<void> => {
      this.#lay(timeline, null);
      await this.#save(timeline);
    };
    toast(t.morph.removed(timeline.name), {
      action: { label: t.common.undo, run: () => void bringBack() },
    });
  }

  /** Adds places, at the end unless told. */
  add(places: readonly Place[], at = this.timeline.keyframes.length): void {
    if (places.length === 0) return;
    let keys: string[] = [];
    this.edit(t.morph.steps.add(places.length), (timeline) => {
      keys = insertPlaces(timeline, at, places);
    });
    const [first] = keys;
    if (first !== undefined) this.chosen = { kind: 'keyframe', key: first };
  }

  addAttribute(name: string): void {
    this.edit(t.morph.steps.track, (timeline) => addTrack(timeline, name));
  }

  /** Asks for the frames of the morph as it is now; also after the engine came back. */
  show(): void {
    if (this.timeline.keyframes.length < 2 || studio.run === null) this.preview.clear();
    else this.preview.show(this.timeline);
  }

  /** Learns from the engine's frames how far apart pictures look. */
  measure(): void {
    const { shown, keyframesAt, frames } = this.preview;
    if (shown !== null && frames > 0) this.shares = measuredShares(shown, keyframesAt, frames, this.shares);
  }

  flush(): Promise<void> {
    return this.#autosave.flush();
  }

  #changed(timeline: Timeline): void {
    this.saving = 'waiting';
    this.#autosave.changed(timeline);
  }

  #lay(timeline: Timeline, id: string | null): void {
    this.history.reset(timeline);
    this.id = id;
    this.chosen = null;
    this.saving = id === null ? 'never' : 'saved';
  }

  async #save(timeline: Timeline): Promise<void> {
    const { id } = this;
    const saved = await studio.call('morphs.save', { project: this.project, id, timeline });
    if (saved === undefined) return;
    // Another morph may lie open by now.
    if (this.timeline === timeline || this.id === id) this.id = saved.id;
    if (this.timeline === timeline) this.saving = 'saved';
  }
}

let desk: Desk | null = null;

/** The desk of the open project. */
export function deskOf(project: string): Desk {
  if (desk?.project !== project) {
    void desk?.flush();
    desk?.preview.player.close();
    desk = new Desk(project);
  }
  return desk;
}
