import type { Encoding } from '../../contract/encoding.ts';
import type { Provenance } from '../../contract/provenance.ts';
import type { Frame } from '../export/frame.ts';
import { inRows } from '../export/sheet.ts';
import type { WrittenAnimation } from '../node/encoders/animation.ts';
import { sheet } from '../node/encoders/compose.ts';
import { encodePng, writeStill } from '../node/encoders/still.ts';
import { watch } from '../node/encoders/watch.ts';
import type { TimelinePlan } from './plan.ts';
import type { Hooks } from './timeline.ts';

/** More than these are not looked at one by one. */
const MOST_ON_SHEET = 240;
const GAP = 8;

export interface SheetJob extends Hooks {
  readonly out: string;
  readonly encoding: Encoding;
  readonly provenance: Provenance;
}

/** Writes the frames of a timeline as one picture, rows from the left. Throws as `writeAnimation` does for what shows nothing. */
export async function writeSheet(
  { frameCount, framesPerSecond }: TimelinePlan,
  frames: AsyncIterable<Frame>,
  { out, encoding, provenance, onProgress }: SheetJob,
): Promise<WrittenAnimation> {
  const every = everyOnSheet(frameCount);
  const watched = watch(frames, { framesPerSecond, loops: false, out, allowFlat: undefined });
  const shown: Frame[] = [];
  let done = 0;
  for await (const frame of watched.frames) {
    if (done % every === 0) shown.push(frame);
    onProgress?.({ stage: 'Drawing frames', done: ++done, total: frameCount, unit: 'frames' });
  }
  const written = await writeStill({ frame: await sheetOf(shown, encoding), out, provenance });
  const notes = every === 1 ? [] : [`The sheet shows one frame of every ${every}.`];
  return { ...written, frames: shown.length, seconds: frameCount / framesPerSecond, notes };
}

/** About how large a sheet will be, by one of some of its frames. */
export async function estimateSheet(
  sample: readonly Frame[],
  frameCount: number,
  encoding: Encoding,
): Promise<{ bytes: number; frames: number; width: number; height: number }> {
  const frames = Math.ceil(frameCount / everyOnSheet(frameCount));
  const page = await sheetOf(sample, encoding);
  const { length } = await encodePng(page, '');
  const [cell] = sample;
  const columns = columnsOf(frames, encoding);
  const across = (cells: number, side: number): number =>
    cells * Math.round(side * scaleOf(cell, encoding)) + (cells + 1) * GAP;
  const [width, height] = [across(columns, cell.width), across(Math.ceil(frames / columns), cell.height)];
  return { bytes: Math.round((length * frames) / sample.length), frames, width, height };
}

const everyOnSheet = (frameCount: number): number => Math.ceil(frameCount / MOST_ON_SHEET);

function sheetOf(frames: readonly Frame[], encoding: Encoding): Promise<Frame> {
  const { background } = encoding;
  const rows = inRows(frames, columnsOf(frames.length, encoding));
  return sheet({
    rows,
    gap: GAP,
    scale: scaleOf(frames[0], encoding),
    ...(background !== null && { background }),
  });
}

const scaleOf = ({ width, height }: Frame, { side }: Encoding): number =>
  side === null ? 1 : side / Math.max(width, height);

const columnsOf = (count: number, { columns }: Encoding): number =>
  Math.min(count, columns ?? Math.ceil(Math.sqrt(count)));
