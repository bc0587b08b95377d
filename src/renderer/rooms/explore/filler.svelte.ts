import type { Output } from '../../../contract/studio/api.ts';
import type { Pixels } from '../../../contract/studio/state.ts';
import type { Place } from '../../../contract/timeline.ts';
import { report, studio } from '../../lib/studio.svelte.ts';
import { t } from '../../strings/index.ts';
import { Newest } from '../places/newest.ts';
import { Finding } from './finding.svelte.ts';
import { canBeFilled, noHole, type Hole } from './hole.ts';
import { latentPlace } from './latentPlace.ts';

export type Tool = 'brush' | 'rectangle' | 'eraser';

interface Question {
  readonly id: string;
  /** Counts what was painted: the hole itself is too long to be compared. */
  readonly version: number;
  readonly seed: number;
}

const COUNT = 6;

/** A picture, what is missing of it, and what the model puts there. */
export class Filler {
  tool = $state<Tool>('brush');
  /** Of the brush, as a part of the picture's longer side. */
  size = $state(0.16);
  id = $state.raw<string | null>(null);
  picture = $state.raw<Pixels | null>(null);
  hole = $state.raw<Hole>(noHole(1, 1));
  seed = $state(1);
  filled = $state.raw<Question | null>(null);
  readonly finding: Finding<Question, Output<'explore.complete'>>;
  #version = 0;
  #pictures: Newest<string, Pixels>;

  constructor({ project, run }: { project: string; run: string }) {
    this.finding = new Finding(({ id, seed }, signal, watch) => {
      const asked = { project, run, id, seed, hole: this.hole.missing, count: COUNT };
      return studio.ask('explore.complete', asked, signal, watch);
    });
    this.#pictures = new Newest(
      (id, signal) => studio.ask('pictures.pixels', { project, ids: [id] }, signal),
      (picture, id) => this.#show(id, picture),
      report,
    );
  }

  /** Chooses a picture; what was painted stays where the next is of the same size. */
  choose(id: string): void {
    if (id !== this.id) this.#pictures.want(id);
  }

  #show(id: string, picture: Pixels): void {
    const { width, height } = picture;
    this.id = id;
    this.picture = picture;
    if (this.hole.width !== width || this.hole.height !== height) this.hole = noHole(width, height);
    this.finding.forget();
  }

  paint(hole: Hole): void {
    this.#version++;
    this.hole = hole;
  }

  clear(): void {
    this.paint(noHole(this.hole.width, this.hole.height));
    this.finding.forget();
  }

  get canFill(): boolean {
    return this.picture !== null && canBeFilled(this.hole);
  }

  fill(): void {
    if (this.id === null || !this.canFill) return;
    void this.finding.want({ id: this.id, version: this.#version, seed: this.seed });
  }

  /** Fills in anew: the most probable way stays, the others are other ones. */
  fillAgain(): void {
    this.seed++;
    this.fill();
  }

  /** Where the model sees the picture when it is filled in this way. */
  placeOf(index: number): Place {
    const { latents, pictures } = this.finding.answer ?? {
      latents: new Float32Array(0),
      pictures: { count: 1 },
    };
    const size = latents.length / pictures.count;
    return latentPlace(latents.subarray(index * size, (index + 1) * size), t.explore.fillOf.way(index + 1));
  }
}
