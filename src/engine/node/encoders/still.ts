import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';
import { encodeProvenance, type Provenance } from '../../../contract/provenance.ts';
import { concatBytes, fromArray } from '../../export/bytes.ts';
import { checkFrame, type Frame } from '../../export/frame.ts';
import { embedInPng } from '../../export/png.ts';
import { splitWebp, webpEnd, webpStart } from '../../export/webp.ts';
import { describeWriteFailure, writeSynced } from '../files.ts';
import { fromFrame } from './pixels.ts';
import { webpOptions } from './segments.ts';
import { DEFAULT_QUALITY } from '../../../contract/encoding.ts';
import { openDraft } from './target.ts';

export interface WrittenStill {
  readonly path: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
}

/** A frame as a PNG, losslessly, with a recipe (text) inside. */
export async function encodePng(frame: Frame, recipe: string): Promise<Uint8Array> {
  return embedInPng(await fromFrame(frame).png({ compressionLevel: 7 }).toBuffer(), recipe);
}

async function encodeWebp(frame: Frame, recipe: string): Promise<Uint8Array> {
  const { width, height, channels } = frame;
  const webp = await fromFrame(frame).webp(webpOptions(DEFAULT_QUALITY)).toBuffer();
  const images = splitWebp(fromArray(webp), width, height).map(({ imageChunks }) => imageChunks);
  const end = webpEnd(recipe);
  const header = { width, height, alpha: channels === 4, animation: null };
  const length = concatBytes([webpStart(header, 0), ...images, end]).length;
  return concatBytes([webpStart(header, length), ...images, end]);
}

const encoders = new Map([
  ['.png', encodePng],
  ['.webp', encodeWebp],
]);

/**
 * Writes one picture, as a PNG or a WebP, with its recipe inside; the file is replaced whole or not at all.
 * Throws `usage` for another ending, or a name that is taken by something Morphloom did not make.
 */
export async function writeStill(options: {
  readonly frame: Frame;
  readonly out: string;
  readonly provenance: Provenance;
}): Promise<WrittenStill> {
  const { frame, out } = options;
  const extension = path.extname(out).toLowerCase();
  const encode = encoders.get(extension);
  if (encode === undefined) {
    throw new MorphloomError(
      'usage',
      `"${out}": a picture is written as .png or .webp; choose one of these endings.`,
    );
  }
  checkFrame(frame);
  const recipe = encodeProvenance(options.provenance);
  const draft = await openDraft(out, 'file');
  try {
    const bytes = await encode(frame, recipe);
    await writeSynced(draft.path, bytes);
    await draft.commit();
    return { path: path.resolve(out), bytes: bytes.length, width: frame.width, height: frame.height };
  } catch (cause) {
    throw describeWriteFailure(out, cause);
  } finally {
    await draft.discard();
  }
}
