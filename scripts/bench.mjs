// Runs a benchmark by its name: node scripts/bench.mjs <name> [arguments]. Bundled as the command is, so that
// what is timed is what users run.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [name, ...args] = process.argv.slice(2);
const known = fs
  .readdirSync(path.join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => path.parse(file).name)
  // What benchmarks share is none.
  .filter((file) => file !== 'support' && file !== 'bare');

if (!known.includes(name)) {
  process.stderr.write(`usage: npm run bench -- <name> [arguments]\nnames: ${known.join(', ')}\n`);
  process.exit(2);
}
await bundle({ [`bench/${name}`]: `bench/${name}.ts` });
process.exitCode = spawnSync(process.execPath, [path.join(root, 'dist', 'bench', `${name}.cjs`), ...args], {
  cwd: root,
  stdio: 'inherit',
}).status;
