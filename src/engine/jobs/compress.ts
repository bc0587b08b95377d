import { createHash } from 'node:crypto';
import * as path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { ImageFormat } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { AnsStack } from '../../core/ans.ts';
import { createRng, STREAM } from '../../core/rng.ts';
import { LatentBins, popPicture, pushPicture } from '../evaluate/bits-back.ts';
import { type PixelCodeName, pixelCodes } from '../evaluate/pixel-code.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { breathe } from '../node/breathe.ts';
import { binarisePixels } from '../recipes/augment.ts';
import type { Model } from '../recipes/compose.ts';
import { codeLengths } from './code-lengths.ts';
import { type Compressed, writeCompressed } from './compressed-file.ts';
import { readPictures } from './pictures.ts';

interface Watch {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CompressRequest extends Watch {
  /** Files and folders. */
  readonly pictures: readonly string[];
  readonly out: string;
  /** Make them black and white first, white as likely as they are bright. */
  readonly binarise: boolean;
  readonly seed: number;
}

export interface CompressReport {
  readonly pictures: number;
  /** Values of all pictures. */
  readonly dimensions: number;
  readonly pixels: PixelCodeName;
  readonly latentBits: number;
  /** Of the whole stack, what it began with included; per value. */
  readonly bitsPerDimension: number;
  /** What it began with, which is lost on the first pictures and hardly counts for many: per value. */
  readonly initialBitsPerDimension: number;
  /** The negative ELBO of the same likelihood, bits per value. */
  readonly negativeElboPerDimension: number;
  /** Of the file, its head (names, hashes) included. */
  readonly bytes: number;
  /** Its head alone. */
  readonly headBytes: number;
}

/** What is compressed by bits back: a Gaussian code of one group under N(0, 1). Throws `usage` for others. */
export function checkCompressible({ recipe, groups }: Model): void {
  const why =
    recipe.latent.kind === 'deterministic'
      ? 'its code has no posterior'
      : groups.length > 1
        ? 'its latents come in groups that depend on each other'
        : ['standard-normal', 'mixture'].includes(recipe.prior.kind)
          ? null
          : `its prior is "${recipe.prior.kind}" and not N(0, 1)`;
  if (why === null) return;
  throw new MorphloomError(
    'usage',
    `The recipe "${recipe.name}" cannot compress pictures: ${why}; use "morph", "vae" or another with a Gaussian code.`,
  );
}

/** Which likelihood of bytes pictures are written with: single bits only where the model means that by its own. */
export const pixelCodeFor = ({ recipe }: Model, pixels: Uint8Array): PixelCodeName =>
  recipe.likelihood.kind === 'bernoulli' && pixels.every((value) => value === 0 || value === 255)
    ? 'binary'
    : 'levels';

/** Compresses pictures, as the model takes them, into one file, without loss; gives their pixels too. */
export async function compressPictures(
  instrument: OpenedInstrument,
  { pictures: paths, out, binarise, seed, onProgress, signal }: CompressRequest,
): Promise<{ readonly report: CompressReport; readonly pixels: Uint8Array; readonly image: ImageFormat }> {
  const { model, runId, hash } = instrument;
  checkCompressible(model);
  const pictures = await readPictures(instrument, paths, { onProgress, signal });
  const image = instrument.image as ImageFormat;
  const { pixels, files } = pictures;
  if (binarise) binarisePixels(pixels, createRng(seed, STREAM.augmentation));
  const code = pixelCodeFor(model, pixels);
  const counted = { pixels, count: files.length, code, seed };
  const { nats, latentBits } = await codeLengths(instrument, counted, { onProgress, signal });
  const bins = new LatentBins(latentBits);
  const stack = new AnsStack(createRng(seed, STREAM.posteriorNoise));
  const size = pixels.length / files.length;
  // From the last on, so that they come out from the first on.
  for (let i = files.length - 1; i >= 0; i--) {
    pushPicture(stack, instrument, bins, pixelCodes[code], pixels.subarray(i * size, (i + 1) * size));
    onProgress?.({ stage: 'Compressing', done: files.length - i, total: files.length, unit: 'pictures' });
    await breathe(signal);
  }
  const compressed: Compressed = {
    head: {
      version: 1,
      model: { run: runId, hash },
      backend: tf.getBackend(),
      image,
      pixels: code,
      latentBits,
      sha256: sha256(pixels),
      names: files.map((file) => path.parse(file).name),
    },
    words: stack.toWords(),
  };
  const bytes = await writeCompressed(out, compressed);
  const report: CompressReport = {
    pictures: files.length,
    dimensions: pixels.length,
    pixels: code,
    latentBits,
    bitsPerDimension: stack.bits / pixels.length,
    initialBitsPerDimension: stack.drawnBits / pixels.length,
    negativeElboPerDimension: nats.reduce((a, b) => a + b, 0) / Math.LN2 / pixels.length,
    bytes,
    headBytes: bytes - 2 * compressed.words.length,
  };
  return { report, pixels, image };
}

/**
 * Undoes {@link compressPictures}. Throws `usage` for another model than the one that wrote it, `corrupt` where other
 * pictures come out than went in.
 */
export async function decompressPictures(
  instrument: OpenedInstrument,
  { head, words }: Compressed,
  { onProgress, signal }: Watch = {},
): Promise<Uint8Array> {
  if (head.model.hash !== instrument.hash) {
    throw new MorphloomError(
      'usage',
      `These pictures were compressed by another model, of the run "${head.model.run}"; name its project.`,
    );
  }
  const bins = new LatentBins(head.latentBits);
  const stack = AnsStack.fromWords(words, createRng(0));
  const out: Uint8Array[] = [];
  for (const _ of head.names) {
    out.push(popPicture(stack, instrument, bins, pixelCodes[head.pixels]));
    onProgress?.({ stage: 'Decompressing', done: out.length, total: head.names.length, unit: 'pictures' });
    await breathe(signal);
  }
  const pixels = Buffer.concat(out);
  if (sha256(pixels) === head.sha256) return pixels;
  throw new MorphloomError(
    'corrupt',
    `Other pictures came out than went in: the file is damaged, or this machine computes otherwise than the one that wrote it (with the backend "${head.backend}"; now "${tf.getBackend()}"); decompress it there.`,
  );
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
