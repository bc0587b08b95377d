// Draws every picture of resources/icons from the one mark, morphloom.svg: node scripts/draw-icons.mjs
import { Buffer } from 'node:buffer';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const folder = fileURLToPath(new URL('../resources/icons', import.meta.url));
const mark = await fs.readFile(path.join(folder, 'morphloom.svg'), 'utf8');

/** The two forms without their ground, cut close, for places that bring a ground of their own. */
const forms = mark
  .replace(/<rect width="512" height="512"[^>]*\/>/, '')
  .replace('viewBox="0 0 512 512"', 'viewBox="76 104 384 304"');

const draw = (svg, width, height, file) =>
  sharp(Buffer.from(svg), { density: 288 })
    .resize(width, height, { fit: 'contain', background: '#0000' })
    .png({ compressionLevel: 9 })
    .toFile(path.join(folder, file));

await draw(mark, 512, 512, 'morphloom.png');
await draw(forms, 22, 22, 'tray.png');
await draw(forms, 44, 44, 'tray@2x.png');
await draw(forms, 96, 96, 'drag.png');
