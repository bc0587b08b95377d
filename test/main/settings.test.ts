import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OpenRequests, projectsIn } from '../../src/main/open-requests.ts';
import { openSettings, withRecent } from '../../src/main/settings.ts';

let folder: string;
beforeEach(async () => (folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-settings-'))));
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

describe('settings', () => {
  it('are there again at the next start', () => {
    const file = path.join(folder, 'new', 'desktop.json');
    const bounds = { x: 1, y: -2, width: 900, height: 600 };
    openSettings(file).set({ bounds, theme: 'light' });
    expect(openSettings(file).get()).toMatchObject({ bounds, theme: 'light', maximized: false });
  });

  it.each(['', '{', '{"theme":"pink"}', '{"unknown":1}', '{"bounds":{"x":"0"}}', '[]'])(
    'count as none where the file holds %j',
    async (text) => {
      const file = path.join(folder, 'desktop.json');
      await fs.writeFile(file, text);
      const settings = openSettings(file);
      expect(settings.get()).toEqual({ bounds: null, maximized: false, theme: 'system', recent: [] });
      settings.set({ maximized: true });
      expect(openSettings(file).get().maximized).toBe(true);
    },
  );
});

describe('withRecent', () => {
  it('has the newest first, each once, and forgets the oldest', () => {
    const project = (n: number): { folder: string; name: string } => ({ folder: `/p/${n}`, name: `${n}` });
    let recent: { folder: string; name: string }[] = [];
    for (let n = 0; n < 14; n++) recent = withRecent(recent, project(n));
    recent = withRecent(recent, { folder: '/p/9', name: 'renamed' });
    expect(recent).toHaveLength(10);
    expect(recent[0]).toEqual({ folder: '/p/9', name: 'renamed' });
    expect(recent.filter(({ folder }) => folder === '/p/9')).toHaveLength(1);
    expect(recent.at(-1)).toEqual(project(4));
  });
});

describe('projects that are asked for from outside', () => {
  it('are told by their ending, whatever switches stand between', () => {
    const argv = [
      '/usr/bin/morphloom',
      '--no-sandbox',
      '.',
      'faces.morphloom',
      '--x.morphloom',
      '/a/B.MORPHLOOM',
    ];
    expect(projectsIn(argv, '/home/ann')).toEqual(['/home/ann/faces.morphloom', '/a/B.MORPHLOOM']);
  });

  it('wait until somebody listens, and after a crash until somebody does again', () => {
    const requests = new OpenRequests();
    const heard: string[] = [];
    requests.add('/a');
    requests.listen((project) => heard.push(project));
    requests.add('/b');
    requests.listen(null);
    requests.add('/c');
    expect(heard).toEqual(['/a', '/b']);
    requests.listen((project) => heard.push(project));
    expect(heard).toEqual(['/a', '/b', '/c']);
  });
});
