import { FILM_FORMATS, type FilmFormat, type FilmOrder } from '../../../contract/studio/films.ts';

/** How a browser is to encode a film: for the codec, and for each of its frames. */
export interface Encoding {
  /** As the container calls it. */
  readonly codec: 'avc' | 'vp9' | 'av1';
  readonly config: VideoEncoderConfig;
  readonly frame: VideoEncoderEncodeOptions;
}

type Wanted = Pick<FilmOrder, 'format' | 'width' | 'height' | 'framesPerSecond' | 'quality'>;

/** Levels of H.264 (ITU-T H.264, table A-1): its code, blocks of 16 × 16 in a frame, and in a second. */
const LEVELS = [
  ['1f', 3600, 108_000],
  ['28', 8192, 245_760],
  ['2a', 8704, 522_240],
  ['33', 36_864, 983_040],
  ['34', 36_864, 2_073_600],
] as const;
/** Bits of a pixel at quality 90, for codecs that take no quantiser; they double every 15. */
const BITS = { avc: 0.6, vp9: 0.5, av1: 0.4 } as const;

/** The best that this browser has for a film; null where it has nothing. */
export async function encodingFor(wanted: Wanted): Promise<Encoding | null> {
  if (typeof VideoEncoder === 'undefined') return null;
  for (const candidate of candidates(wanted)) {
    const { supported } = await VideoEncoder.isConfigSupported(candidate.config).catch(() => ({
      supported: false,
    }));
    if (supported === true) return candidate;
  }
  return null;
}

/** The formats that this browser can encode. */
export async function encodableFormats(): Promise<FilmFormat[]> {
  const small = { width: 256, height: 256, framesPerSecond: 30, quality: 90 };
  const found = await Promise.all(FILM_FORMATS.map((format) => encodingFor({ ...small, format })));
  return FILM_FORMATS.filter((_format, i) => found[i] !== null);
}

/** The best first: a quantiser keeps every frame as good as the next, a rate does so only about. */
function* candidates(wanted: Wanted): Generator<Encoding> {
  const { format, width, height, framesPerSecond, quality } = wanted;
  const codecs = format === 'mp4' ? (['avc'] as const) : (['vp9', 'av1'] as const);
  for (const codec of codecs) {
    const bits = BITS[codec] * 2 ** ((quality - 90) / 15);
    const bitrate = Math.round(width * height * framesPerSecond * bits);
    for (const name of namesOf(codec, wanted)) {
      const config = {
        codec: name,
        width,
        height,
        framerate: framesPerSecond,
        latencyMode: 'quality',
      } as const;
      // Software first: what hardware makes of quality and colours differs from one to the next.
      for (const hardwareAcceleration of ['prefer-software', 'no-preference'] as const) {
        const rated = { ...config, hardwareAcceleration };
        yield { codec, config: { ...rated, bitrateMode: 'quantizer' }, frame: quantiser(codec, quality) };
        yield { codec, config: { ...rated, bitrateMode: 'variable', bitrate }, frame: {} };
      }
    }
  }
}

function namesOf(codec: Encoding['codec'], { width, height, framesPerSecond }: Wanted): string[] {
  if (codec === 'vp9') return ['vp09.00.51.08'];
  if (codec === 'av1') return ['av01.0.13M.08'];
  const blocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  const fitting = LEVELS.find(([, frame, second]) => blocks <= frame && blocks * framesPerSecond <= second);
  const level = fitting?.[0] ?? '34';
  // High, main, constrained baseline.
  return [`avc1.6400${level}`, `avc1.4d00${level}`, `avc1.42e0${level}`];
}

/** By the same scale as the engine's own encoder, on which quality 90 is hard to tell from the frames. */
function quantiser(codec: Encoding['codec'], quality: number): VideoEncoderEncodeOptions {
  const down = 90 - quality;
  if (codec === 'avc') return { avc: { quantizer: Math.round(Math.min(51, 17 + 0.4 * down)) } };
  const value = Math.round(Math.min(63, Math.max(4, 22 + 0.5 * down)));
  return codec === 'vp9' ? { vp9: { quantizer: value } } : { av1: { quantizer: value } };
}
