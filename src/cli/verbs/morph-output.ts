import type { MorphSettings } from '../../contract/morph.ts';
import type { OpenedInstrument } from '../../engine/latent/open.ts';
import {
  estimateTimeline,
  exportTimeline,
  type TimelineExport,
  type WrittenTimeline,
} from '../../engine/morph/export.ts';
import { modelOf } from '../open.ts';
import type { Voice } from '../terminal.ts';
import { encodingOf, type ExportFlags } from './export-options.ts';

interface OutputFlags extends ExportFlags {
  readonly estimate?: true;
  readonly scale: number;
  readonly seed: number;
}

/** Exports a morph and says what came out; with `--estimate`, only how large it would be. */
export async function writeMorph(
  job: Pick<
    TimelineExport,
    'instrument' | 'timeline' | 'pictures' | 'onto' | 'out' | 'onProgress' | 'signal'
  >,
  flags: OutputFlags,
  voice: Voice,
  more: { readonly settings?: MorphSettings } = {},
): Promise<void> {
  const { size, scale, seed, maxSize: maxBytes } = flags;
  const asked = { ...job, seed, encoding: encodingOf(flags), maxBytes };
  const drawn = { ...asked, scale: size === undefined ? scale : undefined };
  if (flags.estimate !== true) {
    tellWritten(voice, job.instrument, await exportTimeline(drawn), more);
    return;
  }
  const estimate = await estimateTimeline(drawn);
  const { bytes, least, most, frames, width, height, seconds, notes } = estimate;
  const [about, from, to] = [bytes, least, most].map((value) => Math.ceil(value / 1000));
  voice.say(
    `About ${about} kB (${from} to ${to}): ${frames} frames of ${width} × ${height}, ${seconds.toFixed(1)} s.`,
  );
  for (const note of notes) voice.say(note);
  voice.json({ estimate });
}

/** Says what was written, to people or as JSON. */
export function tellWritten(
  voice: Voice,
  instrument: OpenedInstrument,
  written: WrittenTimeline,
  more: { readonly settings?: MorphSettings } = {},
): void {
  const { path, frames, width, height, seconds, bytes, notes, pictures } = written;
  const through = pictures.length > 0 ? ` through ${pictures.length} pictures` : '';
  voice.say(
    `${frames} frames of ${width} × ${height}${through}, ${seconds.toFixed(1)} s, ${Math.ceil(bytes / 1000)} kB: ${path}`,
  );
  for (const note of notes) voice.say(note);
  voice.json({ ...written, ...more, project: instrument.project.folder, model: modelOf(instrument) });
}
