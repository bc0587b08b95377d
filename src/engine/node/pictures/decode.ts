import sharp, { type Metadata, type Sharp } from 'sharp';
import {
  bytesPerPicture,
  type CropRectangle,
  type ImageFormat,
  isAligned,
  type PictureCrop,
} from '../../../contract/dataset.ts';
import { renderAligned } from './aligned.ts';
import { partOf, type Size } from './geometry.ts';
import { padToFit } from './pad.ts';
import { PictureProblem } from './problem.ts';
import { type PictureBytes, readPictureFile } from './read.ts';

// Pictures are decoded side by side, so one thread each is fastest; and no picture is decoded twice, so
// libvips's cache would only hold memory.
sharp.concurrency(1);
sharp.cache(false);

/** More pixels than any camera makes, and few enough to decode in little memory. */
export const MAX_PIXELS = 100_000_000;
const MAX_ASPECT = 200;
const TIMEOUT_SECONDS = 60;
const WHITE = '#ffffff';

/** Pixels ready for a model: rows of `channels` bytes, sRGB, alpha premultiplied. */
export interface DecodedPicture {
  readonly pixels: Uint8Array;
  /** Size of the original, upright. */
  readonly width: number;
  readonly height: number;
}

/**
 * Asks for memory before a picture is decoded, and is called back when it is done.
 * @param bytes estimate of what decoding will hold
 */
export type Admit = (bytes: number) => Promise<() => void>;

/**
 * Decodes one file as an import does: upright by EXIF, to sRGB by its ICC profile, the first frame of an
 * animation, cropped to the format. Without alpha in the format, transparent parts lie on white.
 * @returns height × width × channels bytes; premultiplied alpha for 4 channels
 * @throws PictureProblem (a MorphloomError) that says what is wrong with the file
 */
export async function decodePicture(
  file: string,
  format: ImageFormat,
  crop: PictureCrop,
): Promise<Uint8Array> {
  return (await decodeBytes(await readPictureFile(file), format, crop)).pixels;
}

/** The same, of a file already read. */
export function decodeBytes(
  picture: PictureBytes,
  format: ImageFormat,
  crop: PictureCrop,
  admit?: Admit,
): Promise<DecodedPicture> {
  return decodeWith(picture, crop, admit, ({ pipeline, upright }) =>
    render(pipeline(), upright, format, crop),
  );
}

/**
 * What `decodeBytes` brings to `format`, the very same part of the picture, at another size of that shape.
 * @returns size.height × size.width × channels bytes
 */
export function decodeAtSize(
  picture: PictureBytes,
  format: ImageFormat,
  crop: PictureCrop,
  size: Size,
  admit?: Admit,
): Promise<DecodedPicture> {
  return decodeWith(picture, crop, admit, async ({ pipeline, upright }) => {
    const part = crop === 'entropy' ? await entropyPart(pipeline(), upright, format) : crop;
    return render(pipeline(), upright, { ...format, ...size }, part);
  });
}

async function decodeWith(
  picture: PictureBytes,
  crop: PictureCrop,
  admit: Admit | undefined,
  decode: (opened: Opened) => Promise<Uint8Array>,
): Promise<DecodedPicture> {
  const opened = await openPicture(picture);
  const { width, height } = opened.upright;
  if (Math.max(width, height) > MAX_ASPECT * Math.min(width, height)) {
    const reason = `is a strip of ${width} × ${height} pixels; cut a part of it out`;
    throw new PictureProblem(picture.source, 'unsupported', reason);
  }
  // Of a part that was chosen by hand, the whole is decoded: sharp shrinks on loading only what it shows whole.
  const whole = typeof crop === 'string' ? 0 : 3 * width * height;
  const release = await admit?.(opened.bytesToDecode + whole);
  try {
    return { pixels: await decode(opened), width, height };
  } catch (cause) {
    throw damaged(picture.source, cause);
  } finally {
    release?.();
  }
}

/**
 * Decodes a file at its own size, upright, in sRGB.
 * @returns rows of 3 bytes, or of 4 with premultiplied alpha where the file has alpha
 */
export async function decodeFull(
  file: string,
): Promise<{ width: number; height: number; channels: 3 | 4; data: Uint8Array }> {
  const picture = await readPictureFile(file);
  const { pipeline, hasAlpha } = await openPicture(picture);
  try {
    const channels = hasAlpha ? 4 : 3;
    const { data, info } = await withChannels(pipeline().autoOrient(), channels).toBuffer({
      resolveWithObject: true,
    });
    if (channels === 4) premultiply(data);
    return { width: info.width, height: info.height, channels, data };
  } catch (cause) {
    throw damaged(file, cause);
  }
}

/** A picture whose header was read. */
export interface Opened {
  /** Its pixels, to be worked on once: sharp's own `clone` would copy the whole file. */
  readonly pipeline: () => Sharp;
  readonly upright: Size;
  readonly hasAlpha: boolean;
  readonly bytesToDecode: number;
}

/** Reads the header and refuses what is too large before anything is decoded. */
export async function openPicture({ source, data, format }: PictureBytes): Promise<Opened> {
  const pipeline = (): Sharp =>
    sharp(data, { limitInputPixels: false, failOn: 'error' }).timeout({ seconds: TIMEOUT_SECONDS });
  let meta: Metadata;
  try {
    meta = await pipeline().metadata();
  } catch (cause) {
    throw damaged(source, cause);
  }
  const { width, height } = meta.autoOrient;
  if (width * height > MAX_PIXELS) {
    const megapixels = Math.round((width * height) / 1e6);
    const reason = `has ${width} × ${height} = ${megapixels} megapixels; the limit is ${MAX_PIXELS / 1e6}, so save a smaller copy`;
    throw new PictureProblem(source, 'too-large', reason);
  }
  // A baseline JPEG is shrunk while it is decoded; a progressive one holds all its coefficients.
  const bytesPerPixel = meta.isProgressive ? 8 : format === 'jpeg' ? 0.5 : meta.depth === 'ushort' ? 8 : 4;
  return {
    pipeline,
    upright: { width, height },
    hasAlpha: meta.hasAlpha,
    bytesToDecode: data.length + width * height * bytesPerPixel,
  };
}

export function damaged(source: string, cause: unknown): PictureProblem {
  const first = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
  const reason = `is damaged or of an unusual kind (${first.trim()}); open it in an image editor and save it again`;
  return new PictureProblem(source, 'damaged', reason, { cause });
}

/**
 * Brings a picture to the format, premultiplied.
 * @param upright the picture's size once it is turned upright
 */
async function render(
  image: Sharp,
  upright: Size,
  format: ImageFormat,
  crop: PictureCrop,
): Promise<Uint8Array> {
  const { width, height, channels } = format;
  if (isAligned(crop)) {
    return renderAligned(image, upright, format, crop, async (part) => {
      const data = await withChannels(part, channels).toBuffer();
      if (channels === 4) premultiply(data);
      return data;
    });
  }
  const oriented = image.autoOrient();
  const resized =
    typeof crop !== 'string'
      ? oriented.extract({ ...partOf(crop, upright, format) }).resize(width, height, { fit: 'fill' })
      : crop === 'fit'
        ? oriented.resize(width, height, { fit: 'inside' })
        : oriented.resize(width, height, {
            fit: 'cover',
            position: crop === 'entropy' ? ENTROPY : 'centre',
          });
  const { data, info } = await withChannels(resized, channels).toBuffer({ resolveWithObject: true });
  if (info.channels !== channels)
    throw new Error(`decoded to ${info.channels} channels instead of ${channels}`);
  if (channels === 4) premultiply(data);
  const pixels = crop === 'fit' ? padToFit(data, info, format) : data;
  if (pixels.length !== bytesPerPicture(format)) throw new Error(`decoded to ${pixels.length} bytes`);
  return pixels;
}

const ENTROPY = sharp.strategy.entropy;

/**
 * The part that `entropy` shows at the format's size. It is chosen among the pixels of the result, so at
 * another size it could be another.
 */
async function entropyPart(image: Sharp, upright: Size, format: ImageFormat): Promise<CropRectangle> {
  const { width, height, channels } = format;
  const resized = image.autoOrient().resize(width, height, { fit: 'cover', position: ENTROPY });
  const { info } = await withChannels(resized, channels).toBuffer({ resolveWithObject: true });
  const scale = Math.max(width / upright.width, height / upright.height);
  const covering = {
    width: Math.max(width, Math.round(upright.width * scale)),
    height: Math.max(height, Math.round(upright.height * scale)),
  };
  return {
    x: -(info.cropOffsetLeft ?? 0) / covering.width,
    y: -(info.cropOffsetTop ?? 0) / covering.height,
    width: width / covering.width,
    height: height / covering.height,
  };
}

function withChannels(image: Sharp, channels: 1 | 3 | 4): Sharp {
  if (channels === 4) return image.toColourspace('srgb').ensureAlpha().raw();
  const opaque = image.flatten({ background: WHITE });
  return (channels === 1 ? opaque.greyscale().toColourspace('b-w') : opaque.toColourspace('srgb')).raw();
}

/** Turns straight RGBA into premultiplied, in place, rounding to nearest. */
function premultiply(rgba: Uint8Array): void {
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3] ?? 0;
    if (alpha === 255) continue;
    for (let c = i; c < i + 3; c++) rgba[c] = Math.round(((rgba[c] ?? 0) * alpha) / 255);
  }
}

/** Pixels that are at hand already (of a set file, say), brought to the format as a picture file is. */
export async function renderRaw(
  raw: {
    readonly data: Uint8Array;
    readonly width: number;
    readonly height: number;
    readonly channels: 1 | 3;
  },
  format: ImageFormat,
  crop: PictureCrop,
): Promise<Uint8Array> {
  const { width, height, channels } = raw;
  const asItIs = width === format.width && height === format.height && channels === format.channels;
  if (asItIs && typeof crop === 'string') return raw.data;
  return render(sharp(raw.data, { raw: { width, height, channels } }), { width, height }, format, crop);
}
