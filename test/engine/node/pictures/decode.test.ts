import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeAtSize,
  decodeFull,
  decodePicture,
  readPictureFile,
} from '../../../../src/engine/node/pictures/index.ts';

const SIDE = 32;
const COLOUR = { width: SIDE, height: SIDE, channels: 3 } as const;
const GREY = { ...COLOUR, channels: 1 } as const;
const ALPHA = { ...COLOUR, channels: 4 } as const;

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

/** Four quarters: red, green, blue, yellow; so that a turn or a flip shows. */
function quarters(width = 64, height = 64): Sharp {
  const colours = [
    [220, 30, 30],
    [30, 200, 30],
    [30, 30, 220],
    [220, 220, 30],
  ];
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set(colours[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)], (y * width + x) * 3);
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function worst(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

const at = (pixels: Uint8Array, x: number, y: number, channels = 3): number[] => [
  ...pixels.subarray((y * SIDE + x) * channels, (y * SIDE + x + 1) * channels),
];

describe('decodePicture', () => {
  it('reads every format to the same picture', async () => {
    const expected = await decodePicture(
      await save('q.png', await quarters().png().toBuffer()),
      COLOUR,
      'centre',
    );
    expect(at(expected, 4, 4)).toEqual([220, 30, 30]);
    const files: [string, Sharp, number][] = [
      ['q.jpg', quarters().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }), 6],
      [
        'progressive.jpg',
        quarters().jpeg({ quality: 100, chromaSubsampling: '4:4:4', progressive: true }),
        6,
      ],
      ['q.webp', quarters().webp({ lossless: true }), 24],
      ['q.avif', quarters().avif({ quality: 95, chromaSubsampling: '4:4:4', effort: 2 }), 20],
      ['q.tiff', quarters().tiff({ compression: 'lzw' }), 0],
      ['q.gif', quarters().gif(), 8],
      ['q16.png', quarters().toColourspace('rgb16').png(), 1],
      ['palette.png', quarters().png({ palette: true }), 8],
      ['no-extension', quarters().png(), 0],
      ['wrong-extension.gif', quarters().png(), 0],
    ];
    for (const [name, image, tolerance] of files) {
      const pixels = await decodePicture(await save(name, await image.toBuffer()), COLOUR, 'centre');
      expect(worst(pixels, expected), name).toBeLessThanOrEqual(tolerance);
    }
  });

  it('turns every EXIF orientation upright', async () => {
    const upright = quarters(64, 48);
    const expected = await decodePicture(
      await save('up.png', await upright.clone().png().toBuffer()),
      COLOUR,
      'fit',
    );
    // What a camera held so would have stored: the inverse of what the tag asks for.
    const stored: Record<number, (image: Sharp) => Sharp> = {
      1: (image) => image,
      2: (image) => image.flop(),
      3: (image) => image.rotate(180),
      4: (image) => image.flip(),
      5: (image) => image.rotate(90),
      6: (image) => image.rotate(270),
      7: (image) => image.rotate(270),
      8: (image) => image.rotate(90),
    };
    for (const [orientation, turn] of Object.entries(stored)) {
      const turned = await turn(upright.clone()).png().toBuffer();
      const mirrored = orientation === '5' || orientation === '7' ? sharp(turned).flop() : sharp(turned);
      const file = await save(
        `turned-${orientation}.png`,
        await mirrored
          .withMetadata({ orientation: Number(orientation) })
          .png()
          .toBuffer(),
      );
      expect(worst(await decodePicture(file, COLOUR, 'fit'), expected), orientation).toBeLessThanOrEqual(2);
      expect(await decodeFull(file)).toMatchObject({ width: 64, height: 48, channels: 3 });
    }
  });

  it('converts a P3 profile, CMYK and grey to sRGB', async () => {
    const flat = sharp({ create: { width: 64, height: 64, channels: 3, background: '#c04020' } });
    const p3 = await save('p3.png', await flat.clone().withIccProfile('p3').png().toBuffer());
    expect((await sharp(p3).metadata()).hasProfile).toBe(true);
    const raw = await sharp(p3).keepIccProfile().raw().toBuffer();
    expect(raw[0]).not.toBe(0xc0); // Stored in P3 the numbers differ; decoded they are the same again.
    expect(
      worst((await decodePicture(p3, COLOUR, 'centre')).subarray(0, 3), Uint8Array.of(0xc0, 0x40, 0x20)),
    ).toBeLessThanOrEqual(2);

    const cmyk = await save(
      'cmyk.jpg',
      await flat.clone().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
    );
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const [red, green, blue] = await decodePicture(cmyk, COLOUR, 'centre');
    expect(red).toBeGreaterThan(150);
    expect(Math.max(green, blue)).toBeLessThan(110);

    for (const [name, image] of [
      ['grey.png', quarters().greyscale().png()],
      ['grey16.png', quarters().toColourspace('grey16').png()],
    ] as const) {
      const file = await save(name, await image.toBuffer());
      const asColour = await decodePicture(file, COLOUR, 'centre');
      expect(at(asColour, 4, 4)[0]).toBe(at(asColour, 4, 4)[2]);
      const asGrey = await decodePicture(file, GREY, 'centre');
      expect(asGrey).toHaveLength(SIDE * SIDE);
      expect(Math.abs(asGrey[0] - asColour[0]), name).toBeLessThanOrEqual(1);
    }
  });

  it('lays transparency on white, or keeps it premultiplied', async () => {
    const half = sharp({
      create: { width: 64, height: 64, channels: 4, background: { r: 200, g: 100, b: 0, alpha: 0.5 } },
    });
    const file = await save('half.png', await half.png().toBuffer());
    expect(
      worst(
        await decodePicture(file, COLOUR, 'centre').then((p) => p.subarray(0, 3)),
        Uint8Array.of(227, 177, 127),
      ),
    ).toBeLessThanOrEqual(1);
    const [red, green, blue, alpha] = await decodePicture(file, ALPHA, 'centre');
    expect([red, green, blue, alpha]).toEqual([100, 50, 0, 128]);
    expect((await decodeFull(file)).data.subarray(0, 4)).toEqual(Buffer.from([100, 50, 0, 128]));
    expect(
      await decodePicture(await save('opaque.png', await quarters().png().toBuffer()), ALPHA, 'centre'),
    ).toHaveLength(SIDE * SIDE * 4);
  });

  it('takes the first frame of an animation', async () => {
    const frame = (background: string): Promise<Buffer> =>
      sharp({ create: { width: 40, height: 40, channels: 3, background } })
        .png()
        .toBuffer();
    const frames = [await frame('#ff0000'), await frame('#0000ff')];
    for (const name of ['moving.gif', 'moving.webp']) {
      const image = sharp(frames, { join: { animated: true } });
      const file = await save(
        name,
        await (name.endsWith('gif') ? image.gif() : image.webp({ lossless: true })).toBuffer(),
      );
      expect((await sharp(file).metadata()).pages).toBe(2);
      expect(at(await decodePicture(file, COLOUR, 'centre'), 16, 16)).toEqual([255, 0, 0]);
    }
  });

  it('draws an SVG at the size that is asked for', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><rect width="1" height="2" fill="#f00"/></svg>';
    const pixels = await decodePicture(await save('tiny.svg', svg), COLOUR, 'centre');
    expect(at(pixels, 14, 16)).toEqual([255, 0, 0]); // A sharp edge in the middle: drawn, not enlarged.
    expect(at(pixels, 17, 16)).toEqual([255, 255, 255]);
  });

  it('crops by centre, fit and entropy to sizes that are no squares', async () => {
    const wide = await save('wide.png', await quarters(128, 32).png().toBuffer());
    const format = { width: 24, height: 40, channels: 3 } as const;
    for (const crop of ['centre', 'fit', 'entropy'] as const) {
      expect(await decodePicture(wide, format, crop)).toHaveLength(24 * 40 * 3);
    }
    const fit = await decodePicture(wide, format, 'fit');
    expect([...fit.subarray(0, 3)]).toEqual([125, 115, 31]); // The mean of the upper edge: half red, half green.
    const transparent = await decodePicture(wide, { ...format, channels: 4 }, 'fit');
    expect([...transparent.subarray(0, 4)]).toEqual([0, 0, 0, 0]);

    const plain = Buffer.alloc(128 * 32 * 3, 200);
    for (let i = 0; i < 32 * 32; i++)
      plain.fill((i * 7919) % 251, ((i >> 5) * 128 + (i & 31)) * 3, ((i >> 5) * 128 + (i & 31)) * 3 + 3);
    const busyAtLeft = await save(
      'busy.png',
      await sharp(plain, { raw: { width: 128, height: 32, channels: 3 } })
        .png()
        .toBuffer(),
    );
    const spread = (pixels: Uint8Array): number => Math.max(...pixels) - Math.min(...pixels);
    expect(spread(await decodePicture(busyAtLeft, COLOUR, 'centre'))).toBe(0);
    expect(spread(await decodePicture(busyAtLeft, COLOUR, 'entropy'))).toBeGreaterThan(100);
  });
});

describe('a crop by hand', () => {
  const corner = { x: 0.5, y: 0, width: 0.5, height: 0.5 };

  it('is a part of the upright picture, whatever EXIF says', async () => {
    const upright = await quarters(96, 64).png().toBuffer();
    for (let orientation = 1; orientation <= 8; orientation++) {
      // What a camera stores that was held so: turned and flipped back.
      const turns = [0, 0, 0, 180, 180, 90, 270, 270, 90][orientation];
      const flipped = [2, 4, 5, 7].includes(orientation);
      let stored = await sharp(upright).rotate(turns).png().toBuffer();
      if (flipped) stored = await sharp(stored).flop().png().toBuffer();
      const file = await save(
        `turned-${orientation}.png`,
        await sharp(stored).withMetadata({ orientation }).png().toBuffer(),
      );
      const whole = await decodeFull(file);
      const first = [...whole.data.subarray((whole.width - 2) * 3, (whole.width - 1) * 3)];
      const pixels = await decodePicture(file, COLOUR, corner);
      expect(at(pixels, 16, 16), `orientation ${orientation}`).toEqual(first);
      expect(
        worst(
          pixels,
          Uint8Array.from(pixels, (_, i) => first[i % 3]),
        ),
      ).toBe(0);
    }
  });

  it('fills the format from its middle where the shapes differ, and stays in the picture', async () => {
    const file = await save('q-wide.png', await quarters(120, 40).png().toBuffer());
    // Red and green from 45 to 75: the middle third of the width, half each.
    const middle = await decodePicture(file, COLOUR, { x: 0, y: 0, width: 1, height: 0.5 });
    expect([at(middle, 4, 16), at(middle, 28, 16)]).toEqual([
      [220, 30, 30],
      [30, 200, 30],
    ]);
    for (const rectangle of [
      { x: 1, y: 1, width: 1, height: 1 },
      { x: 0.999, y: 0.2, width: 0.5, height: 1e-9 },
      { x: 0.75, y: 0.75, width: 0.9, height: 0.9 },
    ]) {
      const pixels = await decodePicture(file, GREY, rectangle);
      expect(new Set(pixels).size, JSON.stringify(rectangle)).toBe(1);
    }
  });

  it('shows the same part at every size, as entropy does', async () => {
    const detail = await quarters(60, 60).resize(100, 300, { fit: 'fill' }).png().toBuffer();
    const drawn = await sharp({ create: { width: 900, height: 300, channels: 3, background: '#808080' } })
      .composite([{ input: detail, left: 610, top: 0 }])
      .png()
      .toBuffer();
    for (const orientation of [1, 6]) {
      const file = await save(
        `detail-${orientation}.png`,
        await sharp(drawn).withMetadata({ orientation }).png().toBuffer(),
      );
      for (const format of [COLOUR, GREY, ALPHA]) {
        for (const crop of ['entropy', { x: 0.3, y: 0.1, width: 0.4, height: 0.7 }] as const) {
          const small = await decodePicture(file, format, crop);
          const size = { width: 4 * SIDE, height: 4 * SIDE };
          const { pixels } = await decodeAtSize(await readPictureFile(file), format, crop, size);
          const raw = { ...size, channels: format.channels };
          const shrunk = sharp(pixels, { raw }).resize(SIDE, SIDE);
          const again = await shrunk
            .toColourspace(format.channels === 1 ? 'b-w' : 'srgb')
            .raw()
            .toBuffer();
          const mean = again.reduce((sum, value, i) => sum + Math.abs(value - small[i]), 0) / again.length;
          expect(mean, `${orientation} ${format.channels} ${JSON.stringify(crop)}`).toBeLessThan(3);
        }
      }
    }
  });
});
