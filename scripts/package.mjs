// Packages the desktop app for the system that this runs on: docs/packaging.md. What is not an option of its
// own goes to packaging/package.ts.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDesktop } from './build-desktop.mjs';
import { bundle } from './build.mjs';
import { electronProgram } from './electron.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);

async function main() {
  if (!args.includes('--check') && !args.some((arg) => arg.startsWith('--electron'))) {
    const program = await electronProgram();
    if (program === null) {
      process.stderr.write(
        'No Electron is here and none can be had from this network: name a folder that holds one with `npm run package -- --electron FOLDER`.\n',
      );
      return 1;
    }
    const folder = path.dirname(program);
    args.push('--electron', process.platform === 'darwin' ? path.resolve(folder, '..', '..', '..') : folder);
  }
  await buildDesktop({ onlyStale: true });
  await bundle({ 'packaging/package': 'packaging/package.ts' });
  const file = path.join(root, 'dist', 'packaging', 'package.cjs');
  return spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' }).status ?? 1;
}

process.exitCode = await main();
