// Builds what the desktop runs: main, preload, the windows and the engine's own process; with --if-stale only
// what is older than a source.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as viteBuild } from 'vite';
import { bundle, ENGINE_PROGRAMS } from './build.mjs';
import { buildRenderer, isStale as isRendererStale } from './build-renderer.mjs';
import { isOlder } from './stale.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');

/** Bundles, and the folders that they are made of. */
const MAIN = { file: 'main/main.cjs', sources: ['src/main', 'src/contract', 'electron.vite.config.ts'] };
const PRELOAD = { file: 'preload/preload.cjs', sources: ['src/preload', 'src/contract'] };
const ENGINE = { file: 'engine.cjs', sources: ['src/engine', 'src/contract', 'src/core'] };

const GRAPHICS = { file: 'graphics/graphics.cjs', sources: ['src/graphics', 'src/contract'] };

const isStale = ({ file, sources }) => isOlder(path.join(dist, file), sources);

/** Builds one part of electron.vite.config.ts; each file takes the place of the old one at once. */
async function buildPart(config, name) {
  const draft = path.join(dist, `${name}-${process.pid}.tmp`);
  try {
    await viteBuild({ ...config[name], logLevel: 'warn', build: { ...config[name].build, outDir: draft } });
    fs.mkdirSync(path.join(dist, name), { recursive: true });
    for (const file of fs.readdirSync(draft))
      fs.renameSync(path.join(draft, file), path.join(dist, name, file));
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
}

export async function buildDesktop({ onlyStale }) {
  const needed = (part) => !onlyStale || isStale(part);
  if (needed(MAIN) || needed(PRELOAD)) {
    process.env.NODE_ENV_ELECTRON_VITE = 'production';
    const { resolveConfig } = await import('electron-vite');
    const { config } = await resolveConfig({ root }, 'build', 'production');
    for (const name of ['main', 'preload']) await buildPart(config, name);
  }
  if (needed(ENGINE)) await bundle(ENGINE_PROGRAMS);
  if (needed(GRAPHICS)) {
    await bundle({ 'graphics/graphics': 'src/graphics/graphics.ts' });
    fs.copyFileSync(
      path.join(root, 'src/graphics/graphics.html'),
      path.join(dist, 'graphics', 'graphics.html'),
    );
  }
  if (!onlyStale || isRendererStale()) await buildRenderer();
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await buildDesktop({ onlyStale: process.argv.includes('--if-stale') });
