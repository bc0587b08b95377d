// Draws the pictures that the window shows before anything of the user's is there: what each recipe makes of
// the sample faces, each having seen them equally often, and what the samples look like. Run it again when
// recipes or samples change: node scripts/expectations.mjs [recipes; all unless told]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const root = fileURLToPath(new URL('..', import.meta.url));
const assets = path.join(root, 'src', 'renderer', 'assets');
const ALL = ['sketch', 'morph', 'beta-vae', 'ae', 'vae'];
const recipes = process.argv.length > 2 ? process.argv.slice(2) : ALL;
const EPOCHS = '90';
/** Two short ways, one a row, of four pictures each. */
const WAYS = [
  ['face-00007.png', 'face-00003.png'],
  ['face-00001.png', 'face-00012.png'],
];
const FRAMES = 4;
const SIDE = 96;

function morphloom(...args) {
  const { status } = spawnSync(process.execPath, [path.join(root, 'bin', 'morphloom.cjs'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`morphloom ${args.join(' ')} failed.`);
}

/** Tiles side by side in rows, as a WebP. */
async function sheet(rows, side, file) {
  const tiles = rows.flatMap((row, y) => row.map((source, x) => ({ source, left: x * side, top: y * side })));
  const composed = await Promise.all(
    tiles.map(async ({ source, left, top }) => ({
      input: await sharp(source).resize(side, side, { kernel: 'cubic' }).png().toBuffer(),
      left,
      top,
    })),
  );
  fs.mkdirSync(path.dirname(file), { recursive: true });
  await sharp({
    create: { width: rows[0].length * side, height: rows.length * side, channels: 3, background: '#000' },
  })
    .composite(composed)
    .webp({ quality: 84, effort: 6 })
    .toFile(file);
}

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'morphloom-expectations-'));
try {
  for (const kind of ['faces', 'shapes']) {
    const folder = path.join(work, kind);
    morphloom('samples', kind, '--out', folder, '--count', kind === 'faces' ? '400' : '24', '--size', '128');
    const files = fs.readdirSync(folder).filter((name) => name.endsWith('.png'));
    const chosen = files.slice(3, 7).map((name) => path.join(folder, name));
    await sheet([chosen], 120, path.join(assets, 'samples', `${kind}.webp`));
  }
  for (const recipe of recipes) {
    const project = path.join(work, `${recipe}.morphloom`);
    morphloom(
      'train',
      path.join(work, 'faces'),
      '--out',
      project,
      '--recipe',
      recipe,
      '--size',
      '48',
      '--epochs',
      EPOCHS,
    );
    const rows = WAYS.map((way, index) => {
      const frames = path.join(work, `${recipe}-${index}/`);
      morphloom('morph', project, ...way, '--frames', String(FRAMES), '--detail', '0', '--out', frames);
      return fs
        .readdirSync(frames)
        .filter((name) => name.endsWith('.png'))
        .sort()
        .map((name) => path.join(frames, name));
    });
    await sheet(rows, SIDE, path.join(assets, 'recipes', `${recipe}.webp`));
    process.stdout.write(`${recipe}\n`);
  }
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}
