import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePicture } from '../../../../src/engine/node/pictures/index.ts';

const COLOUR = { width: 32, height: 32, channels: 3 } as const;
let folder = '';
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-pictures-'));
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

async function save(name: string, data: Uint8Array | string): Promise<string> {
  const file = path.join(folder, name);
  await fs.writeFile(file, data);
  return file;
}

describe('a file that is no usable picture', () => {
  it('says in plain words why a file is of no use', async () => {
    const photo = await sharp({
      create: {
        width: 300,
        height: 900,
        channels: 3,
        background: '#888',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    })
      .jpeg()
      .toBuffer();
    const png = await sharp(photo).png().toBuffer();
    const bomb = await sharp({
      create: { width: 20000, height: 20000, channels: 3, background: 'red' },
      limitInputPixels: false,
    })
      .png({ compressionLevel: 1 })
      .toBuffer();
    const heic = Buffer.concat([
      Buffer.from([0, 0, 0, 24]),
      Buffer.from('ftypheic\0\0\0\0mif1heic'),
      Buffer.alloc(40),
    ]);
    const video = Buffer.concat([
      Buffer.from([0, 0, 0, 20]),
      Buffer.from('ftypisom\0\0\0\0isom'),
      Buffer.alloc(40),
    ]);
    const bmp = Buffer.concat([
      Buffer.from('BM'),
      Buffer.from([70, 0, 0, 0, 0, 0, 0, 0, 54]),
      Buffer.alloc(70),
    ]);
    const cases: [string, Uint8Array | string, string, RegExp][] = [
      ['empty.jpg', '', 'empty', /empty/],
      ['cut.jpg', photo.subarray(0, photo.length * 0.5), 'damaged', /cut off/],
      ['cut-below-the-crop.jpg', photo.subarray(0, photo.length * 0.97), 'damaged', /cut off/],
      ['cut.png', png.subarray(0, png.length * 0.97), 'damaged', /cut off/],
      ['cut.webp', (await sharp(photo).webp().toBuffer()).subarray(0, 2000), 'damaged', /cut off/],
      [
        'cut.tiff',
        (await sharp(photo).tiff({ compression: 'lzw' }).toBuffer()).subarray(0, 9000),
        'damaged',
        /damaged/,
      ],
      [
        'cut.avif',
        (await sharp(photo).avif({ effort: 1 }).toBuffer()).subarray(0, 5000),
        'damaged',
        /damaged/,
      ],
      ['head-only.jpg', photo.subarray(0, 20), 'damaged', /cut off/],
      ['bomb.png', bomb, 'too-large', /20000 × 20000 = 400 megapixels/],
      [
        'bomb.svg',
        '<svg xmlns="http://www.w3.org/2000/svg" width="300000" height="300000"/>',
        'too-large',
        /megapixels/,
      ],
      [
        'laughs.svg',
        `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 12 }, (_, i) => `<!ENTITY ${String.fromCharCode(98 + i)} "${`&${String.fromCharCode(97 + i)};`.repeat(10)}">`).join('')}]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&m;</text></svg>`,
        'damaged',
        /damaged/,
      ],
      [
        'strip.png',
        await sharp({ create: { width: 30000, height: 3, channels: 3, background: 'red' } })
          .png()
          .toBuffer(),
        'unsupported',
        /strip/,
      ],
      ['phone.heic', heic, 'unsupported', /HEIC.*JPEG/],
      ['renamed-heic.jpg', heic, 'unsupported', /HEIC/],
      ['film.mp4', video, 'not-a-picture', /video/],
      ['old.bmp', bmp, 'unsupported', /BMP.*PNG/],
      ['notes.txt', 'BMW and other notes', 'not-a-picture', /not a picture/],
      ['page.jpg', '<!DOCTYPE html><html><svg></svg></html>', 'not-a-picture', /web page/],
      ['table.csv', 'file,label\na,b\n', 'table', /^is a table, not a picture$/],
      [
        'noise.png',
        Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)),
        'not-a-picture',
        /not a picture/,
      ],
    ];
    for (const [name, data, kind, reason] of cases) {
      const error: unknown = await decodePicture(await save(name, data), COLOUR, 'centre').catch(
        (e: unknown) => e,
      );
      expect(error, name).toMatchObject({
        code: 'input',
        kind,
        reason: expect.stringMatching(reason) as string,
      });
    }
    await expect(decodePicture(path.join(folder, 'gone.png'), COLOUR, 'centre')).rejects.toMatchObject({
      kind: 'unreadable',
    });
    await expect(decodePicture(folder, COLOUR, 'centre')).rejects.toMatchObject({ kind: 'not-a-picture' });
  });
});
