import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { planRuntime, thisMachine } from '../src/engine/node/runtime/plan.ts';
import { reachableFiles } from './reachable.ts';

/** The programs of the installed app. */
export const PROGRAMS = [
  ...['main/main.cjs', 'engine.cjs', 'face-finder.cjs', 'prover.cjs', 'backend-trial.cjs'],
  ...['graphics-line.cjs', 'graphics/graphics.cjs'],
].map((name) => `dist/${name}`);

/** The page of the hidden window, whose program is beside it. */
const PAGE = 'dist/graphics/graphics.html';

/** What they load by names that only they know: see src/engine/node and src/engine/compute. */
const LOADED_BY_NAME = [
  '@tensorflow/tfjs-node',
  '@mapbox/node-pre-gyp/lib/pre-binding.js',
  '@vladmandic/human',
  'opentype.js',
];

/** What they read as files: folders of packages, and which of their files. */
const READ: readonly { readonly folder: string; readonly files: RegExp }[] = [
  { folder: '@tensorflow/tfjs-backend-wasm/dist', files: /\.wasm$/ },
  { folder: '@vladmandic/human/models', files: /^(blazeface|facemesh|iris)\.(json|bin)$/ },
  { folder: '@fontsource/inter/files', files: /-normal\.woff$/ },
];

const SHARP_WASM = '@img/sharp-wasm32';
/** Sharp's native build and its libvips, which Electron on Linux cannot use. */
const SHARP_NATIVE = /^node_modules\/@img\/sharp-(?!wasm32)/;

/** Folders of ours that go in whole. */
const OURS = ['dist/renderer', 'dist/preload', 'resources/icons'];

/**
 * All files of the app, without the runtime: what its programs can reach and what they read, nothing else of
 * what is installed.
 * @param platform whose app it is; it is built on the same
 * @returns paths relative to `root`, sorted, with `/`
 */
export async function appFiles(root: string, platform: string = process.platform): Promise<string[]> {
  const byName = platform === 'linux' ? [...LOADED_BY_NAME, `${SHARP_WASM}/sharp.node`] : LOADED_BY_NAME;
  const reached = await reachableFiles(root, [...PROGRAMS, ...byName]);
  const files = new Set([PAGE, ...reached.filter((file) => !isHostOf(file, platform))]);
  for (const { folder, files: wanted } of READ) {
    for (const file of await filesBelow(root, `node_modules/${folder}`)) {
      if (wanted.test(path.posix.basename(file))) files.add(file);
    }
  }
  for (const folder of OURS) for (const file of await filesBelow(root, folder)) files.add(file);
  // Native parts are found by their folder: the whole packages.
  const native =
    platform === 'linux'
      ? [SHARP_WASM]
      : (await fs.readdir(path.join(root, 'node_modules/@img')))
          .filter((name) => /^sharp-(libvips-)?(darwin|win32)-/.test(name))
          .map((name) => `@img/${name}`);
  // Where tfjs-node's own installer brings TensorFlow, it lies in its package (src/engine/node/runtime/vendor.ts).
  if (planRuntime(thisMachine(), false).kind === 'vendor')
    native.push('@tensorflow/tfjs-node/lib', '@tensorflow/tfjs-node/deps/lib');
  for (const name of native)
    for (const file of await filesBelow(root, `node_modules/${name}`)) files.add(file);
  for (const folder of packagesOf([...files])) files.add(`${folder}/package.json`);
  return [...files].sort();
}

/**
 * Electron itself is the app's host, and brings WebGPU: Dawn's package, which the engine names where it is not in
 * Electron, stays out. What another system's build of sharp is made of is no use.
 */
function isHostOf(file: string, platform: string): boolean {
  return (
    file.startsWith('node_modules/electron/') ||
    file.startsWith('node_modules/webgpu/') ||
    (platform === 'linux' && SHARP_NATIVE.test(file))
  );
}

/** The folders of the packages that these files belong to, nested ones too. */
export function packagesOf(files: readonly string[]): string[] {
  const folders = files.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  const entries = await fs.readdir(path.join(root, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'));
}

/** The app's own package.json. */
export interface Manifest {
  readonly name: string;
  readonly productName: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly author: string;
  readonly main: string;
}

/** What the app and its packer read of our package.json, and no dependency to be looked for. */
export async function appManifest(root: string): Promise<Manifest> {
  const ours = JSON.parse(await fs.readFile(path.join(root, 'package.json'), 'utf8')) as Manifest;
  const { name, version, description, license, main } = ours;
  return {
    name,
    productName: 'Morphloom',
    version,
    description,
    license,
    author: 'Morphloom contributors',
    main,
  };
}
