import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';
import type { OnProgress } from '../../../contract/progress.ts';
import { ADDON_FILE, linkIntoPackage } from './addon.ts';
import { cacheRoot } from './cache.ts';
import { cudaDevices } from './gpu.ts';
import { planRuntime, thisMachine, type NativeRuntime } from './plan.ts';
import { prepare, proveHere } from './prepare.ts';
import { findShipped } from './shipped.ts';
import { installVendorRuntime } from './vendor.ts';

export interface EnsureOptions {
  /** Take the CUDA build (Linux x86-64). Throws where no CUDA device is, before fetching gigabytes. */
  readonly gpu?: boolean | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes native TensorFlow ready to load: the one that came along with us, or else fetched, built, and kept in
 * the user's cache; either is proved by an operation in another process. Idempotent (some milliseconds once it is there), safe to interrupt at any point and to
 * run twice at once.
 * @throws MorphloomError `environment` in one sentence with the remedy, `cancelled` when stopped
 */
export async function ensureNativeRuntime(options: EnsureOptions = {}): Promise<NativeRuntime> {
  const gpu = options.gpu === true;
  if (gpu && (await cudaDevices(options.signal)).length === 0) {
    throw new MorphloomError(
      'environment',
      "There is no CUDA device here (`nvidia-smi` names none): install NVIDIA's driver, or leave out --gpu.",
    );
  }
  const plan = planRuntime(thisMachine(), gpu);
  if (plan.kind === 'none') throw new MorphloomError('environment', `${plan.reason}.`);
  if (plan.kind === 'vendor') {
    const addon = await installVendorRuntime(plan, options);
    return { addon, variant: plan.variant };
  }
  const shipped = gpu ? null : await findShipped(plan);
  if (shipped !== null) {
    await proveHere(shipped, cacheRoot(), options);
    return { addon: shipped, variant: plan.variant };
  }
  const folder = await prepare(plan, cacheRoot(), options);
  const addon = path.join(folder, ADDON_FILE);
  await proveHere(addon, folder, options);
  await linkIntoPackage(addon);
  return { addon, variant: plan.variant };
}
