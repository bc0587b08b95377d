import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { isAlive } from '../node/processes.ts';

/** A run that is not complete yet, with the process that begins it; or one that is being removed. */
const HALF_RUN = /^\.\d{3,}-.*\.(\d+|removed)$/;

/** Clears away what killed processes left of runs that they began or removed. */
export async function removeHalfRuns(runs: string): Promise<void> {
  for (const name of await fs.readdir(runs)) {
    const owner = HALF_RUN.exec(name)?.[1];
    if (owner === undefined || (owner !== 'removed' && isAlive(Number(owner)))) continue;
    await fs.rm(path.join(runs, name), { recursive: true, force: true });
  }
}
