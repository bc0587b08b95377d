// The Electron that is here, or that can be had.
/* global AbortController, clearTimeout */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const electron = path.join(root, 'node_modules', 'electron');

/** A download that brings nothing for so long is given up. */
const STALL_MS = 15_000;

const say = (line) => process.stderr.write(`${line}\n`);

/** The program of the installed package, or of another Electron that was named; null where there is none. */
function installed() {
  const named = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const note = path.join(electron, 'path.txt');
  if (named === undefined && !fs.existsSync(note)) return null;
  const plain = process.platform === 'win32' ? 'electron.exe' : 'electron';
  const program = fs.existsSync(note) ? fs.readFileSync(note, 'utf8').trim() : plain;
  const file = path.join(named ?? path.join(electron, 'dist'), program);
  return fs.existsSync(file) ? file : null;
}

/**
 * Fetches the binary as the package itself would, and lets it be unpacked and checked by the package; only
 * that a network which does not answer is not waited for.
 */
async function fetchBinary() {
  const require = createRequire(path.join(electron, 'package.json'));
  const { downloadArtifact } = await import(pathToFileURL(require.resolve('@electron/get')));
  const { version } = require('./package.json');
  const given = new AbortController();
  let stalled = setTimeout(() => given.abort(), STALL_MS);
  let shown = -1;
  const onProgress = ({ percent }) => {
    clearTimeout(stalled);
    stalled = setTimeout(() => given.abort(), STALL_MS);
    const now = Math.floor(percent * 100);
    if (now === shown) return;
    shown = now;
    if (process.stderr.isTTY) process.stderr.write(`\rFetching Electron ${version}: ${now}%`);
  };
  say(`Fetching Electron ${version}, once (about 120 MB) …`);
  try {
    await downloadArtifact({
      version,
      artifactName: 'electron',
      checksums: require('./checksums.json'),
      platform: process.platform,
      arch: process.arch,
      downloadOptions: { quiet: true, signal: given.signal, getProgressCallback: onProgress },
    });
  } finally {
    clearTimeout(stalled);
    if (process.stderr.isTTY && shown >= 0) say('');
  }
  // It finds the download in the cache.
  spawnSync(process.execPath, [path.join(electron, 'install.js')], { stdio: 'inherit' });
}

/** Electron's program, fetched where it is not here yet; null where it cannot be had. */
export async function electronProgram() {
  const here = installed();
  if (here !== null) return here;
  if (!fs.existsSync(electron)) return null;
  try {
    await fetchBinary();
    return installed();
  } catch {
    return null;
  }
}
