import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import sharp from 'sharp';

const LINUX_SIDES = [16, 32, 48, 64, 128, 256, 512];
const WINDOWS_SIDES = [16, 24, 32, 48, 64, 128, 256];
/** Apple's names for a PNG of each side. */
const MAC_TYPES = { ic07: 128, ic08: 256, ic09: 512, ic10: 1024 } as const;

/** Draws the icons that each system wants from the one drawing, into `folder`: PNGs, an .ico and an .icns. */
export async function drawIcons(drawing: string, folder: string): Promise<void> {
  const source = await fs.readFile(drawing);
  const draw = (side: number): Promise<Buffer> =>
    sharp(source, { density: 72 * Math.max(1, side / 64) })
      .resize(side, side)
      .png()
      .toBuffer();
  await fs.mkdir(path.join(folder, 'linux'), { recursive: true });
  for (const side of LINUX_SIDES)
    await fs.writeFile(path.join(folder, 'linux', `${side}x${side}.png`), await draw(side));
  await fs.writeFile(
    path.join(folder, 'icon.ico'),
    icoOf(await Promise.all(WINDOWS_SIDES.map(async (side) => ({ side, png: await draw(side) })))),
  );
  await fs.writeFile(
    path.join(folder, 'icon.icns'),
    icnsOf(
      await Promise.all(
        Object.entries(MAC_TYPES).map(async ([type, side]) => ({ type, png: await draw(side) })),
      ),
    ),
  );
}

/** A Windows icon whose pictures are PNGs, as Windows Vista and later read them. */
export function icoOf(pictures: readonly { side: number; png: Buffer }[]): Buffer {
  const ENTRY = 16;
  const head = Buffer.alloc(6 + ENTRY * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let at = head.length;
  pictures.forEach(({ side, png }, i) => {
    const entry = 6 + ENTRY * i;
    // 0 stands for 256.
    head.writeUInt8(side % 256, entry);
    head.writeUInt8(side % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(png.length, entry + 8);
    head.writeUInt32LE(at, entry + 12);
    at += png.length;
  });
  return Buffer.concat([head, ...pictures.map(({ png }) => png)]);
}

/** A Mac icon whose pictures are PNGs. */
export function icnsOf(pictures: readonly { type: string; png: Buffer }[]): Buffer {
  const parts = pictures.map(({ type, png }) => {
    const head = Buffer.alloc(8);
    head.write(type, 0, 'latin1');
    head.writeUInt32BE(png.length + 8, 4);
    return Buffer.concat([head, png]);
  });
  const head = Buffer.alloc(8);
  head.write('icns', 0, 'latin1');
  head.writeUInt32BE(8 + parts.reduce((sum, { length }) => sum + length, 0), 4);
  return Buffer.concat([head, ...parts]);
}
