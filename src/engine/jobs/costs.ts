import type { ImageFormat } from '../../contract/dataset.ts';
import type { OnProgress } from '../../contract/progress.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { type LosslessSize, losslessSizes } from '../node/lossless.ts';
import { breathe } from '../node/breathe.ts';
import { codeLengths } from './code-lengths.ts';
import { checkCompressible, pixelCodeFor } from './compress.ts';

const SEED = 1;

/** What pictures cost to be told without loss; the model itself, which both sides must have, is not counted. */
export interface Costs {
  /** By bits back with this model, bits a value, `[count]`. */
  readonly each: Float64Array;
  /** By well-known formats, bits a value, the better of a file each and one for all. */
  readonly others: readonly { readonly name: LosslessSize['name']; readonly bits: number }[];
}

/**
 * What each picture costs by this model, beside well-known formats. Throws `usage` for a model that cannot compress.
 * @param pixels uint8, HWC, one after the other
 */
export async function costsOf(
  instrument: OpenedInstrument,
  pixels: Uint8Array,
  watch: { readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined },
): Promise<Costs> {
  checkCompressible(instrument.model);
  const image = instrument.image as ImageFormat;
  const size = image.width * image.height * image.channels;
  const counted = {
    pixels,
    count: pixels.length / size,
    code: pixelCodeFor(instrument.model, pixels),
    seed: SEED,
  };
  const { nats } = await codeLengths(instrument, counted, watch);
  await breathe(watch.signal);
  const sizes = await losslessSizes(pixels, image);
  return {
    each: nats.map((one) => one / Math.LN2 / size),
    others: sizes.map(({ name, each, together }) => ({
      name,
      bits: (8 * Math.min(each, together ?? Infinity)) / pixels.length,
    })),
  };
}
