import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assetFile, serveAsset } from '../../src/main/assets.ts';

let outside: string;
let root: string;

beforeAll(async () => {
  outside = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-assets-'));
  root = path.join(outside, 'renderer');
  await fs.mkdir(path.join(root, 'assets'), { recursive: true });
  await fs.mkdir(path.join(outside, 'renderer-other'));
  await fs.writeFile(path.join(root, 'index.html'), '<!doctype html>');
  await fs.writeFile(path.join(root, 'assets', 'a b.js'), 'void 0;');
  await fs.writeFile(path.join(root, 'notes.sqlite'), '');
  await fs.writeFile(path.join(outside, 'secret.json'), '{}');
  await fs.writeFile(path.join(outside, 'renderer-other', 'secret.json'), '{}');
  await fs.symlink(path.join(outside, 'secret.json'), path.join(root, 'link.json'));
});

afterAll(() => fs.rm(outside, { recursive: true, force: true }));

describe('assetFile', () => {
  it('finds the files of the folder', async () => {
    expect(await assetFile(root, 'app://morphloom/index.html')).toMatch(/renderer.index\.html$/);
    expect(await assetFile(root, 'app://morphloom/assets/a%20b.js?x#y')).toMatch(/a b\.js$/);
  });

  it.each([
    'app://elsewhere/index.html',
    'https://morphloom/index.html',
    'file:///etc/passwd',
    'app://morphloom/',
    'app://morphloom/assets',
    'app://morphloom/../secret.json',
    'app://morphloom/%2e%2e/secret.json',
    'app://morphloom/..%2fsecret.json',
    'app://morphloom/%2e%2e%2frenderer-other%2fsecret.json',
    'app://morphloom/assets/..%2f..%2fsecret.json',
    'app://morphloom/..%5csecret.json',
    'app://morphloom//etc/passwd',
    'app://morphloom/link.json',
    'app://morphloom/index.html%00.js',
    'app://morphloom/%ff',
    'not an address',
  ])('gives nothing for %s', async (address) => {
    expect(await assetFile(root, address)).toBeNull();
  });
});

describe('serveAsset', () => {
  it('says what a file is, and what the page may do', async () => {
    const answer = await serveAsset(root, { url: 'app://morphloom/index.html', method: 'GET' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await answer.text()).toBe('<!doctype html>');
  });

  it('serves nothing of a kind that it does not know, and answers no other method', async () => {
    for (const [url, method] of [
      ['app://morphloom/notes.sqlite', 'GET'],
      ['app://morphloom/index.html', 'POST'],
    ] as const)
      expect((await serveAsset(root, { url, method })).status).toBe(404);
  });
});
