// Makes the pictures of docs/gallery.md, docs/media/gallery/*.webp: draws faces and shapes, learns a model of each,
// and morphs between pictures that neither has seen. npm run gallery [-- <folder>]: where to keep what was drawn
// and learned; what is there already is used again.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [kept] = process.argv.slice(2);
/** Steps rather than minutes: what comes out is to depend on no machine's speed. Minutes as two free cores take. */
const MODELS = [
  { kind: 'shapes', count: 1200, recipe: 'sketch', steps: 2000, minutes: 2 },
  { kind: 'faces', count: 1700, recipe: 'morph', steps: 1260, minutes: 5 },
];
const SIDE = '128';

function run(file, ...args) {
  const { status } = spawnSync(process.execPath, [path.join(root, file), ...args], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} failed.`);
}

const command = 'bin/morphloom.cjs';
const work = kept ?? fs.mkdtempSync(path.join(os.tmpdir(), 'morphloom-gallery-'));
try {
  await bundle({ 'bench/gallery': 'bench/morphs/gallery.ts', 'face-finder': 'src/engine/faces/host.ts' });
  const learning = MODELS.filter(({ kind }) => !fs.existsSync(path.join(work, `${kind}.morphloom`)));
  const ahead = learning.reduce((sum, model) => sum + model.minutes, 0);
  process.stdout.write(`Learning takes about ${ahead} min on two free cores, drawing some minutes more.\n`);
  for (const { kind, count, recipe, steps } of learning) {
    const pictures = path.join(work, kind);
    const project = path.join(work, `${kind}.morphloom`);
    run(command, 'samples', kind, '--out', pictures, '--count', `${count}`, '--size', SIDE);
    run(command, 'train', pictures, '--out', project, '--recipe', recipe, '--steps', `${steps}`);
  }
  for (const { kind } of MODELS) {
    run(
      'dist/bench/gallery.cjs',
      kind,
      path.join(work, `${kind}.morphloom`),
      path.join(root, 'test', 'fixtures', 'astronaut.jpg'),
      path.join(work, 'pairs'),
      path.join(root, 'docs', 'media', 'gallery'),
    );
  }
} finally {
  if (kept === undefined) fs.rmSync(work, { recursive: true, force: true });
}
