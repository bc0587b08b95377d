import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { TrainingLine } from '../../contract/training.ts';
import { createAdam } from '../compute/adam.ts';
import { compile, compileInBfloat16 } from '../compute/compile.ts';
import { openBackend, type BackendInfo, type BackendName } from '../compute/select.ts';
import { openDataset, type Dataset } from '../dataset/index.ts';
import { evaluateReconstruction } from '../evaluate/reconstruction.ts';
import { type Instrument, instrumentWith } from '../latent/instrument.ts';
import type { Weights } from '../model/weights.ts';
import type { Project } from '../project/project.ts';
import { RunFolder } from '../project/run-folder.ts';
import { composeModel, type Model, type TrainingPictures } from '../recipes/compose.ts';
import { composeTask } from '../recipes/task.ts';
import { withAttributes, withClasses } from '../recipes/resolve.ts';
import { Plan, type Budget } from '../train/plan.ts';
import type { Compile, CompileReport } from '../train/program.ts';
import { nextTurn, runTraining, type CheckpointFacts, type RunControl, type RunEnd } from '../train/run.ts';
import { hasBfloat16 } from '../node/runtime/processor.ts';
import { Trainer, trainableVariables } from '../train/trainer.ts';
import { pick, splitPictures } from './split.ts';

export interface TrainOptions {
  readonly project: Project;
  /** A new run of this recipe, or the latest one again from its last checkpoint. */
  readonly begin:
    | { readonly kind: 'new'; readonly recipe: Recipe; readonly budget: Budget; readonly seed: number }
    | { readonly kind: 'resume'; readonly run?: string | undefined };
  readonly control: RunControl;
  readonly checkpointEverySeconds?: number | undefined;
  readonly patience?: number | undefined;
  readonly backend?: BackendName | undefined;
  readonly gpu?: boolean | undefined;
  readonly onBegin?: (facts: {
    run: RunFolder;
    backend: BackendInfo;
    pictures: number;
    from: number;
  }) => void;
  /** Called when the steps after the first were compiled, or could not be. */
  readonly onCompiled?: (report: CompileReport) => void;
  readonly onLine?: (line: TrainingLine) => void;
  /** Called between steps with the model as it is then, to be looked at; the next step waits for it. */
  readonly onStep?: (view: TrainingView) => Promise<void>;
  /** Called when a checkpoint is on disk. */
  readonly onCommit?: (facts: CheckpointFacts) => void;
  /** Called between steps, and between the pieces of validations: lets in whoever waits. */
  readonly giveWay?: (() => Promise<void>) | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly log?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A run in progress. `instrument` plays on its newest weights, and on none once the run has ended. */
export interface TrainingView {
  readonly run: RunFolder;
  readonly step: number;
  readonly dataset: Dataset;
  readonly instrument: Omit<Instrument, 'dispose'>;
}

export interface TrainReport {
  readonly run: string;
  readonly end: RunEnd;
  readonly facts: CheckpointFacts;
}

const CHECKPOINT_EVERY_SECONDS = 20;

/** Trains a model on a project's pictures. Throws `input` errors for pictures, `training` errors for the run. */
export async function trainProject(options: TrainOptions): Promise<TrainReport> {
  const { project } = options;
  const dataset = await openDataset(project.dataset);
  try {
    const backend = await openBackend({
      prefer: options.backend,
      gpu: options.gpu,
      onProgress: options.onProgress,
      signal: options.signal,
      log: options.log,
    });
    return await trainOn(dataset, backend, options);
  } finally {
    dataset.close();
  }
}

async function trainOn(dataset: Dataset, backend: BackendInfo, options: TrainOptions): Promise<TrainReport> {
  const begin =
    options.begin.kind === 'new'
      ? {
          ...options.begin,
          recipe: withAttributes(withClasses(options.begin.recipe, dataset.labels), dataset.entries),
        }
      : options.begin;
  // Composed before anything is written: a recipe that does not fit leaves no run behind.
  if (begin.kind === 'new') composeModel(begin.recipe, dataset.format);
  const run =
    begin.kind === 'new'
      ? await RunFolder.create(options.project.runs, {
          schema: 1,
          recipe: begin.recipe,
          image: { ...dataset.format },
          seed: begin.seed,
          budget: begin.budget,
          dataset: dataset.contentHash,
        })
      : await findRunToResume(options.project, begin.run);
  if (run.facts.dataset !== dataset.contentHash) {
    throw new MorphloomError(
      'input',
      `The pictures of "${options.project.folder}" have changed since run ${run.id} began, so it cannot go on as it ` +
        'was; start a new run (leave out --resume).',
    );
  }
  const model = composeModel(run.recipe, run.facts.image);
  const { training, heldOut } = splitPictures(dataset.entries, run.recipe.validation);
  const task = composeTask(model, pick(dataset, training), run.facts.seed);
  const trainer = new Trainer(
    task,
    createAdam(trainableVariables(task), run.recipe.optimiser),
    run.recipe.optimiser.average,
  );
  const { giveWay = nextTurn } = options;
  try {
    const from = await restoreLatest(run, trainer, options.log);
    const plan = new Plan(run.facts.budget, task.stepsPerEpoch, await run.knots());
    options.onBegin?.({ run, backend, pictures: training.length, from: from?.step ?? 0 });
    const compileStep = (by: Compile): void => {
      const compiled = trainer.compile(by, plan.progress(trainer.step));
      // Of a backend that compiles nothing, its own notes say that it is slow.
      if (compiled.fallback !== undefined && backend.name === 'tensorflow') options.log?.(compiled.fallback);
      options.onCompiled?.(compiled);
    };
    const isExact = run.recipe.optimiser.precision === 'float32';
    if (!isExact) {
      const note = slowInBfloat16(backend);
      if (note !== null) options.log?.(note);
      // An eager step would be another one: it would tell where a run was resumed.
      compileStep(compileInBfloat16);
    }
    const { end, facts } = await runTraining({
      task,
      trainer,
      plan,
      store: run,
      from,
      ...(heldOut.length === 0
        ? {}
        : { validate: () => validate(model, trainer, pick(dataset, heldOut), giveWay) }),
      ...(options.patience === undefined ? {} : { patience: options.patience }),
      prepare: () => {
        const compiled = trainer.compile(compile, plan.progress(trainer.step));
        // Of a backend that compiles nothing, its own notes say that it is slow.
        if (compiled.fallback !== undefined && backend.name === 'tensorflow')
          options.log?.(compiled.fallback);
        options.onCompiled?.(compiled);
      },
      checkpointEverySeconds: options.checkpointEverySeconds ?? CHECKPOINT_EVERY_SECONDS,
      ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
      ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
      ...(options.onCommit === undefined ? {} : { onCommit: options.onCommit }),
      onStep: async (step) =>
        options.onStep?.({ run, step, dataset, instrument: instrumentWith(model, newestWeights(trainer)) }),
      giveWay,
      control: options.control,
    });
    return { run: run.id, end, facts };
  } finally {
    trainer.dispose();
  }
}

/** Why training in bfloat16 is no gain here, a sentence; null where it is one, or where that cannot be told. */
function slowInBfloat16({ name }: BackendInfo): string | null {
  const instead = 'leave out optimiser.precision=bfloat16.';
  if (name !== 'tensorflow') return `Only TensorFlow trains in bfloat16, so this is float32; ${instead}`;
  if (hasBfloat16() !== false) return null;
  return `This processor has no bfloat16 and imitates it, which takes longer than float32; ${instead}`;
}

/** The run to go on with: the one asked for, else the latest. Throws `usage` where there is none. */
export async function findRunToResume(project: Project, asked: string | undefined): Promise<RunFolder> {
  const ids = await RunFolder.list(project.runs);
  const id = asked ?? ids.at(-1);
  if (id === undefined || !ids.includes(id)) {
    const what = asked === undefined ? 'has no run to resume' : `has no run "${asked}"`;
    throw new MorphloomError('usage', `"${project.folder}" ${what}; start one by leaving out --resume.`);
  }
  return RunFolder.open(project.runs, id);
}

/** Goes back to the newest checkpoint that is whole; null where none was committed, and the run begins anew. */
async function restoreLatest(
  run: RunFolder,
  trainer: Trainer,
  log: TrainOptions['log'],
): Promise<CheckpointFacts | null> {
  const saved = await run.newest((step) => run.load(step), log);
  await run.rewindLines(saved?.facts.step ?? 0);
  if (saved === null) return null;
  trainer.restore(saved.facts.step, saved.inference, saved.training);
  return saved.facts;
}

async function validate(
  model: Model,
  trainer: Trainer,
  heldOut: TrainingPictures,
  giveWay: () => Promise<void>,
) {
  const steps = evaluateReconstruction(model, newestWeights(trainer), heldOut, 0);
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) await giveWay();
  const { figures } = step.value;
  return { score: -figures.psnr, figures: { psnr: figures.psnr, ssim: figures.ssim, rate: figures.rate } };
}

/** The weights as they are at the first look, up to the next step. */
function newestWeights(trainer: Trainer): Weights {
  let live: ReturnType<Trainer['liveInferenceWeights']> | null = null;
  return {
    get: (name) => {
      live ??= trainer.liveInferenceWeights();
      return live.get(name) as NonNullable<ReturnType<typeof live.get>>;
    },
  };
}
