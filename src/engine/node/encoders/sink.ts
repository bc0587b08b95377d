import type { Frame } from '../../export/frame.ts';
import type { Pace } from '../../export/timing.ts';
import type { FilmEncoder } from './film-encoder.ts';

/**
 * Where the frames of an animation go: a format's writer. Whatever can encode (a library here, a program beside
 * us, a browser's codecs in a window) is an encoder when it can be opened as one.
 */
export interface FrameSink {
  /** Whether frames are only kept until the last has come: then no word of any written one comes before. */
  readonly later?: boolean;
  /** Takes the next frame (its data may be reused afterwards); waits when the encoders are behind. */
  add(frame: Frame): Promise<void>;
  /** Writes what is still missing, and syncs. */
  finish(): Promise<void>;
  /** Gives up what it holds; call it in any case. */
  close(): Promise<void>;
}

export interface SinkSettings {
  readonly pace: Pace;
  /** How often it plays; 0 for ever. */
  readonly plays: number;
  /** 1 to 100. */
  readonly quality: number;
  /** ASCII. */
  readonly recipe: string;
  /** Called with the number of frames that are in the file by now. */
  readonly onWritten: (frames: number) => void;
  readonly signal: AbortSignal | undefined;
  /** What encodes film where there is no ffmpeg that does. */
  readonly film?: FilmEncoder | undefined;
}

/**
 * Keeps up to `limit` encodings going and hands over their results in order. A failure surfaces with the
 * next call, never as an unhandled rejection.
 */
export function createQueue<T>(limit: number, write: (result: T) => Promise<void>) {
  const going: Promise<T>[] = [];
  const writeOldest = async (): Promise<void> => {
    const oldest = going.shift();
    if (oldest !== undefined) await write(await oldest);
  };
  return {
    push: async (work: Promise<T>): Promise<void> => {
      work.catch(() => undefined);
      going.push(work);
      if (going.length > limit) await writeOldest();
    },
    drain: async (): Promise<void> => {
      while (going.length > 0) await writeOldest();
    },
  };
}

/** Opens a format's writer at `file` for frames like `first`. */
export type OpenSink = (file: string, first: Frame, settings: SinkSettings) => Promise<FrameSink>;
