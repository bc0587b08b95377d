import type { Encoding } from '../../../contract/encoding.ts';
import { throwIfCancelled } from '../../../contract/errors.ts';
import { encodeProvenance, type Provenance } from '../../../contract/provenance.ts';
import type { Frame } from '../../export/frame.ts';
import { createPace } from '../../export/timing.ts';
import type { AnimationFormat } from './formats.ts';
import type { Kernel } from './pixels.ts';
import { prepare } from './prepare.ts';
import type { FrameSink } from './sink.ts';
import type { FilmEncoder } from './film-encoder.ts';

export interface PassSettings {
  readonly format: AnimationFormat;
  /** That the frames come at. */
  readonly framesPerSecond: number;
  /** 0 for ever. */
  readonly plays: number;
  readonly scale: number;
  readonly kernel: Kernel;
  readonly provenance: (encoding: Encoding) => Provenance;
  readonly onWritten: (frames: number) => void;
  /** Hears of frames that are there, as long as none can be written yet. */
  readonly onDrawn?: ((frames: number) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  /** As a sink takes it. */
  readonly film?: FilmEncoder | undefined;
}

/** What one encoding of all frames gave. */
export interface Passed {
  readonly encoding: Encoding;
  /** How many are shown. */
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly paceNote: string | null;
}

/** Encodes frames, from the first to the last, into a file that is complete when this returns. */
export async function encodePass(
  frames: AsyncIterable<Frame>,
  encoding: Encoding,
  file: string,
  settings: PassSettings,
): Promise<Passed> {
  const { format, plays, signal, onWritten, film } = settings;
  const pace = createPace(settings.framesPerSecond, format.clock, encoding.framesPerSecond ?? Infinity);
  const recipe = encodeProvenance(settings.provenance(encoding));
  const preparation = { ...settings, encoding };
  let sink: FrameSink | null = null;
  let [given, shown, written] = [0, 0, 0];
  let size = { width: 0, height: 0 };
  const report = (done = written): void => {
    written = done;
    onWritten(written);
  };
  try {
    for await (const frame of frames) {
      throwIfCancelled(signal);
      if (pace.keeps(given++)) {
        const prepared = await prepare(frame, preparation);
        size = { width: prepared.width, height: prepared.height };
        const { quality } = encoding;
        sink ??= await format.open(file, prepared, {
          pace,
          plays,
          quality,
          recipe,
          signal,
          film,
          onWritten: report,
        });
        await sink.add(prepared);
        shown++;
      }
      if (sink?.later === true) settings.onDrawn?.(given);
      else report();
    }
    if (sink === null) throw new RangeError('There are no frames to encode.');
    await sink.finish();
    throwIfCancelled(signal);
    return { encoding, frames: shown, ...size, seconds: shown / pace.framesPerSecond, paceNote: pace.note };
  } finally {
    await sink?.close();
  }
}
