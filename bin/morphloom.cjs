#!/usr/bin/env node
// The command. In a checkout it (re)builds the bundle first whenever a source file is newer than it.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const root = path.join(__dirname, '..');
const bundle = path.join(root, 'dist', 'morphloom.cjs');
const sources = path.join(root, 'src');

function newestSource() {
  let newest = 0;
  for (const name of fs.readdirSync(sources, { recursive: true })) {
    if (name.endsWith('.ts')) newest = Math.max(newest, fs.statSync(path.join(sources, name)).mtimeMs);
  }
  return newest;
}

if (fs.existsSync(sources)) {
  const built = fs.existsSync(bundle) ? fs.statSync(bundle).mtimeMs : 0;
  if (newestSource() > built) {
    const { status } = spawnSync(process.execPath, [path.join(root, 'scripts', 'build.mjs')], {
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0) {
      process.stderr.write(
        'morphloom: the command could not be built from src/; the messages above say why.\n',
      );
      process.exit(1);
    }
  }
}
require(bundle);
