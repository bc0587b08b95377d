import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeUnfinished, replaceFile } from '../../../src/engine/node/files.ts';

describe('files', () => {
  let folder: string;
  beforeEach(async () => (folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-files-'))));
  afterEach(() => fs.rm(folder, { recursive: true, force: true }));

  it('that cannot be saved since their folder is gone say so', async () => {
    const file = path.join(folder, 'gone', 'project.json');
    await expect(replaceFile(file, '{}')).rejects.toMatchObject({
      code: 'environment',
      message: expect.stringMatching(/project\.json" was not saved: its folder is no longer there/) as string,
    });
  });

  it('that a killed process left unfinished are cleared away, those of others stay', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const names = [`jobs.json.${pid}.tmp`, `jobs.json.${process.pid}.tmp`, 'jobs.json', 'notes.tmp'];
    for (const name of names) await fs.writeFile(path.join(folder, name), name);
    await removeUnfinished(folder);
    expect((await fs.readdir(folder)).sort()).toEqual(names.slice(1).sort());
    await removeUnfinished(path.join(folder, 'nothing'));
  });
});
