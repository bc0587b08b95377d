import { openInstrument, type OpenedInstrument } from '../engine/latent/open.ts';
import type { BackendName } from '../engine/compute/select.ts';
import type { Voice } from './terminal.ts';

export interface InstrumentFlags {
  readonly run?: string;
  readonly backend?: BackendName;
  readonly json?: boolean;
  /** Not a flag of users: for verbs whose result must come out the same on every machine. */
  readonly processor?: boolean;
}

/** Opens a project's model for a verb, lets the verb play on it, and puts it away. */
export async function withInstrument(
  project: string,
  flags: InstrumentFlags,
  voice: Voice,
  play: (instrument: OpenedInstrument) => Promise<void>,
): Promise<void> {
  const instrument = await openInstrument(project, {
    run: flags.run,
    backend: flags.backend,
    processor: flags.processor,
    onProgress: voice.onProgress,
    signal: voice.signal,
    log: voice.say,
  });
  try {
    await play(instrument);
  } finally {
    instrument.dispose();
  }
}

/** The part of an export's recipe that names its model. */
export const modelOf = (instrument: OpenedInstrument): { run: string; hash: string } => ({
  run: instrument.runId,
  hash: instrument.hash,
});
