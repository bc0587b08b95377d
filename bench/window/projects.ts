import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import sharp from 'sharp';
import { createRng } from '../../src/core/rng.ts';
import { morphloom } from '../support.ts';

const FACES = 300;
const SIDE = 64;
const STEPS = 150;

/** A project of drawn faces with a model that saw them for a moment. */
export async function facesProject(home: string): Promise<string> {
  const faces = path.join(home, 'faces');
  const project = path.join(home, 'Faces.morphloom');
  const size = String(SIDE);
  await morphloom('samples', 'faces', '--out', faces, '--count', String(FACES), '--size', size);
  await morphloom(
    'train',
    faces,
    '--out',
    project,
    '--recipe',
    'sketch',
    '--size',
    size,
    '--steps',
    String(STEPS),
  );
  return project;
}

const TINY = 24;
const PER_FOLDER = 1000;
const AT_ONCE = 16;

/** A project of very many pictures: small files of two colours each, imported as any others. */
export async function largeProject(home: string, count: number): Promise<string> {
  const folder = path.join(home, 'many');
  const project = path.join(home, 'Many.morphloom');
  const rng = createRng(50_000);
  const colour = (): number[] => Array.from({ length: 3 }, () => Math.floor(256 * rng.uniform()));
  const draw = async (index: number, [from, to]: readonly [number[], number[]]): Promise<void> => {
    const pixels = new Uint8Array(3 * TINY * TINY);
    for (let i = 0; i < TINY * TINY; i++) {
      const part = ((i % TINY) * (1 + (index % 5)) + Math.floor(i / TINY) * (index % 7)) / (TINY * 6);
      for (let c = 0; c < 3; c++) pixels[3 * i + c] = from[c] + ((to[c] - from[c]) * (part % 1)) / 1;
    }
    const name = `${String(index).padStart(6, '0')}.png`;
    await sharp(pixels, { raw: { width: TINY, height: TINY, channels: 3 } })
      .png({ compressionLevel: 1 })
      .toFile(path.join(folder, String(Math.floor(index / PER_FOLDER)), name));
  };
  for (let i = 0; i * PER_FOLDER < count; i++)
    await fs.mkdir(path.join(folder, String(i)), { recursive: true });
  for (let start = 0; start < count; start += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - start) }, (_, i) => start + i);
    await Promise.all(some.map((index) => draw(index, [colour(), colour()])));
  }
  await morphloom('import', folder, '--project', project, '--size', String(TINY), '--keep-duplicates');
  return project;
}
