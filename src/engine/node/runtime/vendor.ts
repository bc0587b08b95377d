import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';
import { exists } from '../files.ts';
import { ADDON_FILE, tfjsNodeFolder } from './addon.ts';
import { runCommand } from './command.ts';
import type { VendorPlan } from './plan.ts';
import type { PrepareOptions } from './prepare.ts';

/**
 * Runs tfjs-node's own installer, where TensorFlow's wheel has no separate C library to link against. It
 * downloads a ready addon and library of an older TensorFlow (2.9) into the installed package.
 * @returns the path of the addon
 */
export async function installVendorRuntime(plan: VendorPlan, options: PrepareOptions): Promise<string> {
  const folder = tfjsNodeFolder();
  const addon = path.join(folder, 'lib', 'napi-v8', ADDON_FILE);
  if (await exists(addon)) return addon;
  options.onProgress?.({ stage: "Running tfjs-node's own installer", done: 0, total: null, unit: 'steps' });
  const binaries = [path.join(folder, 'node_modules', '.bin'), path.resolve(folder, '..', '..', '.bin')];
  const result = await runCommand(
    process.execPath,
    ['scripts/install.js', plan.variant === 'cuda' ? 'gpu' : 'cpu', 'download'],
    {
      cwd: folder,
      signal: options.signal,
      env: {
        ...process.env,
        ELECTRON_RUN_AS_NODE: '1',
        PATH: [...binaries, process.env['PATH'] ?? ''].join(path.delimiter),
      },
    },
  );
  if (result?.code === 0 && (await exists(addon))) return addon;
  const lines = (result?.output ?? '').split('\n').filter((line) => line.trim() !== '');
  throw new MorphloomError(
    'environment',
    `tfjs-node's own installer could not fetch TensorFlow (it says "${lines.at(-1) ?? 'nothing'}"); check the network, or run \`npm rebuild @tensorflow/tfjs-node --ignore-scripts=false\` where it is free.`,
  );
}
