import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { hasBfloat16 } from '../../../../src/engine/node/runtime/processor.ts';

it.each([
  ['processor\t: 0\nflags\t\t: fpu avx512f avx512_bf16 amx_tile\n', true],
  ['processor\t: 0\nflags\t\t: fpu avx512f avx512_vnni\n', false],
  ['processor\t: 0\nFeatures\t: fp asimd i8mm bf16\n', true],
  ['processor\t: 0\n', null],
])('whether a processor has bfloat16 is read from what Linux says: %j', async (says, has) => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-processor-'));
  const file = path.join(folder, 'cpuinfo');
  await fs.writeFile(file, says);
  expect(hasBfloat16(file)).toBe(has);
  await fs.rm(folder, { recursive: true });
  expect(hasBfloat16(file)).toBeNull();
});
