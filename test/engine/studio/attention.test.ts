import { describe, expect, it } from 'vitest';
import { Attention } from '../../../src/engine/studio/attention.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Blocks the thread, as a training step does. */
function compute(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

describe('attention', () => {
  it('goes on at once where nobody waits', async () => {
    const attention = new Attention();
    compute(50);
    let turns = 0;
    setImmediate(() => (turns += 1));
    expect(await timed(attention.giveWay)).toBeLessThan(20);
    // Others had their turn all the same.
    expect(turns).toBe(1);
  });

  it('makes room until those who wait are served, through as many turns as that takes', async () => {
    const attention = new Attention();
    let hops = 0;
    const answered = attention.during(async () => {
      for (; hops < 40; hops++) await new Promise((resolve) => setImmediate(resolve));
      return 'an answer';
    });
    compute(200);
    await attention.giveWay();
    expect(hops).toBe(40);
    expect(await answered).toBe('an answer');
    expect(await timed(attention.giveWay)).toBeLessThan(20);
  });

  it('shares the time with who waits for long: as long a pause as the work was', async () => {
    const attention = new Attention();
    let over = false;
    const long = attention.during(async () => {
      while (!over) await sleep(5);
    });
    for (let i = 0; i < 3; i++) {
      compute(80);
      const pause = await timed(attention.giveWay);
      expect(pause).toBeGreaterThan(70);
      expect(pause).toBeLessThan(400);
    }
    over = true;
    await long;
  });

  it('is not kept by an answer that failed', async () => {
    const attention = new Attention();
    await expect(attention.during(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    compute(100);
    expect(await timed(attention.giveWay)).toBeLessThan(20);
  });
});
