// All checks, as a newcomer and the integration run them: format, lint, types, fences, build, the runtime,
// tests. `--slow` runs the long suites instead. Every stage runs, whatever the one before said; the last line
// counts: a stage is one check, and so is each test.
import { Buffer } from 'node:buffer';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const slow = process.argv.includes('--slow');
const bin = (name) => path.join(root, 'node_modules', '.bin', name);
let passed = 0;
let failed = 0;

/** Runs one check; its output comes when it has ended, so that those side by side do not mix theirs. */
function check([title, command, args]) {
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => output.push(Buffer.from(`${error.message}\n`)));
    child.on('close', (code) => {
      const ok = code === 0;
      if (ok) passed++;
      else failed++;
      process.stdout.write(`\n▸ ${title}\n`);
      process.stdout.write(Buffer.concat(output));
      process.stdout.write(`${ok ? '✓' : '✗'} ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
      resolve();
    });
  });
}

/** Each check uses one core: two at a time, the longest first. */
async function checks(list) {
  const left = [...list];
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await check(next);
  };
  await Promise.all([lane(), lane()]);
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

const node = process.execPath;
if (slow) {
  await checks([['build', node, ['scripts/build.mjs']]]);
  tests('slow tests', 'vitest.slow.config.ts');
} else {
  // What the others read the types of comes first.
  await checks([
    ['types', bin('tsc'), ['-b']],
    ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ]);
  const ofWindow = [
    '--workspace',
    'src/renderer',
    '--tsconfig',
    './tsconfig.svelte.json',
    '--fail-on-warnings',
  ];
  await checks([
    ['lint', bin('eslint'), ['.']],
    ['types of the window', bin('svelte-check'), ofWindow],
    ['fences', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'src']],
    ['build', node, ['scripts/build.mjs']],
    ['window and desktop', node, ['scripts/build-desktop.mjs']],
  ]);
  process.stdout.write('\nThe first time, TensorFlow is fetched and prepared now: some minutes.\n');
  await checks([['runtime', node, ['bin/morphloom.cjs', 'doctor']]]);
  tests('tests', 'vitest.config.ts');
}

process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
