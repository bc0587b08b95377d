import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/engine/dataset/index.ts';

let root = '';
let pictures = '';
beforeAll(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-cli-import-'));
  pictures = path.join(root, 'pictures');
  await fs.mkdir(path.join(pictures, 'red'), { recursive: true });
  await sharp({ create: { width: 40, height: 40, channels: 3, background: '#f00' } }).toFile(
    path.join(pictures, 'red', 'a.png'),
  );
  await sharp({ create: { width: 40, height: 40, channels: 3, background: '#00f' } }).toFile(
    path.join(pictures, 'b.png'),
  );
  for (let i = 0; i < 12; i++) await fs.writeFile(path.join(pictures, `junk-${i}.txt`), 'no picture');
});
afterAll(() => fs.rm(root, { recursive: true, force: true }));

function morphloom(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['bin/morphloom.cjs', 'import', ...args], { encoding: 'utf8' });
}

describe('morphloom import', () => {
  it('packs a folder, tells what was set aside, and keeps the shape the next time', async () => {
    const project = path.join(root, 'a.morphloom');
    const first = morphloom(pictures, '--project', project, '--size', '24x16', '--grey', '--crop', 'fit');
    expect(first).toMatchObject({ status: 0 });
    expect(first.stdout).toContain('2 pictures, 24 × 16, grey: 2 added, 0 unchanged, 0 removed');
    expect(first.stdout).toContain('12 files were set aside:');
    expect(first.stdout.match(/is not a picture/g)).toHaveLength(10);
    expect(first.stdout).toContain('and 2 more');

    const again = morphloom(pictures, '--project', project, '--json');
    expect(again.status).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      count: 2,
      added: 0,
      kept: 2,
      format: { width: 24, height: 16, channels: 1 },
      crop: 'fit',
      labels: ['red'],
      setAside: { length: 12 },
    });
    const set = await openDataset(path.join(project, 'dataset'));
    expect(set.count).toBe(2);
    set.close();
  });

  it('says what to do where no face is found in any picture', () => {
    const project = path.join(root, 'faceless.morphloom');
    const none = morphloom(pictures, '--project', project, '--faces', 'align', '--json');
    expect(none).toMatchObject({ status: 1, stdout: '' });
    expect(none.stderr).toMatch(
      /No face was found in any of the 2 pictures in .* kept whole .* place their eyes/,
    );
    const whole = morphloom(
      pictures,
      '--project',
      project,
      '--faces',
      'align',
      '--unfound',
      'whole',
      '--json',
    );
    expect(JSON.parse(whole.stdout)).toMatchObject({ count: 2, faces: { whole: 2 } });
    const eyes = ['eyes', project, 'b', '10,14', '30,14', '--json'];
    const placed = spawnSync(process.execPath, ['bin/morphloom.cjs', ...eyes], { encoding: 'utf8' });
    expect(JSON.parse(placed.stdout)).toMatchObject({ count: 2, added: 1 });
  });

  it('fails with one sentence when nothing is usable, and with 2 when asked for nonsense', async () => {
    const empty = path.join(root, 'empty');
    await fs.mkdir(empty);
    const project = path.join(root, 'b.morphloom');
    const nothing = morphloom(empty, '--project', project, '--json');
    expect(nothing).toMatchObject({ status: 1, stdout: '' });
    expect(nothing.stderr).toMatch(/morphloom: No usable picture in .*\n$/);
    expect(morphloom(path.join(root, 'gone'), '--project', project)).toMatchObject({ status: 1 });
    for (const wrong of [
      ['--size', '0'],
      ['--size', '9999'],
      ['--channels', '2'],
      ['--crop', 'best'],
      ['--grey', '--alpha'],
      ['--nonsense'],
    ]) {
      expect(morphloom(pictures, '--project', project, ...wrong), wrong.join(' ')).toMatchObject({
        status: 2,
        stdout: '',
      });
    }
    expect(morphloom(pictures)).toMatchObject({ status: 2 });
  });
});
