/// <reference lib="dom" />
import type { Page } from 'playwright-core';

/** How a grid was scrolled from end to end. */
export interface Scrolled {
  /** Pictures on screen whose cell was still empty when the scrolling stopped, and a second later. */
  readonly emptyAtOnce: number;
  readonly emptyAtRest: number;
  readonly onScreen: number;
  /** Until no cell was empty any more, in milliseconds. */
  readonly settled: number;
}

/** A turn of a wheel that is flung, in pixels a frame. */
const FLING = 2400;
const FRAME_MS = 16;

interface Cells {
  readonly seen: number;
  readonly empty: number;
  readonly top: number;
  readonly least: number;
}

/** The cells that can be seen, and those of them without a picture. */
const cells = (page: Page): Promise<Cells> =>
  page.evaluate<Cells>(() => {
    const grid = document.querySelector('[role=listbox]');
    if (grid === null) throw new Error('There is no grid.');
    const area = grid.getBoundingClientRect();
    const all = [...grid.querySelectorAll('[role=option]')].filter((cell) => {
      const { top, bottom } = cell.getBoundingClientRect();
      return bottom > area.top + 1 && top < area.bottom - 1;
    });
    const empty = all.filter((cell) => cell.querySelector('img, canvas') === null).length;
    const least = grid.scrollHeight - grid.clientHeight;
    return { seen: all.length, empty, top: grid.scrollTop, least };
  });

async function rest(page: Page): Promise<Scrolled> {
  const stopped = performance.now();
  const first = await cells(page);
  let now = first;
  let settled = 0;
  while (now.empty > 0 && performance.now() - stopped < 20_000) {
    await page.waitForTimeout(50);
    now = await cells(page);
    settled = performance.now() - stopped;
  }
  await page.waitForTimeout(1000);
  const last = await cells(page);
  return { emptyAtOnce: first.empty, emptyAtRest: last.empty, onScreen: first.seen, settled };
}

/** Flings the wheel from the top to the bottom. */
export async function byWheel(page: Page): Promise<Scrolled> {
  const area = await page.getByRole('listbox').first().boundingBox();
  if (area === null) throw new Error('There is no grid.');
  await page.mouse.move(area.x + area.width / 2, area.y + area.height / 2);
  for (let i = 0; ; i++) {
    await page.mouse.wheel(0, FLING);
    await page.waitForTimeout(FRAME_MS);
    if (i % 20 !== 0) continue;
    const { top, least } = await cells(page);
    if (top >= least - 2) break;
  }
  return rest(page);
}

/** Takes the scroll bar's thumb from the bottom to the top, with stops as somebody who looks for something. */
export async function byScrollBar(page: Page): Promise<Scrolled[]> {
  const area = await page.getByRole('listbox').first().boundingBox();
  if (area === null) throw new Error('There is no grid.');
  const x = area.x + area.width - 6;
  const [low, high] = [area.y + area.height - 12, area.y + 12];
  const stops: Scrolled[] = [];
  await page.mouse.move(x, low);
  await page.mouse.down();
  const STEPS = 200;
  for (let i = 1; i <= STEPS; i++) {
    await page.mouse.move(x, low + ((high - low) * i) / STEPS);
    await page.waitForTimeout(FRAME_MS);
    if (i % 50 === 0) stops.push(await rest(page));
  }
  await page.mouse.up();
  return stops;
}
