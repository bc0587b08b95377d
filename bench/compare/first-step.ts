import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { comparedRecipe, type Net } from './recipes.ts';

/**
 * Seconds from the command to its first step: a process of `morphloom train` on a project, until it prints the
 * figures of a step.
 */
export async function secondsToFirstStep(net: Net, batch: number, project: string): Promise<number> {
  const recipe = path.join(path.dirname(project), `${net}.json`);
  fs.writeFileSync(recipe, JSON.stringify(comparedRecipe(net, batch)));
  const started = performance.now();
  const args = ['bin/morphloom.cjs', 'train', project, '--recipe', recipe, '--steps', '100000', '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  let seconds = Number.NaN;
  for await (const line of readline.createInterface({ input: child.stdout })) {
    if (!('loss' in (JSON.parse(line) as object))) continue;
    seconds = (performance.now() - started) / 1000;
    break;
  }
  child.kill('SIGKILL');
  await closed;
  if (Number.isNaN(seconds)) throw new Error('`morphloom train` took no step.');
  return seconds;
}
