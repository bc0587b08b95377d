import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';
import { ADDON_FILE } from './addon.ts';
import type { WheelPlan } from './plan.ts';
import { isWhole } from './prepare.ts';

/**
 * The folder of a finished runtime that came along with an installed Morphloom, said by `MORPHLOOM_RUNTIME`;
 * null where there is none, and one has to be prepared. It is only ever read.
 */
export function shippedFolder(env: NodeJS.ProcessEnv = process.env): string | null {
  return env['MORPHLOOM_RUNTIME'] ? path.resolve(env['MORPHLOOM_RUNTIME']) : null;
}

/**
 * The addon of the runtime that came along, whose folder is named by the plan's key.
 * @throws MorphloomError `environment` where it is damaged, or was made for another machine
 */
export async function findShipped(
  plan: WheelPlan,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | null> {
  const home = shippedFolder(env);
  if (home === null) return null;
  const folder = path.join(home, plan.key);
  if (await isWhole(folder)) return path.join(folder, ADDON_FILE);
  throw new MorphloomError(
    'environment',
    `The TensorFlow that was installed with Morphloom is missing, damaged or for another machine ("${folder}"); install Morphloom again.`,
  );
}
