import * as path from 'node:path';
import { bytesPerPicture } from '../src/contract/dataset.ts';
import { morphloom, withFolder } from './support.ts';

/**
 * Peak memory of training on 50,000 pictures of 64 × 64 (614 MB of pixels): `npm run bench -- memory [count]`.
 * They are drawn shapes; drawing and importing them takes some minutes.
 */
const COUNT = Number(process.argv[2] ?? 50_000);
const STEPS = '200';
const format = { width: 64, height: 64, channels: 3 } as const;

void withFolder(async (folder) => {
  const pictures = path.join(folder, 'pictures');
  const project = path.join(folder, 'p.morphloom');
  await morphloom('samples', 'shapes', '--count', String(COUNT), '--out', pictures);
  await morphloom('import', pictures, '--project', project, '--size', '64', '--keep-duplicates');
  const done = (await morphloom('train', project, '--steps', STEPS)).at(-1);
  const peak = (done?.['peakMemoryBytes'] as number) / 1e6;
  const pixels = (COUNT * bytesPerPicture(format)) / 1e6;
  process.stdout.write(
    `training on ${COUNT} pictures (${pixels.toFixed(0)} MB of pixels): peak ${peak.toFixed(0)} MB, × ${(peak / pixels).toFixed(2)} (asked: < 1500 MB)\n`,
  );
});
