import type { Locator, Page } from 'playwright-core';
import { nameInputs } from './probe.ts';

/** Between two inputs of a person who knows the way, in milliseconds. */
const PAUSE = 120;
const pause = (page: Page, ms = PAUSE): Promise<void> => page.waitForTimeout(ms);

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const spotOf = async (of: Locator): Promise<Spot> => {
  const spot = await of.boundingBox({ timeout: 30_000 });
  if (spot === null) throw new Error(`${of.toString()} is not on screen.`);
  return spot;
};

async function click(page: Page, { x, y, width, height }: Spot): Promise<void> {
  await page.mouse.click(x + width / 2, y + height / 2);
  await pause(page);
}

/** Presses at one point, moves along in steps of a screen's frame, and lets go. */
async function drag(page: Page, from: readonly [number, number], by: readonly [number, number], steps = 30) {
  await page.mouse.move(...from);
  await page.mouse.down();
  for (let i = 1; i <= steps; i++) {
    await page.mouse.move(from[0] + (by[0] * i) / steps, from[1] + (by[1] * i) / steps);
    await pause(page, 16);
  }
  await page.mouse.up();
  await pause(page);
}

async function press(page: Page, key: string, times: number, ms = 60): Promise<void> {
  for (let i = 0; i < times; i++) {
    await page.keyboard.press(key);
    await pause(page, ms);
  }
}

export const ROOMS = ['Pictures', 'Train', 'Explore', 'Morph', 'Attributes', 'Exports'] as const;
export type RoomName = (typeof ROOMS)[number];

export const railOf = (page: Page, room: RoomName): Locator =>
  page.getByRole('navigation', { name: 'Rooms' }).getByText(room, { exact: true });

/** What people do in each room, with nothing but a mouse and a keyboard. Everything else is waited for. */
export async function useAllRooms(page: Page): Promise<void> {
  const rail = new Map<RoomName, Spot>();
  for (const room of ROOMS) rail.set(room, await spotOf(railOf(page, room)));
  const go = async (room: RoomName, ms: number): Promise<void> => {
    await nameInputs(page, 'switch rooms');
    await click(page, rail.get(room) as Spot);
    await pause(page, ms);
  };
  for (let round = 0; round < 2; round++) for (const room of ROOMS) await go(room, 500);

  await go('Pictures', 1200);
  const cells = page.getByRole('listbox').getByRole('option');
  await nameInputs(page, 'select pictures');
  for (let i = 0; i < 12; i++) await click(page, await spotOf(cells.nth(i * 3)));
  await page.keyboard.down('Shift');
  for (const i of [2, 30, 12]) await click(page, await spotOf(cells.nth(i)));
  await page.keyboard.up('Shift');
  await press(page, 'ArrowRight', 12);
  await nameInputs(page, 'size of pictures');
  const size = await spotOf(page.getByRole('toolbar').getByRole('slider'));
  await drag(page, [size.x + size.width * 0.3, size.y + size.height / 2], [size.width * 0.25, 0]);
  await drag(page, [size.x + size.width * 0.55, size.y + size.height / 2], [-size.width * 0.25, 0]);
  await nameInputs(page, 'type a search');
  await click(page, await spotOf(page.getByRole('searchbox').first()));
  await page.keyboard.type('face-01', { delay: 90 });
  await press(page, 'Backspace', 7);

  await go('Train', 1200);
  await nameInputs(page, 'charts by time');
  for (let i = 0; i < 3; i++)
    for (const axis of ['By time', 'By steps'])
      await click(page, await spotOf(page.getByText(axis, { exact: true })));

  await go('Explore', 2500);
  const map = await spotOf(page.getByRole('application', { name: /^Map of the pictures/ }));
  await nameInputs(page, 'the map');
  await drag(page, [map.x + map.width / 2, map.y + map.height / 2], [90, 40]);
  for (let i = 0; i < 12; i++) {
    await page.mouse.wheel(0, i < 6 ? -120 : 120);
    await pause(page, 50);
  }
  await nameInputs(page, 'turn a direction');
  const here = page.getByRole('complementary', { name: 'You are here' });
  for (let i = 0; i < 3; i++) {
    const way = await spotOf(here.getByRole('slider').nth(i));
    await drag(page, [way.x + way.width / 2, way.y + way.height / 2], [way.width * 0.35, 0]);
  }

  await go('Morph', 2500);
  await page.getByRole('slider', { name: 'Playhead' }).waitFor({ timeout: 60_000 });
  const clips = page.getByRole('button', { name: /^Picture \d+ of \d+/ });
  const [first, last] = [await spotOf(clips.first()), await spotOf(clips.last())];
  await nameInputs(page, 'scrub');
  await drag(page, [first.x + 32, first.y - 20], [last.x - first.x, 0], 60);
  await nameInputs(page, 'choose on the timeline');
  for (let i = 0; i < 4; i++) await click(page, await spotOf(clips.nth(i)));
  await nameInputs(page, 'change a time');
  const way = page.getByRole('slider', { name: /^End of the way after/ }).first();
  if ((await way.count()) > 0) {
    const grip = await spotOf(way);
    await drag(page, [grip.x + grip.width / 2, grip.y + grip.height / 2], [60, 0]);
    await drag(page, [grip.x + grip.width / 2 + 60, grip.y + grip.height / 2], [-60, 0]);
  }
  await page.keyboard.press('Escape');
  await nameInputs(page, 'type a number');
  const field = page.getByRole('textbox', { name: 'Length', exact: true });
  for (const seconds of ['6', '5', '4']) {
    await field.focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.type(seconds, { delay: 90 });
    await press(page, 'Enter', 1, 300);
  }
  await nameInputs(page, 'drag a slider');
  const detail = await spotOf(page.getByRole('slider', { name: /Your own detail/ }));
  await drag(page, [detail.x + detail.width - 4, detail.y + detail.height / 2], [-detail.width / 2, 0]);
  await drag(page, [detail.x + detail.width / 2, detail.y + detail.height / 2], [detail.width / 2 - 4, 0]);
  await nameInputs(page, 'play and stop');
  await page.keyboard.press('Escape');
  await press(page, 'Space', 6, 250);

  await go('Attributes', 1200);
  await nameInputs(page, 'sort pictures');
  const tray = page.getByRole('listbox').getByRole('option');
  for (let i = 0; i < 6; i++) {
    await click(page, await spotOf(tray.nth(i)));
    await press(page, i % 2 === 0 ? '1' : '2', 1, 120);
  }

  await nameInputs(page, 'the palette');
  for (let i = 0; i < 3; i++) {
    await press(page, 'Control+k', 1, 250);
    await page.keyboard.type('morph', { delay: 90 });
    await press(page, 'ArrowDown', 2);
    await press(page, 'Escape', 1, 300);
  }
}
