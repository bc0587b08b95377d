import type { MapData } from '../explorer.svelte.ts';
import type { MapLayout } from './layout.ts';
import type { MapPictures } from './pictures.ts';
import { toScreen, type MapView, type Size } from './view.ts';

/** What a map is painted with. */
export interface Paint {
  readonly data: MapData;
  readonly layout: MapLayout;
  readonly view: MapView;
  readonly size: Size;
  readonly pictures: MapPictures;
  /** By label; the last for those without. */
  readonly colourOf: (label: string | null) => string;
  /** Whether pictures have a border in the colour of their label. */
  readonly bordered: boolean;
  readonly current: string | null;
  readonly accent: string;
}

const DOT = 3;
const CORNER = 5;

export function paintMap(context: CanvasRenderingContext2D, paint: Paint): void {
  const { data, layout, view, size, pictures, colourOf, bordered, current, accent } = paint;
  context.clearRect(0, 0, size.width, size.height);
  const at = (index: number): [number, number] =>
    toScreen(view, data.points[2 * index] ?? 0, data.points[2 * index + 1] ?? 0);
  context.globalAlpha = 0.7;
  for (const index of layout.dots) {
    const [x, y] = at(index);
    context.fillStyle = colourOf(data.labels[index] ?? null);
    context.beginPath();
    context.arc(x, y, DOT, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
  context.imageSmoothingQuality = 'high';
  for (const index of layout.pictures) {
    const [x, y] = at(index);
    const id = data.ids[index] ?? '';
    const bitmap = pictures.get(id);
    const { side } = layout;
    if (bitmap === null) {
      context.fillStyle = colourOf(data.labels[index] ?? null);
      context.beginPath();
      context.arc(x, y, DOT, 0, 2 * Math.PI);
      context.fill();
      continue;
    }
    const scale = side / Math.max(bitmap.width, bitmap.height);
    const [w, h] = [bitmap.width * scale, bitmap.height * scale];
    context.save();
    context.beginPath();
    context.roundRect(x - w / 2, y - h / 2, w, h, CORNER);
    context.clip();
    context.drawImage(bitmap, x - w / 2, y - h / 2, w, h);
    context.restore();
    if (bordered || id === current) {
      context.strokeStyle = id === current ? accent : colourOf(data.labels[index] ?? null);
      context.lineWidth = id === current ? 3 : 1.5;
      context.beginPath();
      context.roundRect(x - w / 2, y - h / 2, w, h, CORNER);
      context.stroke();
    }
  }
}
