import { describe, expect, it } from 'vitest';
import { Newest } from '../../../../src/renderer/rooms/places/newest.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('asking for the newest only', () => {
  it('has one question on its way, skips those in between, and answers the last', async () => {
    const asked: number[] = [];
    const answered: number[] = [];
    let running = 0;
    const newest = new Newest<number, number>(
      async (question) => {
        expect(++running).toBe(1);
        asked.push(question);
        await wait(8);
        running--;
        return question;
      },
      (answer) => answered.push(answer),
    );
    for (let i = 0; i < 30; i++) {
      newest.want(i);
      await wait(2);
    }
    await wait(60);
    expect(asked.length).toBeLessThan(20);
    expect(asked.length).toBeGreaterThan(3);
    expect(answered.at(-1)).toBe(29);
    expect(newest.busy).toBe(false);
  });

  it('tells of an error, goes on after it, and tells nothing once dropped', async () => {
    const told: unknown[] = [];
    const newest = new Newest<string, string>(
      async (question) => {
        await wait(2);
        if (question === 'bad') throw new Error('no');
        return question;
      },
      (answer) => told.push(answer),
      (error) => told.push(error),
    );
    newest.want('bad');
    await wait(20);
    newest.want('good');
    await wait(20);
    newest.want('late');
    newest.drop();
    await wait(20);
    expect(told).toEqual([new Error('no'), 'good']);
  });
});
