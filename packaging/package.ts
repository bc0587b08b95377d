// The packager: `npm run package`, which bundles and starts it.
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { packageApp } from './build.ts';
import { checkConfigurations } from './check.ts';
import { sizesOf } from './sizes.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      root: { type: 'string', default: '.' },
      electron: { type: 'string', default: '' },
      'electron-version': { type: 'string' },
      targets: { type: 'string' },
      'download-tools': { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
    },
  });
  const root = path.resolve(values.root);
  const stage = path.join(root, 'build', 'package');
  if (values.check) {
    for (const line of await checkConfigurations(root, stage)) say(line);
    return;
  }
  const electronDist = path.resolve(values.electron);
  const electronVersion =
    values['electron-version'] ??
    (await fs.readFile(path.join(electronDist, 'version'), 'utf8').catch(() => '')).trim().replace(/^v/, '');
  if (!/^\d+\.\d+\.\d+/.test(electronVersion))
    throw new Error(
      `"${electronDist}" does not say which Electron it holds; say it with --electron-version.`,
    );
  const started = Date.now();
  const { folder, files } = await packageApp({
    root,
    stage,
    output: path.join(root, 'out'),
    electronDist,
    electronVersion,
    targets: values.targets?.split(','),
    downloadTools: values['download-tools'],
    say,
  });
  await fs.rm(stage, { recursive: true, force: true });
  say(`\n${folder}`);
  for (const { part, bytes } of await sizesOf(folder)) say(`  ${megabytes(bytes)}  ${part}`);
  for (const file of files) say(`${megabytes((await fs.stat(file)).size)}  ${file}`);
  say(`Built in ${((Date.now() - started) / 1000).toFixed(0)} s with Electron ${electronVersion}.`);
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1).padStart(7)} MB`;

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
