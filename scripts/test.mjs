// All checks, as a newcomer and the integration run them: format, lint, types, fences, build, the runtime,
// tests. `--slow` runs the long suites instead. Every stage runs, whatever the one before said; the last line
// counts: a stage is one check, and so is each test.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const slow = process.argv.includes('--slow');
const bin = (name) => path.join(root, 'node_modules', '.bin', name);
let passed = 0;
let failed = 0;

function stage(title, command, args) {
  const started = Date.now();
  process.stdout.write(`\n▸ ${title}\n`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  const ok = status === 0;
  if (ok) passed++;
  else failed++;
  process.stdout.write(`${ok ? '✓' : '✗'} ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
}

/** Runs vitest and counts its tests; a run that yields no count is one failure. */
function tests(title, config) {
  process.stdout.write(`\n▸ ${title}\n`);
  const report = path.join(os.tmpdir(), `morphloom-tests-${process.pid}.json`);
  const args = [
    'run',
    '--config',
    config,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const { status } = spawnSync(bin('vitest'), args, { cwd: root, stdio: 'inherit' });
  let counts = null;
  try {
    counts = JSON.parse(fs.readFileSync(report, 'utf8'));
  } catch {
    process.stdout.write('The tests left no report.\n');
  }
  fs.rmSync(report, { force: true });
  const ran = (counts?.numPassedTests ?? 0) + (counts?.numFailedTests ?? 0);
  passed += counts?.numPassedTests ?? 0;
  failed += counts?.numFailedTests ?? 0;
  // A file that fails to load has no tests to count; vitest's own verdict says so.
  if (ran === 0 || (status !== 0 && !counts?.numFailedTests)) failed++;
}

if (slow) {
  stage('build', process.execPath, ['scripts/build.mjs']);
  tests('slow tests', 'vitest.slow.config.ts');
} else {
  stage('format', bin('prettier'), ['--check', '--log-level', 'warn', '.']);
  stage('types', bin('tsc'), ['-b']);
  stage('types of the window', bin('svelte-check'), [
    '--workspace',
    'src/renderer',
    '--tsconfig',
    './tsconfig.svelte.json',
    '--fail-on-warnings',
  ]);
  stage('lint', bin('eslint'), ['.']);
  stage('fences', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'src']);
  stage('build', process.execPath, ['scripts/build.mjs']);
  stage('window and desktop', process.execPath, ['scripts/build-desktop.mjs']);
  stage('runtime', process.execPath, ['bin/morphloom.cjs', 'doctor']);
  tests('tests', 'vitest.config.ts');
}

process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
