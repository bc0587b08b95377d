import { createHash } from 'node:crypto';
import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { openBackend, type BackendName } from '../compute/select.ts';
import { Project } from '../project/project.ts';
import { RunFolder } from '../project/run-folder.ts';
import { composeModel } from '../recipes/compose.ts';
import type { State } from '../train/task.ts';
import { createInstrument, type Instrument } from './instrument.ts';

export interface OpenedInstrument extends Instrument {
  readonly project: Project;
  readonly run: RunFolder;
  readonly runId: string;
  /** The step that the weights were committed at. */
  readonly step: number;
  /** SHA-256 of the weights, hexadecimal: what a recipe means by "this model". */
  readonly hash: string;
}

export interface OpenOptions {
  /** The run's id, as `runs/` has it; the latest that has a checkpoint, where absent. */
  readonly run?: string | undefined;
  readonly backend?: BackendName | undefined;
  /** Try no graphics card, where none is asked for. */
  readonly processor?: boolean | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly log?: ((line: string) => void) | undefined;
}

/** Opens a project's model to play on it, readying the backend on the way. Throws `input` where none is trained. */
export async function openInstrument(
  projectFolder: string,
  options: OpenOptions = {},
): Promise<OpenedInstrument> {
  const project = await Project.open(projectFolder);
  const run = await findRun(project, options.run);
  await openBackend({
    prefer: options.backend,
    processor: options.processor,
    onProgress: options.onProgress,
    signal: options.signal,
    log: options.log,
  });
  const saved = await run.newest(async (step) => ({ step, ...(await run.weights(step)) }), options.log);
  if (saved === null) throw notTrained(project);
  const { step, state, file } = saved;
  try {
    const instrument = createInstrument(composeModel(run.recipe, run.facts.image), state);
    return { ...instrument, project, run, runId: run.id, step, hash: hashState(state) };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new MorphloomError('corrupt', `"${file}" is not of the model that its run says; use another run.`, {
      cause,
    });
  }
}

/** The run that was asked for, or the latest that has a checkpoint. */
async function findRun(project: Project, asked: string | undefined): Promise<RunFolder> {
  const ids = asked === undefined ? (await RunFolder.list(project.runs)).reverse() : [asked];
  for (const id of ids) {
    const run = await RunFolder.named(project.runs, id);
    if ((await run.checkpoints()).length > 0) return run;
  }
  throw notTrained(project);
}

const notTrained = ({ folder }: Project): MorphloomError =>
  new MorphloomError('input', `"${folder}" has no trained model yet; run: morphloom train "${folder}".`);

/** A fingerprint of weights: names, shapes and values, in order. */
export function hashState(state: State): string {
  const hash = createHash('sha256');
  for (const [name, { shape, values }] of state) {
    hash.update(`${name}[${shape.join()}]`);
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}
