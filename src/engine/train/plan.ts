/**
 * How far a run has come, as a pure function of the step. Schedules need to know where a run ends; where the
 * budget is minutes, that becomes known only as the machine's speed does. So the plan is a list of knots, each
 * written to disk before it is used: from a knot on, progress rises in a straight line to 1 at the step that
 * the knot foresees as the last. A resumed run finds the same knots and so takes the same steps.
 */
export interface Knot {
  /** The step after which this knot holds. */
  readonly step: number;
  /** Progress at that step, in [0, 1]. */
  readonly progress: number;
  /** The step at which progress reaches 1. */
  readonly lastStep: number;
  /** Time spent training when the knot was made, over all parts of the run. */
  readonly elapsedSeconds: number;
}

export type Budget =
  | { readonly kind: 'steps'; readonly steps: number }
  | { readonly kind: 'epochs'; readonly epochs: number }
  | { readonly kind: 'minutes'; readonly minutes: number };

/** Until the machine's speed is known, a run is planned as if this long: the ramp then hardly moves. */
const UNKNOWN_LENGTH = 20_000;
/** Steps before the first measurement is worth anything: the first ones are slower. */
const STEPS_TO_SETTLE = 8;
/** How often the end is foreseen anew, as a part of the budget. */
const REPLAN_EVERY = 1 / 40;

export class Plan {
  readonly #knots: Knot[];

  /** @param knots those of an earlier part of the run, in order */
  constructor(
    private readonly budget: Budget,
    stepsPerEpoch: number,
    knots: readonly Knot[] = [],
  ) {
    this.#knots = [...knots];
    if (this.#knots.length === 0) {
      const lastStep =
        budget.kind === 'steps'
          ? budget.steps
          : budget.kind === 'epochs'
            ? Math.ceil(budget.epochs * stepsPerEpoch)
            : UNKNOWN_LENGTH;
      this.#knots.push({ step: 0, progress: 0, lastStep, elapsedSeconds: 0 });
    }
  }

  get knots(): readonly Knot[] {
    return this.#knots;
  }

  #knotAt(step: number): Knot {
    for (let i = this.#knots.length - 1; i > 0; i--) if (this.#knots[i].step <= step) return this.#knots[i];
    return this.#knots[0];
  }

  /** The step that is foreseen as the last, as seen from this step. */
  lastStep(step: number): number {
    return this.#knotAt(step).lastStep;
  }

  /** Progress in [0, 1] once `step` steps have been taken. */
  progress(step: number): number {
    const knot = this.#knotAt(step);
    if (knot.lastStep <= knot.step) return 1;
    return Math.min(
      1,
      knot.progress + ((1 - knot.progress) * (step - knot.step)) / (knot.lastStep - knot.step),
    );
  }

  /** Whether the run has reached its end after `step` steps. */
  done(step: number): boolean {
    return step >= this.lastStep(step);
  }

  /**
   * A new knot, where the end should be foreseen anew; null where not. It holds once {@link add} is called.
   * @param elapsedSeconds time spent training so far, over all parts of the run
   */
  replan(step: number, elapsedSeconds: number): Knot | null {
    if (this.budget.kind !== 'minutes') return null;
    const latest = this.#knots[this.#knots.length - 1];
    const budgetSeconds = this.budget.minutes * 60;
    const due = latest.step === 0 ? 0 : latest.elapsedSeconds + budgetSeconds * REPLAN_EVERY;
    if (step <= latest.step || step < STEPS_TO_SETTLE || elapsedSeconds < due) return null;
    const secondsAStep = elapsedSeconds / step;
    const remaining = Math.max(0, Math.round((budgetSeconds - elapsedSeconds) / secondsAStep));
    return { step, progress: this.progress(step), lastStep: step + remaining, elapsedSeconds };
  }

  add(knot: Knot): void {
    this.#knots.push(knot);
  }
}
