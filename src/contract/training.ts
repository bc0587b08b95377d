/** One line of `metrics.jsonl`, and of `train --json`. Losses in nats per picture. */
export interface TrainingLine {
  readonly step: number;
  readonly epoch: number;
  /** How far the run has come, in [0, 1]. */
  readonly progress: number;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly learningRate: number;
  readonly elapsedSeconds: number;
  readonly imagesPerSecond: number;
  readonly etaSeconds: number;
  /** Figures on held-out pictures, where they were taken at this step. */
  readonly validation?: Readonly<Record<string, number>>;
}
