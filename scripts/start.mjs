// Opens the studio: in Electron, where its binary is here or can be had, and else in the browser.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDesktop } from './build-desktop.mjs';
import { electronProgram } from './electron.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const say = (line) => process.stderr.write(`${line}\n`);

/** Resolves with the exit code; signals that end us end the child. */
function run(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit', ...options });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

const hasScreen =
  process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);
const binary = hasScreen ? await electronProgram() : null;
if (binary === null) {
  say(
    hasScreen
      ? 'Electron cannot be had from this network, so the studio opens in your browser; `npm start` tries again.'
      : 'There is no screen here, so the studio is served to a browser.',
  );
  process.exitCode = await run(process.execPath, [
    path.join(root, 'bin', 'morphloom.cjs'),
    'serve',
    ...process.argv.slice(2),
  ]);
} else {
  await buildDesktop({ onlyStale: true });
  // In a group of its own: Ctrl+C is to reach main, which ends the engine cleanly, and not its helpers.
  const detached = process.platform !== 'win32';
  process.exitCode = await run(binary, [root, ...process.argv.slice(2)], { detached });
}
