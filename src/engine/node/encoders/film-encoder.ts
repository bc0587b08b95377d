import type { FilmOrder } from '../../../contract/studio/films.ts';

/** A film whose frames are all there, for an encoder that may begin with it several times. */
export interface Film extends Omit<FilmOrder, 'id'> {
  /** Where the encoded bytes go. */
  readonly file: string;
  /** Frames from one on, one behind the other: as I420, or with alpha as I420A. */
  read(from: number, count: number): Promise<Uint8Array>;
  /** How many frames were taken by now. */
  readonly onTaken: (frames: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** What encodes film outside of this process: a window's codecs. */
export interface FilmEncoder {
  /** Resolves when the file is whole and on disk; waits, if need be, until something comes that can do it. */
  encode(film: Film): Promise<void>;
}
