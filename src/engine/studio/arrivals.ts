import * as path from 'node:path';
import type { ImageFormat, SetAside } from '../../contract/dataset.ts';
import type { Arrivals } from '../../contract/studio/state.ts';
import type { ImportWatch } from '../dataset/index.ts';
import { printable } from '../node/pictures/index.ts';

const SHOWN = 48;
const EVERY_MS = 250;

/** Shows what an import comes upon, a few times a second: the newest pictures, and the newest set aside. */
export function watchArrivals(
  job: string,
  format: ImageFormat,
  tell: (arrivals: Arrivals) => void,
): Required<Pick<ImportWatch, 'onPicture' | 'onSetAside'>> {
  const { width, height, channels } = format;
  const size = width * height * channels;
  const newest: { readonly name: string; readonly pixels: Uint8Array }[] = [];
  const aside: SetAside[] = [];
  let [count, setAsideCount] = [0, 0];
  let toldAt = -Infinity;

  const maybeTell = (): void => {
    const now = performance.now();
    if (now - toldAt < EVERY_MS) return;
    toldAt = now;
    const bytes = new Uint8Array(newest.length * size);
    newest.forEach(({ pixels }, i) => bytes.set(pixels, i * size));
    const pictures = { count: newest.length, width, height, channels, bytes };
    const names = newest.map(({ name }) => name);
    tell({ job, count, names, pictures, setAsideCount, setAside: [...aside] });
  };
  const keep = <T>(list: T[], item: T): void => {
    list.push(item);
    if (list.length > SHOWN) list.shift();
  };
  return {
    onPicture: ({ source }, pixels) => {
      count += 1;
      // The first is shown at once, whatever was set aside before it.
      if (count === 1) toldAt = -Infinity;
      keep(newest, { name: printable(path.basename(source)), pixels: pixels.slice() });
      maybeTell();
    },
    onSetAside: (file) => {
      setAsideCount += 1;
      keep(aside, file);
      maybeTell();
    },
  };
}
