import type { CDPSession, Page } from 'playwright-core';
import type { ProjectState, TrainingLook, TrainingNow } from '../../src/contract/studio/state.ts';
import { railOf, ROOMS } from './inputs.ts';
import { type Holding, holding } from './probe.ts';
import type { Relay, Told } from './relay.ts';

/** What the window held as the hour went by, every ten minutes; the first after ten. */
export interface Hour {
  readonly holdings: readonly Holding[];
  readonly messages: number;
  /** How long it took in truth, in seconds. */
  readonly lasted: number;
}

const HOUR = 3600;
const SPEED = 60;
const MEASURE_EVERY = 600;
/** So often somebody looks at another room, and comes back. */
const STROLL_EVERY = 150;

const minuteOf = (seconds: number): number => Math.floor(seconds / 60);

/** What was told, as it would be some seconds and steps later. */
function later({ topic, value }: Told, seconds: number, steps: number): unknown {
  if (topic.startsWith('training:')) {
    const { run, line } = value as TrainingNow;
    const elapsedSeconds = line.elapsedSeconds + seconds;
    return { run, line: { ...line, step: line.step + steps, elapsedSeconds } } satisfies TrainingNow;
  }
  if (topic.startsWith('look:')) {
    const look = value as TrainingLook;
    return { ...look, step: look.step + steps } satisfies TrainingLook;
  }
  if (topic.startsWith('project:')) {
    const project = value as ProjectState;
    const runs = project.runs.map((run) => ({ ...run, step: run.step + steps }));
    return { ...project, runs } satisfies ProjectState;
  }
  return value;
}

/** Tells a window what a real training told, over and over, for an hour of training in a minute. */
export async function replayHour(
  page: Page,
  cdp: CDPSession,
  relay: Relay,
  recorded: readonly Told[],
): Promise<Hour> {
  const of = (topic: string): Told[] => recorded.filter((told) => told.topic.startsWith(topic));
  const lines = of('training:').map(({ value }) => (value as TrainingNow).line);
  const stride = (lines.at(-1)?.step ?? 0) - (lines[0]?.step ?? 0) + 1;
  const first = recorded[0]?.at ?? 0;
  const length = ((recorded.at(-1)?.at ?? 0) - first) / 1000 + 0.2;
  const holdings: Holding[] = [];
  let messages = 0;
  let measured = 0;
  let strolled = 0;
  relay.passes = false;
  const began = performance.now();
  for (let cycle = 0; cycle * length < HOUR; cycle++) {
    for (const told of recorded) {
      const at = cycle * length + (told.at - first) / 1000;
      const ahead = (at / SPEED) * 1000 - (performance.now() - began);
      if (ahead > 4) await page.waitForTimeout(ahead);
      await relay.tell(told.topic, later(told, cycle * length, cycle * stride));
      messages++;
      if (at - strolled > STROLL_EVERY) {
        strolled = at;
        const room = ROOMS[minuteOf(at) % ROOMS.length] ?? 'Train';
        await railOf(page, room).click();
        await page.waitForTimeout(250);
        await railOf(page, 'Train').click();
      }
      if (at - measured > MEASURE_EVERY) {
        measured = at;
        await page.waitForTimeout(400);
        holdings.push(await holding(cdp));
      }
    }
  }
  holdings.push(await holding(cdp));
  const lasted = (performance.now() - began) / 1000;
  relay.passes = true;
  return { holdings, messages, lasted };
}
