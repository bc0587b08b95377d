import * as path from 'node:path';
import { type Command, Option } from 'commander';
import { MorphloomError } from '../../contract/errors.ts';
import { attributesWithLeaks, learnAttributeFrom } from '../../engine/jobs/attribute.ts';
import { movedLoop, movedPicture } from '../../engine/jobs/move-picture.ts';
import type { LearningMethod } from '../../engine/latent/attribute.ts';
import { picturesNamed } from '../../engine/morph/pictures.ts';
import { Project } from '../../engine/project/project.ts';
import { whileWriting } from '../../engine/project/project-lock.ts';
import { type InstrumentFlags, withInstrument } from '../open.ts';
import { backendOption, collect, jsonOption, positiveInteger, positiveNumber } from '../options.ts';
import { createVoice } from '../terminal.ts';
import { registerDirections, registerFree, registerKeep } from './attribute-directions.ts';
import { registerAdd, registerSave } from './attribute-share.ts';

/** `morphloom attribute learn | directions | keep | free | list | apply | save | add`: directions that mean something. */
export function registerAttribute(program: Command): void {
  const attribute = program
    .command('attribute')
    .description('learn what pictures have, and give it to others');
  registerLearn(attribute);
  registerDirections(attribute);
  registerKeep(attribute);
  registerFree(attribute);
  registerList(attribute);
  registerApply(attribute);
  registerSave(attribute);
  registerAdd(attribute);
}

interface LearnFlags extends InstrumentFlags {
  readonly with?: string[];
  readonly without?: string[];
  readonly column?: string;
  readonly method?: LearningMethod;
  readonly apart?: string[];
  readonly balance?: string[];
}

function registerLearn(parent: Command): void {
  parent
    .command('learn')
    .description('learn an attribute from pictures that have it and pictures that have not')
    .argument('<project>')
    .argument('<name>')
    .option('--with <folder>', 'pictures that have it; may be repeated', collect)
    .option('--without <folder>', 'pictures that have not; may be repeated', collect)
    .addOption(
      new Option('--column <name>', 'instead: a column of the imported table').conflicts(['with', 'without']),
    )
    .addOption(
      new Option(
        '--method <how>',
        'the difference of means (best for few pictures), or logistic regression',
      ).choices(['mean', 'logistic']),
    )
    .option('--apart <attribute>', 'another attribute that is not to come along; may be repeated', collect)
    .option(
      '--balance <attribute>',
      'another that often comes with it: made equally frequent with and without; may be repeated',
      collect,
    )
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, name: string, flags: LearnFlags) => {
      const voice = createVoice(flags);
      const examples = examplesOf(flags);
      await withInstrument(project, flags, voice, async (instrument) => {
        const { onProgress, signal } = voice;
        const { facts } = await whileWriting(instrument.project.folder, () =>
          learnAttributeFrom(instrument, name, examples, {
            method: flags.method,
            apart: flags.apart,
            balance: flags.balance,
            seed: 1,
            onProgress,
            signal,
          }),
        );
        const auc =
          facts.heldOutAuc === null
            ? 'too few pictures to check it'
            : `held-out AUC ${facts.heldOutAuc.toFixed(3)}`;
        voice.say(
          `Learned "${name}" from ${facts.with} pictures with and ${facts.without} without (${facts.method}; ${auc}).`,
        );
        voice.json(facts);
      });
    });
}

function examplesOf({ with: yes, without: no, column }: LearnFlags) {
  if (column !== undefined) return { kind: 'column' as const, column };
  if (yes === undefined || no === undefined) {
    throw new MorphloomError(
      'usage',
      'Say which pictures have it and which have not: --with and --without, or --column.',
    );
  }
  return { kind: 'folders' as const, with: yes, without: no };
}

/** What comes along by less than this, in standard deviations, is not worth a word. */
const SEEN = 0.05;

function registerList(parent: Command): void {
  parent
    .command('list')
    .description('the attributes of a project')
    .argument('<project>')
    .addOption(jsonOption())
    .action(async (folder: string, flags: { json?: boolean }) => {
      const voice = createVoice(flags);
      const project = await Project.open(folder);
      const all = await attributesWithLeaks(project.attributes);
      if (all.length === 0) voice.say('None yet; learn one with: morphloom attribute learn.');
      for (const { name, method, heldOutAuc, model, leaks, axis, apart } of all) {
        const along = leaks
          .filter(({ amount }) => Math.abs(amount) >= SEEN)
          .map((leak) => `${leak.name} ${leak.amount > 0 ? '+' : '−'}${Math.abs(leak.amount).toFixed(2)}`);
        voice.say(
          `${name}: ${axis === null ? `${method}, held-out AUC ${heldOutAuc?.toFixed(3) ?? '–'}` : `direction ${axis.number}`}, run ${model.run}` +
            (apart.length === 0 ? '' : `, freed of ${apart.join(', ')}`) +
            (along.length === 0 ? '' : `; along with it come ${along.join(', ')}`),
        );
      }
      voice.json(all);
    });
}

interface ApplyFlags extends InstrumentFlags {
  readonly out: string;
  readonly frames?: number;
  readonly fps?: number;
  readonly detail?: number;
  readonly scale?: number;
}

const DEFAULT_FRAMES = 60;
const DEFAULT_FPS = 30;

function registerApply(parent: Command): void {
  parent
    .command('apply')
    .description('give a picture more or less of attributes: a picture, or a loop there and back')
    .argument('<project>')
    .argument('<image>')
    .argument('<name=value...>', 'by how many standard deviations, as smile=2 glasses=-1')
    .requiredOption('--out <file>', 'a .png or .webp picture; a .gif or a folder/ for a loop there and back')
    .option('--frames <n>', `frames of a loop (default: ${DEFAULT_FRAMES})`, positiveInteger)
    .option('--fps <n>', `its frames a second (default: ${DEFAULT_FPS})`, positiveNumber)
    .option('--detail <0..1>', "how much of the picture's own detail to keep (default: 1)", parseDetail)
    .option('--scale <n>', 'enlarge the picture', positiveNumber)
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, image: string, settings: string[], flags: ApplyFlags) => {
      const voice = createVoice(flags);
      const amounts = settings.map(parseAmount);
      await withInstrument(project, flags, voice, async (instrument) => {
        const [picture] = await picturesNamed(instrument, [image]);
        const { detail = 1, scale = 1, frames = DEFAULT_FRAMES, fps = DEFAULT_FPS } = flags;
        const hooks = { onProgress: voice.onProgress, signal: voice.signal };
        const wanted = { instrument, picture, moves: amounts, detail, scale, out: flags.out, ...hooks };
        if (/\.(png|webp)$/i.test(flags.out)) await movedPicture(wanted);
        else await movedLoop({ ...wanted, from: 0, frames, framesPerSecond: fps });
        voice.say(`${flags.out}`);
        voice.json({ out: path.resolve(flags.out), moves: amounts });
      });
    });
}

function parseDetail(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new MorphloomError('usage', `--detail is a number from 0 to 1, not "${text}".`);
  return value;
}

function parseAmount(text: string): { name: string; amount: number } {
  const at = text.lastIndexOf('=');
  const amount = Number(text.slice(at + 1));
  if (at < 1 || at === text.length - 1 || !Number.isFinite(amount)) {
    throw new MorphloomError('usage', `"${text}" is no move; write name=value, as smile=2.`);
  }
  return { name: text.slice(0, at), amount };
}
