import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { i420Bytes, toI420 } from '../../../src/core/i420.ts';
import { writeAnimation } from '../../../src/engine/node/encoders/animation.ts';
import { Films } from '../../../src/engine/studio/films.ts';
import { TopicBoard } from '../../../src/engine/studio/publisher.ts';
import { clip, makeFolder, recipe } from '../node/encoders/clips.ts';

const [COUNT, WIDTH, HEIGHT] = [20, 33, 20];
const SIZE = i420Bytes(WIDTH, HEIGHT, false);
const frames = clip(COUNT, WIDTH, HEIGHT);
const planes = frames.map(({ data }) => toI420(data, WIDTH, HEIGHT, 3));
const [first, second] = [{ id: 1 }, { id: 2 }];

describe('films that a window encodes', () => {
  const before = process.env['FFMPEG'];
  let folder: string;
  beforeEach(async () => {
    folder = await makeFolder();
    process.env['FFMPEG'] = path.join(folder, 'none');
  });
  afterEach(() => {
    if (before === undefined) delete process.env['FFMPEG'];
    else process.env['FFMPEG'] = before;
  });

  const seen: string[] = [];
  const write = (films: Films, signal?: AbortSignal) =>
    writeAnimation({
      ...{ frames, framesPerSecond: 30, loop: true, provenance: recipe, frameCount: COUNT },
      out: path.join(folder, 'a.webm'),
      film: films.encoder(() => seen.push('waits')),
      onProgress: ({ stage, done }) => seen.push(`${stage} ${done}`),
      ...(signal && { signal }),
    });
  /** As soon as a window has an order, other than the one before. */
  const order = async (films: Films, client: { id: number }, old?: string) => {
    await expect.poll(() => films.orderFor(client)?.id ?? old).not.toBe(old);
    const got = films.orderFor(client);
    if (got === null) throw new Error('There is no order.');
    return got;
  };
  /** A window that knows one codec: the frames as they are. */
  const encode = async (films: Films, client: { id: number }, id: string): Promise<void> => {
    for (let at = 0; at < COUNT;) {
      const { count, bytes } = await films.frames(client, id, at, 7);
      await films.write(client, id, at * SIZE, bytes);
      at += count;
    }
    await films.end(client, id, null);
  };

  it('waits until one comes, says so, and writes what it sends', async () => {
    seen.length = 0;
    const films = new Films(new TopicBoard());
    films.offer(first, ['mp4']);
    const written = write(films);
    await expect.poll(() => seen.at(-1)).toBe('waits');
    expect(seen.slice(0, -1)).toEqual(frames.map((_frame, i) => `Drawing frames ${i + 1}`));
    films.offer(second, ['mp4', 'webm']);
    const asked = await order(films, second);
    expect(asked).toMatchObject({
      ...{ format: 'webm', width: WIDTH, height: HEIGHT, alpha: false, frames: COUNT },
      ...{ framesPerSecond: 30, quality: 90 },
    });
    expect(asked.comment).toMatch(/^morphloom:\{/);
    await encode(films, second, asked.id);
    expect(await written).toMatchObject({ frames: COUNT, bytes: COUNT * SIZE });
    expect(seen.at(-1)).toBe(`Writing frames ${COUNT}`);
    expect(await fs.readdir(folder)).toEqual(['a.webm']);
    expect((await fs.readFile(path.join(folder, 'a.webm'))).equals(Buffer.concat(planes))).toBe(true);
    expect(films.orderFor(second)).toBeNull();
  });

  it('begins anew where a window goes in the middle, and takes no more of it', async () => {
    const films = new Films(new TopicBoard());
    films.offer(first, ['webm']);
    const written = write(films);
    const { id } = await order(films, first);
    await films.write(first, id, 0, new Uint8Array(10 * COUNT * SIZE).fill(7));
    films.left(first);
    await expect(films.write(first, id, 0, new Uint8Array(4))).rejects.toMatchObject({ code: 'usage' });
    films.offer(second, ['webm']);
    const again = await order(films, second);
    expect(again.id).not.toBe(id);
    await expect(films.frames(first, again.id, 0, 1)).rejects.toMatchObject({ code: 'usage' });
    await encode(films, second, again.id);
    await written;
    expect((await fs.readFile(path.join(folder, 'a.webm'))).equals(Buffer.concat(planes))).toBe(true);
  });

  it('takes a film away from a window that says nothing', async () => {
    const films = new Films(new TopicBoard(), 1500);
    films.offer(first, ['webm']);
    const written = write(films);
    const { id } = await order(films, first);
    await expect.poll(() => films.orderFor(first), { timeout: 10_000 }).toBeNull();
    expect(films.offers('webm')).toBe(false);
    films.offer(first, ['webm']);
    await encode(films, first, (await order(films, first, id)).id);
    await written;
  });

  it('gives a window one film at a time', async () => {
    const films = new Films(new TopicBoard());
    films.offer(first, ['webm']);
    const both = [write(films), write(films)];
    const { id } = await order(films, first);
    await encode(films, first, id);
    await encode(films, first, (await order(films, first, id)).id);
    await Promise.all(both);
  });

  it('leaves nothing where it is stopped, or the window fails', async () => {
    const films = new Films(new TopicBoard());
    films.offer(first, ['webm']);
    const abort = new AbortController();
    const stopped = write(films, abort.signal);
    const { id } = await order(films, first);
    abort.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    await expect(films.frames(first, id, 0, 1)).rejects.toMatchObject({ code: 'usage' });
    const failed = write(films);
    await films.end(first, (await order(films, first, id)).id, 'out of memory');
    await expect(failed).rejects.toThrow('could not encode the .webm (out of memory)');
    expect(await fs.readdir(folder)).toEqual([]);
  });
});
