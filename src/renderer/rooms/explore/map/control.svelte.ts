import { report, studio } from '../../../lib/studio.svelte.ts';
import { t } from '../../../strings/index.ts';
import { Newest } from '../../places/newest.ts';
import type { Explorer } from '../explorer.svelte.ts';
import { latentPlace } from '../latentPlace.ts';
import { blend, layOut, nearestPoint, nearestPoints, pointTowards, spotWeights } from './layout.ts';
import { panBy, reveal, toMap, toScreen, wholeMap, zoomAt, type MapView } from './view.ts';

/** Pictures that a spot between them is mixed of. */
const MIXED = 6;
const ZOOM_STEP = 1.5;
/** A press that moves less than this is a click, in pixels. */
const STILL = 4;

export interface Hovered {
  readonly id: string;
  readonly label: string | null;
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** What the pointer and the keys do on a map. */
export class MapControl {
  width = $state(0);
  height = $state(0);
  /** The spot that was clicked last, in the map's units. */
  spot = $state.raw<readonly [number, number] | null>(null);
  hovered = $state.raw<Hovered | null>(null);
  #moved = $state.raw<MapView | null>(null);
  #explorer: Explorer;
  #spots = 0;
  #visit: Newest<readonly [number, number], Float32Array | null>;
  readonly size = $derived({ width: this.width, height: this.height });
  readonly view = $derived(this.#moved ?? wholeMap(this.size));
  readonly zoomed = $derived(this.view.scale / wholeMap(this.size).scale);
  readonly layout = $derived.by(() => {
    const points = this.#explorer.map?.points;
    if (points === undefined || this.width === 0) return null;
    return layOut(points, this.view, this.size, this.zoomed);
  });

  constructor(explorer: Explorer) {
    this.#explorer = explorer;
    this.#visit = new Newest(
      (spot) => this.#latentAt(...spot),
      (latent) => {
        if (latent !== null) void explorer.goTo(latentPlace(latent, t.explore.spot(++this.#spots)));
      },
      report,
    );
  }

  /** What lies at a spot: the nearest pictures' places, the nearer the more. */
  async #latentAt(x: number, y: number): Promise<Float32Array | null> {
    const { map, project, run } = this.#explorer;
    if (map === null) return null;
    const near = nearestPoints(map.points, x, y, MIXED);
    const ids = near.map(({ index }) => map.ids[index] ?? '');
    const { latents, latentSize } = await studio.ask('explore.encode', { project, run, ids });
    return blend(latents, spotWeights(near.map(({ distance }) => distance)), latentSize);
  }

  whole(): void {
    this.#moved = null;
  }

  zoom(factor: number): void {
    this.#moved = zoomAt(this.view, this.size, factor, this.width / 2, this.height / 2);
  }

  wheel(event: WheelEvent): void {
    event.preventDefault();
    const [x, y] = this.#at(event);
    this.hovered = null;
    this.#moved = zoomAt(this.view, this.size, Math.exp(-event.deltaY / 400), x, y);
  }

  press(event: PointerEvent, walking: boolean): void {
    if (event.button !== 0) return;
    const surface = event.currentTarget as HTMLElement;
    surface.setPointerCapture(event.pointerId);
    const [startX, startY] = this.#at(event);
    const start = this.view;
    let still = true;
    this.hovered = null;
    if (walking) this.#go(startX, startY);
    const move = (now: PointerEvent): void => {
      const [x, y] = this.#at(now);
      if (still && Math.hypot(x - startX, y - startY) < STILL) return;
      still = false;
      if (walking) this.#go(x, y);
      else this.#moved = panBy(start, this.size, x - startX, y - startY);
    };
    const stop = (): void => {
      surface.removeEventListener('pointermove', move);
      surface.removeEventListener('pointerup', stop);
      surface.removeEventListener('pointercancel', stop);
      if (still && !walking) this.#go(startX, startY);
    };
    surface.addEventListener('pointermove', move);
    surface.addEventListener('pointerup', stop);
    surface.addEventListener('pointercancel', stop);
  }

  #go(x: number, y: number): void {
    this.spot = toMap(this.view, x, y);
    this.#visit.want(this.spot);
  }

  hover(event: PointerEvent): void {
    const { map } = this.#explorer;
    const { layout } = this;
    if (map === null || layout === null || event.buttons !== 0) return;
    const [x, y] = this.#at(event);
    const near = nearestPoint(map.points, ...toMap(this.view, x, y));
    const reach = layout.side / 2;
    if (near === null || near.distance * this.view.scale > reach) this.hovered = null;
    else this.#show(near.index);
  }

  leave(): void {
    this.hovered = null;
  }

  #show(index: number): void {
    const { map } = this.#explorer;
    if (map === null) return;
    const [x, y] = toScreen(this.view, map.points[2 * index] ?? 0, map.points[2 * index + 1] ?? 0);
    this.hovered = {
      id: map.ids[index] ?? '',
      label: map.labels[index] ?? null,
      x,
      y,
      side: this.layout?.side ?? 48,
    };
  }

  key(event: KeyboardEvent): void {
    const { map, origin } = this.#explorer;
    const towards: Record<string, readonly [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, 1],
      ArrowDown: [0, -1],
    };
    const way = towards[event.key];
    if (event.key === '+' || event.key === '=') this.zoom(ZOOM_STEP);
    else if (event.key === '-') this.zoom(1 / ZOOM_STEP);
    else if (event.key === '0') this.whole();
    else if (way !== undefined && event.shiftKey)
      this.#moved = panBy(this.view, this.size, -80 * way[0], 80 * way[1]);
    else if (way !== undefined && map !== null) {
      const at = origin?.kind === 'picture' ? map.ids.indexOf(origin.id) : -1;
      const next = at < 0 ? nearestPoint(map.points, 0.5, 0.5)?.index : pointTowards(map.points, at, ...way);
      if (next != null) this.#step(next);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #step(index: number): void {
    const { map } = this.#explorer;
    const id = map?.ids[index];
    if (map === null || id === undefined) return;
    this.spot = null;
    this.#moved = reveal(this.view, this.size, map.points[2 * index] ?? 0, map.points[2 * index + 1] ?? 0);
    void this.#explorer.goTo({ kind: 'picture', id });
  }

  #at(event: MouseEvent): [number, number] {
    const box = (event.currentTarget as HTMLElement).closest('.map')?.getBoundingClientRect();
    return [event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)];
  }
}
