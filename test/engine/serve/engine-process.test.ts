import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { EngineProcess } from '../../../src/engine/serve/engine-process.ts';

it('an engine that cannot start is not started for ever', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'morphloom-engine-'));
  const file = path.join(folder, 'engine.cjs');
  const count = path.join(folder, 'starts');
  fs.writeFileSync(file, `require('fs').appendFileSync(${JSON.stringify(count)}, 'x'); process.exit(3);`);
  const said: string[] = [];
  const options = { file, args: [], env: process.env, log: (line: string): void => void said.push(line) };
  await expect(EngineProcess.start(options)).rejects.toMatchObject({ code: 'environment' });
  expect(fs.readFileSync(count, 'utf8')).toBe('x');
  expect(said.join()).toContain('code 3');
  fs.rmSync(folder, { recursive: true });
});
