import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Plan, type Budget, type Knot } from '../../../src/engine/train/plan.ts';

/** Trains on an imaginary machine: `seconds` says how long each step takes. Returns the plan and the steps taken. */
function run(plan: Plan, seconds: (step: number) => number, from = { step: 0, elapsedSeconds: 0 }) {
  let { step, elapsedSeconds } = from;
  const progress: number[] = [plan.progress(step)];
  while (!plan.done(step)) {
    step++;
    elapsedSeconds += seconds(step);
    const knot = plan.replan(step, elapsedSeconds);
    if (knot !== null) plan.add(knot);
    progress.push(plan.progress(step));
  }
  return { steps: step, elapsedSeconds, progress };
}

const STEPS_PER_EPOCH = 30;
const budgets = fc.oneof(
  fc.record({ kind: fc.constant('steps' as const), steps: fc.integer({ min: 1, max: 400 }) }),
  fc.record({ kind: fc.constant('epochs' as const), epochs: fc.double({ min: 0.01, max: 12, noNaN: true }) }),
  fc.record({
    kind: fc.constant('minutes' as const),
    minutes: fc.double({ min: 0.01, max: 0.3, noNaN: true }),
  }),
);
/** A machine whose speed wavers between half and double, as machines do. */
const machines = fc
  .record({
    base: fc.double({ min: 0.02, max: 0.4, noNaN: true }),
    waver: fc.infiniteStream(fc.double({ min: 0.5, max: 2, noNaN: true })),
  })
  .map(
    ({ base, waver }) =>
      () =>
        base * (waver.next().value as number),
  );

describe('a plan', () => {
  it('progress rises from 0 to 1 and never falls, whatever the budget and the machine', () => {
    fc.assert(
      fc.property(budgets, machines, (budget: Budget, seconds) => {
        const { progress } = run(new Plan(budget, STEPS_PER_EPOCH), seconds);
        expect(progress[0]).toBe(0);
        expect(progress.at(-1)).toBe(1);
        for (let i = 1; i < progress.length; i++) expect(progress[i]).toBeGreaterThanOrEqual(progress[i - 1]);
      }),
      { numRuns: 60 },
    );
  });

  it('is continuous at its knots: foreseeing anew changes what comes, not where the run stands', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 0.3, noNaN: true }), machines, (minutes, seconds) => {
        const plan = new Plan({ kind: 'minutes', minutes }, STEPS_PER_EPOCH);
        let elapsedSeconds = 0;
        for (let step = 1; !plan.done(step - 1); step++) {
          elapsedSeconds += seconds();
          const before = plan.progress(step);
          const knot = plan.replan(step, elapsedSeconds);
          if (knot === null) continue;
          plan.add(knot);
          expect(plan.progress(step)).toBe(plan.done(step) ? 1 : before);
        }
        expect(plan.knots.length).toBeGreaterThan(1);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    [{ kind: 'steps', steps: 137 }, 137],
    [{ kind: 'epochs', epochs: 3 }, 90],
    [{ kind: 'epochs', epochs: 2.5 }, 75],
    [{ kind: 'epochs', epochs: 0.1 }, 3],
    [{ kind: 'epochs', epochs: 0.001 }, 1],
  ] as const)('%o ends after %i steps, and is foreseen once and for all', (budget, steps) => {
    const plan = new Plan(budget, STEPS_PER_EPOCH);
    expect(run(plan, () => 100).steps).toBe(steps);
    expect(plan.knots.length).toBe(1);
    expect(plan.progress(steps)).toBe(1);
    if (steps > 1) expect(plan.progress(steps - 1)).toBeLessThan(1);
  });

  it('a budget of minutes ends in time, on machines of any speed', () => {
    for (const secondsAStep of [0.004, 0.05, 0.7]) {
      const { elapsedSeconds } = run(
        new Plan({ kind: 'minutes', minutes: 1 }, STEPS_PER_EPOCH),
        () => secondsAStep,
      );
      expect(Math.abs(elapsedSeconds - 60)).toBeLessThan(3);
    }
    // The first steps are slower, and the machine gets busy half-way.
    const uneven = (step: number): number => (step < 4 ? 2 : step < 300 ? 0.05 : 0.15);
    const { elapsedSeconds } = run(new Plan({ kind: 'minutes', minutes: 1 }, STEPS_PER_EPOCH), uneven);
    expect(Math.abs(elapsedSeconds - 60)).toBeLessThan(6);
  });

  it('resumed with the same knots says the same of every step, and takes no other steps', () => {
    fc.assert(
      fc.property(
        machines,
        machines,
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        (seconds, later, cut) => {
          const plan = new Plan({ kind: 'minutes', minutes: 0.2 }, STEPS_PER_EPOCH);
          const { steps } = run(plan, seconds);
          const written = JSON.parse(JSON.stringify(plan.knots)) as Knot[];
          const resumed = new Plan({ kind: 'minutes', minutes: 0.2 }, STEPS_PER_EPOCH, written);
          for (let step = 0; step <= steps; step++) expect(resumed.progress(step)).toBe(plan.progress(step));
          // Killed, and back at a checkpoint from before the last knots: they hold for the steps that are taken again.
          const step = Math.floor(steps * cut);
          const again = run(resumed, later, { step, elapsedSeconds: 12 * cut });
          const lastKnot = written.at(-1) as Knot;
          for (let s = step; s < lastKnot.step; s++) expect(again.progress[s - step]).toBe(plan.progress(s));
        },
      ),
      { numRuns: 40 },
    );
  });
});
