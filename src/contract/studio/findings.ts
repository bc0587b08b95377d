/** What is known of pictures, and the latent direction that says most of it. */
export interface Meaning {
  /** A column of the table that the pictures came with; null for their labels. */
  readonly name: string | null;
  /** Of the latents, counted from 0. */
  readonly direction: number;
  /** The part of all there is to say that it says, beyond chance, in [0, 1]. */
  readonly share: number;
  /** How much more than the next, in [0, 1]. */
  readonly gap: number;
}

/** A picture, and what it costs to be told without loss. */
export interface CostlyPicture {
  readonly id: string;
  /** Bits a value. */
  readonly bits: number;
}
