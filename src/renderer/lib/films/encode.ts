import type { EncodedPacket, EncodedVideoPacketSource, Output, StreamTargetChunk } from 'mediabunny';
import type { FilmOrder } from '../../../contract/studio/films.ts';
import { type Encoding, encodingFor } from './codecs.ts';

/** The engine's end of a film: where its frames come from, and its bytes go. */
export interface Lab {
  frames(from: number, most: number): Promise<{ count: number; bytes: Uint8Array }>;
  write(position: number, bytes: Uint8Array): Promise<void>;
}

/** The engine was asked for something and did not give it: no failure of the encoder. */
export class LabGone extends Error {}

/** Frames that are asked for at once. */
const MOST = 16;
/** Frames that encoders may be behind. */
const BEHIND = 8;
/** A frame in so many is whole, so that a player can be wound to it. */
const KEY_EVERY_SECONDS = 4;
const PIECE = 1024 * 1024;
/** BT.709 in limited range: players guess, and wrong, where nothing is said. */
const COLOURS = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false } as const;

/**
 * Encodes a film with this browser's codecs, from the first frame to the last. Throws what the encoder threw, and
 * {@link LabGone} where the engine gave no more frames, or took no more bytes.
 */
export async function encodeFilm(order: FilmOrder, lab: Lab, signal: AbortSignal): Promise<void> {
  const encoding = await encodingFor(order);
  if (encoding === null) throw new Error(`it has no codec for ${order.width} × ${order.height} pixels`);
  // Only who exports a film needs it.
  const media = await import('mediabunny');
  const writable = new WritableStream<StreamTargetChunk>({
    write: ({ data, position }) => lab.write(position, data.slice()),
  });
  const format =
    order.format === 'mp4'
      ? new media.Mp4OutputFormat({ fastStart: 'in-memory' })
      : new media.WebMOutputFormat();
  const target = new media.StreamTarget(writable, { chunked: true, chunkSize: PIECE });
  const output: Output = new media.Output({ format, target });
  const source = new media.EncodedVideoPacketSource(encoding.codec);
  output.addVideoTrack(source, { frameRate: order.framesPerSecond });
  output.setMetadataTags({ comment: order.comment });
  const pair = new Pair(order, encoding, media.EncodedPacket, source);
  try {
    await output.start();
    for (let at = 0; at < order.frames;) {
      signal.throwIfAborted();
      const { count, bytes } = await lab.frames(at, MOST);
      if (count === 0) throw new LabGone('The film ended before its time.');
      const size = bytes.length / count;
      for (let i = 0; i < count; i++) await pair.encode(bytes.subarray(i * size, (i + 1) * size), at + i);
      at += count;
    }
    await pair.finish();
    await output.finalize();
  } catch (error) {
    await output.cancel().catch(() => undefined);
    throw error;
  } finally {
    pair.close();
  }
}

/** The encoder of a film's colours, and with alpha that of its alpha, which a WebM keeps beside each frame. */
class Pair {
  readonly #encoders: VideoEncoder[] = [];
  /** What the encoders gave and no packet was made of yet. */
  readonly #chunks: EncodedVideoChunk[][] = [];
  #meta: EncodedVideoChunkMetadata | undefined;
  #adding: Promise<void> = Promise.resolve();
  #failure: Error | null = null;

  constructor(
    private readonly order: FilmOrder,
    private readonly encoding: Encoding,
    private readonly packet: typeof EncodedPacket,
    private readonly source: EncodedVideoPacketSource,
  ) {
    for (let which = 0; which < (order.alpha ? 2 : 1); which++) {
      const chunks: EncodedVideoChunk[] = [];
      const encoder = new VideoEncoder({
        output: (chunk, meta) => {
          chunks.push(chunk);
          if (which === 0 && meta?.decoderConfig !== undefined) {
            this.#meta ??= { decoderConfig: { ...meta.decoderConfig, colorSpace: COLOURS } };
          }
          this.#join();
        },
        error: (error) => (this.#failure ??= error),
      });
      encoder.configure(encoding.config);
      this.#encoders.push(encoder);
      this.#chunks.push(chunks);
    }
  }

  async encode(planes: Uint8Array, index: number): Promise<void> {
    const { framesPerSecond } = this.order;
    const keyFrame = index % Math.max(1, Math.round(KEY_EVERY_SECONDS * framesPerSecond)) === 0;
    const pictures = this.order.alpha ? [planes, this.#alphaOf(planes)] : [planes];
    pictures.forEach((data, which) => {
      const frame = this.#frame(data, index);
      this.#encoders[which].encode(frame, { ...this.encoding.frame, keyFrame });
      frame.close();
    });
    while (this.#failure === null && this.#encoders.some(({ encodeQueueSize }) => encodeQueueSize > BEHIND))
      await new Promise((resolve) => setTimeout(resolve, 2));
    this.#check();
    await this.#adding;
  }

  async finish(): Promise<void> {
    await Promise.all(this.#encoders.map((encoder) => encoder.flush()));
    this.#check();
    await this.#adding;
  }

  close(): void {
    for (const encoder of this.#encoders) if (encoder.state !== 'closed') encoder.close();
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  #frame(data: Uint8Array, index: number): VideoFrame {
    const { width, height, framesPerSecond } = this.order;
    return new VideoFrame(data, {
      format: 'I420',
      codedWidth: width,
      codedHeight: height,
      timestamp: Math.round((index * 1e6) / framesPerSecond),
      duration: Math.round(1e6 / framesPerSecond),
      colorSpace: COLOURS,
    });
  }

  /** A picture without colour that is as bright as the alpha is. */
  #alphaOf(planes: Uint8Array): Uint8Array {
    const luma = this.order.width * this.order.height;
    const picture = new Uint8Array(planes.length - luma).fill(128);
    picture.set(planes.subarray(-luma));
    return picture;
  }

  /** Adds each frame as soon as all of it is there. */
  #join(): void {
    while (this.#chunks.every((chunks) => chunks.length > 0)) {
      const [colour, alpha] = this.#chunks.map(([oldest]) => oldest);
      for (const chunks of this.#chunks) chunks.shift();
      const side = this.order.alpha ? { alpha: bytesOf(alpha) } : {};
      const packet = this.packet.fromEncodedChunk(colour, side);
      const meta = this.#meta;
      this.#adding = this.#adding.then(() => this.source.add(packet, meta));
      this.#adding.catch((error: unknown) => (this.#failure ??= error as Error));
    }
  }
}

function bytesOf(chunk: EncodedVideoChunk): Uint8Array {
  const bytes = new Uint8Array(chunk.byteLength);
  chunk.copyTo(bytes);
  return bytes;
}
