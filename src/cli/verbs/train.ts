import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { type Command, Option } from 'commander';
import { MorphloomError } from '../../contract/errors.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { BackendName } from '../../engine/compute/select.ts';
import { importFolder, type ImportFlags, importOptions } from '../import-folder.ts';
import { trainProject, type TrainOptions } from '../../engine/jobs/train.ts';
import { describeCompiled } from '../../engine/jobs/probe-compile.ts';
import { whileWriting } from '../../engine/project/project-lock.ts';
import { Project } from '../../engine/project/project.ts';
import { applySetting, parseRecipe, presetNamed } from '../../engine/recipes/resolve.ts';
import type { Budget } from '../../engine/train/plan.ts';
import { duration, RunControl } from '../../engine/train/run.ts';
import { backendOption, collect, positiveInteger, positiveNumber, seed } from '../options.ts';
import { createVoice, type Voice } from '../terminal.ts';

interface Flags extends ImportFlags {
  readonly out?: string;
  readonly recipe?: string;
  readonly set?: readonly string[];
  readonly minutes?: number;
  readonly steps?: number;
  readonly epochs?: number;
  readonly seed?: number;
  readonly resume?: boolean;
  readonly run?: string;
  readonly patience?: number;
  readonly checkpointEvery?: number;
  readonly backend?: BackendName;
  readonly gpu?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

const DEFAULT_MINUTES = 10;

/** `morphloom train <folder|project>`: imports where it is given pictures, then trains. */
export function registerTrain(program: Command): void {
  const command = program
    .command('train')
    .description('learn a folder of pictures, or a project; Ctrl-C stops it with everything saved')
    .argument('<folder>', 'a folder of pictures, or a project')
    .option('--out <project>', 'the project to make of a folder of pictures')
    .option('--recipe <name>', 'a recipe by name, or a .json file (default: morph)')
    .option(
      '--set <key=value>',
      'change a setting of the recipe, as latent.size=64; may be repeated',
      collect,
    )
    .addOption(
      new Option('--minutes <n>', `train for so long (default: ${DEFAULT_MINUTES})`)
        .argParser(positiveNumber)
        .conflicts(['steps', 'epochs']),
    )
    .addOption(new Option('--steps <n>', 'take so many steps').argParser(positiveInteger).conflicts('epochs'))
    .option('--epochs <n>', 'go through the pictures so many times', positiveNumber)
    .option('--seed <n>', 'the seed of everything random (default: 1)', seed)
    .option('--resume', 'go on with the latest run from its last checkpoint')
    .option('--run <id>', 'with --resume: this run')
    .option('--patience <n>', 'stop early after so many validations without gain', positiveInteger)
    .option('--checkpoint-every <seconds>', 'save so often (default: 20)', positiveNumber)
    .addOption(backendOption())
    .option('--gpu', 'use an NVIDIA GPU (Linux)')
    .option('--verbose', 'also say how the training step was compiled')
    .option('--json', 'JSON Lines on stdout');
  for (const option of importOptions()) command.addOption(option);
  command.action(async (folder: string, flags: Flags) => {
    const voice = createVoice(flags);
    const project = await projectFor(folder, flags, voice);
    const begin =
      flags.resume === true
        ? { kind: 'resume' as const, run: flags.run }
        : {
            kind: 'new' as const,
            recipe: await recipeFor(flags),
            budget: budgetOf(flags),
            seed: flags.seed ?? 1,
          };
    await train(project, begin, flags, voice);
  });
}

export type Begin = TrainOptions['begin'];

/** Trains, says what happens, and returns the run's id. Also used by the demo. */
export async function train(
  project: Project,
  begin: Begin,
  flags: Pick<Flags, 'patience' | 'checkpointEvery' | 'backend' | 'gpu' | 'verbose'>,
  voice: Voice,
): Promise<string> {
  const control = new RunControl();
  voice.signal.addEventListener('abort', () => control.stop());
  let finalLine = {};
  const options: TrainOptions = {
    project,
    begin,
    control,
    patience: flags.patience,
    checkpointEverySeconds: flags.checkpointEvery,
    backend: flags.backend,
    gpu: flags.gpu,
    signal: voice.signal,
    log: voice.say,
    onProgress: voice.onProgress,
    onBegin: ({ run, backend, pictures, from }) => {
      voice.say(
        `Run ${run.id}: recipe "${run.recipe.name}" on ${pictures} pictures, ${backend.version}` +
          (from === 0 ? '.' : `, on from step ${from}.`),
      );
      voice.json({
        begun: true,
        run: run.id,
        recipe: run.recipe.name,
        pictures,
        step: from,
        backend: backend.version,
      });
    },
    onCompiled: (compiled) => {
      // Why it was not compiled is said in any case.
      if (flags.verbose === true && compiled.fallback === undefined) voice.say(describeCompiled(compiled));
      voice.json({ compiled });
    },
    onLine: (line) => {
      finalLine = line;
      voice.json(line);
    },
  };
  const report = await whileWriting(project.folder, () => trainProject(options));
  const { step, elapsedSeconds } = report.facts;
  const how =
    report.end === 'finished'
      ? 'Finished'
      : report.end === 'stopped'
        ? 'Stopped, as asked,'
        : 'Stopped early, no more gain,';
  voice.say(`${how} after ${step} steps and ${duration(elapsedSeconds)}; saved in ${project.folder}.`);
  if (report.end === 'stopped') voice.say(`Go on with: morphloom train "${project.folder}" --resume`);
  const { user, system } = process.cpuUsage();
  voice.json({
    ...finalLine,
    done: true,
    project: project.folder,
    run: report.run,
    end: report.end,
    step,
    elapsedSeconds,
    cpuSeconds: (user + system) / 1e6,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  });
  return report.run;
}

/** The project to train: the one that is there, or one made of a folder of pictures. */
async function projectFor(folder: string, flags: Flags, voice: Voice): Promise<Project> {
  if (await Project.isProject(folder)) {
    if (flags.out !== undefined && path.resolve(flags.out) !== path.resolve(folder)) {
      throw new MorphloomError('usage', `"${folder}" is a project already; leave out --out.`);
    }
    return Project.open(folder);
  }
  if (flags.out === undefined) {
    throw new MorphloomError(
      'usage',
      `"${folder}" is no project; to make one of its pictures, add --out <project>.`,
    );
  }
  if (flags.resume === true && (await Project.isProject(flags.out))) return Project.open(flags.out);
  return importFolder([folder], flags.out, flags, voice);
}

async function recipeFor({ recipe = 'morph', set = [] }: Flags): Promise<Recipe> {
  const document = recipe.endsWith('.json') ? await readRecipe(recipe) : presetNamed(recipe);
  for (const setting of set) applySetting(document, setting);
  return parseRecipe(document);
}

async function readRecipe(file: string): Promise<unknown> {
  try {
    return JSON.parse(await fs.readFile(file, 'utf8')) as unknown;
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new MorphloomError('usage', `The recipe "${file}" ${why}.`, { cause });
  }
}

function budgetOf({ minutes, steps, epochs }: Flags): Budget {
  if (steps !== undefined) return { kind: 'steps', steps };
  if (epochs !== undefined) return { kind: 'epochs', epochs };
  return { kind: 'minutes', minutes: minutes ?? DEFAULT_MINUTES };
}
