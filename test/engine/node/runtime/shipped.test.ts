import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { planRuntime } from '../../../../src/engine/node/runtime/plan.ts';
import { findShipped } from '../../../../src/engine/node/runtime/shipped.ts';

const plan = planRuntime({ platform: 'linux', arch: 'x64', libc: 'glibc' }, false);
if (plan.kind !== 'wheel') throw new Error('Linux has a wheel.');

let home: string;
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-shipped-'));
  const folder = path.join(home, plan.key);
  await fs.mkdir(folder);
  await fs.writeFile(path.join(folder, 'tfjs_binding.node'), 'addon');
  await fs.writeFile(
    path.join(folder, 'ready.json'),
    JSON.stringify({ files: { 'tfjs_binding.node': 'addon'.length } }),
  );
});
afterEach(() => fs.rm(home, { recursive: true, force: true }));

it('finds the runtime that came along', async () => {
  expect(await findShipped(plan, { MORPHLOOM_RUNTIME: home })).toBe(
    path.join(home, plan.key, 'tfjs_binding.node'),
  );
});

it('has one prepared where none came along', async () => {
  expect(await findShipped(plan, {})).toBeNull();
});

it('says what to do where it is cut short, or made for another machine', async () => {
  const other = { ...plan, key: 'another' };
  await expect(findShipped(other, { MORPHLOOM_RUNTIME: home })).rejects.toThrow(/install Morphloom again/);
  await fs.writeFile(path.join(home, plan.key, 'tfjs_binding.node'), 'add');
  await expect(findShipped(plan, { MORPHLOOM_RUNTIME: home })).rejects.toThrow(/install Morphloom again/);
});
