import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';
import { exists } from '../files.ts';
import { runCommand } from './command.ts';

/** What the addon said of itself when it was tried. */
export interface Proof {
  readonly tensorflow: string;
  readonly usesGpu: boolean;
}

const TIMEOUT_MS = 120_000;
const MARK = 'morphloom-proof:';

/** Multiplies two matrices on the bare addon: no JavaScript of TensorFlow's is between us and the answer. */
const PROBE = `
const b = require(process.argv[1]);
const id = b.createTensor([2, 2], b.TF_FLOAT, new Float32Array([1, 2, 3, 4]));
const flag = (name) => ({ name, type: b.TF_ATTR_BOOL, value: false });
const attributes = [flag('transpose_a'), flag('transpose_b'), { name: 'T', type: b.TF_ATTR_TYPE, value: b.TF_FLOAT }];
const [product] = b.executeOp('MatMul', attributes, [id, id], 1);
const values = Array.from(b.tensorDataSync(product.id)).join();
if (values !== '7,10,15,22') throw new Error('it multiplied wrongly: ' + values);
process.stdout.write('\\n${MARK}' + JSON.stringify({ tensorflow: b.TF_Version, usesGpu: b.isUsingGpuDevice() }) + '\\n');
`;

/**
 * Loads the addon and runs an operation in a process of its own, so that a crash (a processor without AVX, a
 * library for another system) is an answer and not our end.
 */
export async function proveAddon(addon: string, signal?: AbortSignal): Promise<Proof> {
  const result = await runCommand(process.execPath, ['-e', PROBE, addon], {
    signal,
    timeoutMs: TIMEOUT_MS,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
  });
  const answer = result?.stdout.split('\n').find((line) => line.startsWith(MARK));
  if (result?.code === 0 && answer !== undefined) return JSON.parse(answer.slice(MARK.length)) as Proof;
  const why =
    result?.endedBySignal === 'SIGILL'
      ? 'this processor lacks instructions (AVX) that TensorFlow needs'
      : result?.endedBySignal != null
        ? `it ended with ${result.endedBySignal}`
        : (result?.output.split('\n').find((line) => /error/i.test(line)) ?? 'it gave no answer').trim();
  throw new MorphloomError(
    'environment',
    `TensorFlow was prepared but does not run here: ${why} ("${addon}").`,
  );
}

/** Where it is noted that the runtime in `folder` ran on this processor, under this Node. */
function proofFile(folder: string): string {
  const machine = `${os.cpus()[0]?.model ?? ''}|${os.release()}|${process.version}`;
  return path.join(folder, 'proofs', createHash('sha256').update(machine).digest('hex').slice(0, 16));
}

/** Whether a proof on this machine is on record. A cache may be shared by machines that differ. */
export async function isProved(folder: string): Promise<boolean> {
  return exists(proofFile(folder));
}

/** Records a proof; a cache that may not be written is simply proved again next time. */
export async function recordProof(folder: string): Promise<void> {
  try {
    await fs.mkdir(path.join(folder, 'proofs'), { recursive: true });
    await fs.writeFile(proofFile(folder), '');
  } catch {
    // See above.
  }
}
