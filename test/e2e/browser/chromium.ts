import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** A Chromium of this machine: the one that `CHROMIUM` names, else the first on the PATH; null without one. */
export function findChromium(): string | null {
  const named = process.env['CHROMIUM'];
  if (named) return named;
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  for (const name of NAMES) {
    const file = folders
      .map((folder) => path.join(folder, name))
      .find((candidate) => fs.existsSync(candidate));
    if (file !== undefined && spawnSync(file, ['--version']).status === 0) return file;
  }
  return null;
}

/** Why tests in a browser are skipped; null where they are not. Said once, where it is not null. */
export function whyNoBrowser(): string | null {
  return findChromium() === null
    ? 'there is no Chromium here (on Debian: apt-get install chromium; or set CHROMIUM to its path)'
    : null;
}

export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
