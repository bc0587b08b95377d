// Prepares a runtime by the plan in argv[2], in the cache argv[3]; stages on stderr, the folder on stdout.
import { readFileSync } from 'node:fs';
import { prepare } from '../../../../src/engine/node/runtime/prepare.ts';
import type { WheelPlan } from '../../../../src/engine/node/runtime/plan.ts';

const [, , planFile, root] = process.argv as [string, string, string, string];
void prepare(JSON.parse(readFileSync(planFile, 'utf8')) as WheelPlan, root, {
  onProgress: ({ stage }) => process.stderr.write(`${stage}\n`),
}).then((folder) => process.stdout.write(folder));
