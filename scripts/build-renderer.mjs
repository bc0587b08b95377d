// Bundles the window into dist/renderer, for the desktop and for `serve` alike; with --if-stale only where a
// source is newer than what is there.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isOlder } from './stale.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist', 'renderer');
/** What goes into the bundle. */
const SOURCES = ['src/renderer', 'src/contract', 'src/core', 'package-lock.json'];

/** Whether the bundle lacks, or is older than a source. */
export const isStale = () => isOlder(path.join(dist, 'index.html'), SOURCES);

/** The new bundle takes the place of the old one at once: somebody may be reading it. */
export async function buildRenderer() {
  const { build } = await import('vite');
  const started = Date.now();
  const draft = path.join(root, 'dist', `renderer-${process.pid}.tmp`);
  const old = `${draft}.old`;
  try {
    await build({
      configFile: path.join(root, 'src', 'renderer', 'vite.config.ts'),
      logLevel: 'warn',
      build: {
        outDir: draft,
        emptyOutDir: true,
        rolldownOptions: { checks: { pluginTimings: false } },
      },
    });
    // As of its begin: what was saved while it ran may not be in it.
    fs.utimesSync(path.join(draft, 'index.html'), started / 1000, started / 1000);
    if (fs.existsSync(dist)) fs.renameSync(dist, old);
    fs.renameSync(draft, dist);
  } finally {
    for (const folder of [draft, old]) fs.rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    if (!process.argv.includes('--if-stale') || isStale()) await buildRenderer();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
