import type { HelperName } from '../../../contract/studio/host.ts';
import { askForHelper } from './by-main.ts';
import { forkHelper } from './forked.ts';
import type { Helper } from './helper.ts';
import { parentPort } from './parent-port.ts';

/**
 * Starts a helper, on whichever host this is: a child of Node's, or, in Electron, a utility process of main's,
 * since a packed app cannot be run as Node.
 */
export function startHelper(name: HelperName): Helper {
  const main = parentPort();
  return main === undefined ? forkHelper(name) : askForHelper(main, name);
}
