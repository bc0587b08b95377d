/** How far to trust what is told of pictures' kinds: labelled ones were kept aside in turn, and told by the others. */
export interface KindsTrust {
  readonly asked: number;
  /** So many of them were told as they are labelled. */
  readonly right: number;
  /** The same by bare pixels; null where that was not asked, as labels are not few. */
  readonly rightByPixels: number | null;
  /** Of how many of them it was sure, and of how many of those rightly. */
  readonly sure: number;
  readonly rightOfSure: number;
}

/** A picture, and what it is told to be. */
export interface ToldKind {
  readonly id: string;
  readonly kind: string;
  /** How probable that is, in [0, 1]. */
  readonly sureness: number;
}

/** A picture whose label is another than what it is told to be. */
export interface DoubtedLabel extends ToldKind {
  readonly label: string;
}
