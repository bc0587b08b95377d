/** Moving pictures that a window's own codecs can encode for the engine, where its machine has no ffmpeg. */
export const FILM_FORMATS = ['mp4', 'webm'] as const;
export type FilmFormat = (typeof FILM_FORMATS)[number];

/**
 * A film that the engine asks a window to encode: the window fetches its frames, encodes them, and sends the
 * file's bytes back. An order is for one window; if that is gone, the next gets a new one, and begins anew.
 */
export interface FilmOrder {
  readonly id: string;
  readonly format: FilmFormat;
  /** In pixels; even in an MP4. */
  readonly width: number;
  readonly height: number;
  /** Whether the frames have a plane of alpha: only of a WebM. */
  readonly alpha: boolean;
  readonly frames: number;
  readonly framesPerSecond: number;
  /** 1 to 100. */
  readonly quality: number;
  /** ASCII, to be kept as the file's comment. */
  readonly comment: string;
}
