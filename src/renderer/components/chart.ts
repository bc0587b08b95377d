/** A line of a chart. Apart from the component, since only Svelte's own checker reads types out of those. */
export interface Curve {
  readonly name: string;
  /** Ascending. */
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  /** Which of the chart's colours, from 1. */
  readonly colour: number;
}
