/** How far a long job has come. `total` is null while it is not known yet. */
export interface Progress {
  /** What is being done, in plain words: "Reading pictures". */
  readonly stage: string;
  readonly done: number;
  readonly total: number | null;
  /** What `done` counts, plural: "pictures", "bytes", "steps", "frames". */
  readonly unit: string;
  /** One more thing worth knowing now, if any. */
  readonly note?: string;
}

export type OnProgress = (progress: Progress) => void;
