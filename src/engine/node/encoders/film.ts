import { findFfmpeg, needFfmpeg, type VideoFormat, whyNoVideo } from './ffmpeg.ts';
import type { FilmEncoder } from './film-encoder.ts';
import type { OpenSink } from './sink.ts';
import { openVideo } from './video.ts';
import { openForWindow } from './window.ts';

/** Film, by the ffmpeg of this machine; where there is none that writes the format, by a window, if one may. */
export const openFilm =
  (format: VideoFormat): OpenSink =>
  async (file, first, settings) => {
    const { film } = settings;
    const byWindow = film !== undefined && whyNoVideo(format, await findFfmpeg()) !== null;
    return byWindow
      ? openForWindow(format, film, file, first, settings)
      : openVideo(format)(file, first, settings);
  };

/** Throws `environment` where nothing could write this format. */
export async function checkFilm(format: VideoFormat, film: FilmEncoder | undefined): Promise<void> {
  if (film === undefined) await needFfmpeg(format);
}
