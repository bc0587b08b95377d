import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { MorphloomError, throwIfCancelled } from '../../../contract/errors.ts';
import { exists } from '../files.ts';
import { parentPort } from '../helpers/parent-port.ts';
import { startHelper } from '../helpers/start.ts';
import { runCommand } from './command.ts';
import { PROBE } from './probe.ts';

/** What the addon said of itself when it was tried. */
export interface Proof {
  readonly tensorflow: string;
  readonly usesGpu: boolean;
}

const TIMEOUT_MS = 120_000;
const MARK = 'morphloom-proof:';

/** What became of a try: what the addon said of itself, or half a sentence that says why it said nothing. */
type Attempt = Proof | string;

/**
 * Loads the addon and runs an operation in a process of its own, so that a crash (a processor without AVX, a
 * library for another system) is an answer and not our end.
 */
export async function proveAddon(addon: string, signal?: AbortSignal): Promise<Proof> {
  throwIfCancelled(signal);
  const attempt =
    parentPort() === undefined ? await tryInNode(addon, signal) : await tryInHelper(addon, signal);
  if (typeof attempt !== 'string') return attempt;
  throw new MorphloomError(
    'environment',
    `TensorFlow was prepared but does not run here: ${attempt} ("${addon}").`,
  );
}

async function tryInNode(addon: string, signal?: AbortSignal): Promise<Attempt> {
  const program = `process.stdout.write('\\n${MARK}' + (function (require, addon) {${PROBE}})(require, process.argv[1]) + '\\n')`;
  const result = await runCommand(process.execPath, ['-e', program, addon], {
    signal,
    timeoutMs: TIMEOUT_MS,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', NODE_OPTIONS: '' },
  });
  const answer = result?.stdout.split('\n').find((line) => line.startsWith(MARK));
  if (result?.code === 0 && answer !== undefined) return JSON.parse(answer.slice(MARK.length)) as Proof;
  if (result?.endedBySignal === 'SIGILL')
    return 'this processor lacks instructions (AVX) that TensorFlow needs';
  if (result?.endedBySignal != null) return `it ended with ${result.endedBySignal}`;
  return (result?.output.split('\n').find((line) => /error/i.test(line)) ?? 'it gave no answer').trim();
}

async function tryInHelper(addon: string, signal?: AbortSignal): Promise<Attempt> {
  const helper = startHelper('prover');
  try {
    return await new Promise<Attempt>((resolve, reject) => {
      helper.onMessage((message) => resolve(message as Attempt));
      helper.onEnd(resolve);
      signal?.addEventListener('abort', () => reject(new MorphloomError('cancelled', 'Stopped, as asked.')), {
        once: true,
      });
      setTimeout(resolve, TIMEOUT_MS, 'it gave no answer').unref();
      helper.send(addon);
    });
  } finally {
    helper.end();
  }
}

/** Where it is noted, in `folder`, that the runtime of this addon ran on this processor, under this Node. */
function proofFile(folder: string, addon: string): string {
  const machine = `${os.cpus()[0]?.model ?? ''}|${os.release()}|${process.version}`;
  const which = path.dirname(addon) === folder ? machine : `${machine}|${addon}`;
  return path.join(folder, 'proofs', createHash('sha256').update(which).digest('hex').slice(0, 16));
}

/** Whether a proof on this machine is on record. A cache may be shared by machines that differ. */
export async function isProved(folder: string, addon: string): Promise<boolean> {
  return exists(proofFile(folder, addon));
}

/** Records a proof; a cache that may not be written is simply proved again next time. */
export async function recordProof(folder: string, addon: string): Promise<void> {
  try {
    await fs.mkdir(path.join(folder, 'proofs'), { recursive: true });
    await fs.writeFile(proofFile(folder, addon), '');
  } catch {
    // See above.
  }
}
