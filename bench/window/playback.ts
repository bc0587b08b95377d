/// <reference lib="dom" />
import type { Page } from 'playwright-core';

/** How a morph played. */
export interface Playback {
  /** Frames whose time came, by the player's own clock. */
  readonly due: number;
  /** Of them, those that were drawn. */
  readonly drawn: number;
  /** Frames that passed while the browser gave nobody a chance to draw: the machine's share of what was dropped. */
  readonly starved: number;
  readonly framesPerSecond: number;
}

interface Notes {
  readonly numbers: number[];
  readonly draws: number;
  readonly starved: number;
  readonly frames: number;
}

const FRAMES_PER_SECOND = 30;

/** How long a preview may take to become final; one beside a training takes its time. */
const PATIENCE_MS = 60_000;

/** Lets the morph play, once what is on screen is as good as it gets, or nearly. */
export async function play(page: Page): Promise<void> {
  await page.getByRole('slider', { name: 'Playhead' }).waitFor({ timeout: 120_000 });
  await page.waitForTimeout(1000);
  const bar = page.getByRole('progressbar', { name: /Refining/ });
  const began = performance.now();
  while ((await bar.getAttribute('aria-valuenow')) !== '100' && performance.now() - began < PATIENCE_MS)
    await page.waitForTimeout(500);
  const paused = page.getByRole('button', { name: 'Play', exact: true });
  if ((await paused.count()) > 0) await paused.click();
  await page.mouse.move(5, 450);
  await page.waitForTimeout(1000);
}

/** Watches a morph that plays: what its clock says is due, and what is drawn on the stage. */
export async function watchPlayback(page: Page, seconds: number): Promise<Playback> {
  const { numbers, draws, starved, frames } = await page.evaluate<
    Notes,
    { milliseconds: number; frame: number }
  >(
    ({ milliseconds, frame }) =>
      new Promise((resolve) => {
        const head = document.querySelector('.playhead [role=slider]');
        if (head === null) throw new Error('There is no playhead.');
        const now = (): number => Number(head.getAttribute('aria-valuenow'));
        const numbers = [now()];
        const observer = new MutationObserver(() => numbers.push(now()));
        observer.observe(head, { attributes: true, attributeFilter: ['aria-valuenow'] });
        const draw = Object.getOwnPropertyDescriptor(CanvasRenderingContext2D.prototype, 'drawImage');
        const original = draw?.value as (...args: unknown[]) => void;
        let draws = 0;
        CanvasRenderingContext2D.prototype.drawImage = function (
          this: CanvasRenderingContext2D,
          ...args: unknown[]
        ) {
          if (this.canvas.closest('.stage') !== null) draws++;
          return original.apply(this, args);
        };
        let starved = 0;
        let last: number | null = null;
        const began = performance.now();
        const tick = (at: number): void => {
          if (last !== null) starved += Math.max(0, (at - last) / frame - 1);
          last = at;
          if (performance.now() - began < milliseconds) return void requestAnimationFrame(tick);
          observer.disconnect();
          CanvasRenderingContext2D.prototype.drawImage = original;
          resolve({ numbers, draws, starved, frames: Number(head.getAttribute('aria-valuemax')) + 1 });
        };
        requestAnimationFrame(tick);
      }),
    { milliseconds: seconds * 1000, frame: 1000 / FRAMES_PER_SECOND },
  );
  const due = numbers
    .slice(1)
    .reduce((sum, frame, i) => sum + ((frame - (numbers[i] ?? 0) + frames) % frames), 0);
  return { due, drawn: Math.min(draws, due), starved, framesPerSecond: due / seconds };
}
