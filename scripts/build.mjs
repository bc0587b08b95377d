// Bundles the command into dist/morphloom.cjs, the engine's own process into dist/engine.cjs, and its helpers and
// threads, each into a file of its name. Packages stay external: native ones must not be bundled.
import { build } from 'esbuild';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');

/** These come as ES modules only, which not every host of the bundle can require: they go in. */
const BUNDLED = ['birpc'];
const { dependencies } = JSON.parse(await fs.readFile(path.join(root, 'package.json'), 'utf8'));
/** What is its host's, or what developers' programs load: a driver of browsers, the packer. */
const TOOLS = ['electron', 'playwright-core', 'electron-builder', '@electron/fuses'];
const external = [...Object.keys(dependencies), ...TOOLS]
  .filter((name) => !BUNDLED.includes(name))
  .flatMap((name) => [name, `${name}/*`]);

/** The engine's own process, and what it starts beside itself. */
export const ENGINE_PROGRAMS = {
  engine: 'src/engine/host.ts',
  'face-finder': 'src/engine/faces/host.ts',
  prover: 'src/engine/node/runtime/prover.ts',
  'backend-trial': 'src/engine/jobs/backend-trial.ts',
  'graphics-line': 'src/engine/compute/window-line-worker.ts',
};

/** Bundles entry points into dist; each file appears whole, since another process may be loading the old one. */
export async function bundle(entryPoints) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: dist,
    outExtension: { '.js': '.cjs' },
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external,
    sourcemap: 'linked',
    define: { 'import.meta.dirname': '__dirname' },
    // An archive of Electron's is known to `require` alone.
    supported: { 'dynamic-import': false },
    logLevel: 'warning',
  });
  for (const { path: file, contents } of outputFiles) {
    await fs.mkdir(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    await fs.writeFile(temporary, contents);
    await fs.rename(temporary, file);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundle({ morphloom: 'src/cli/main.ts', ...ENGINE_PROGRAMS });
}
