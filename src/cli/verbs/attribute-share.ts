import * as path from 'node:path';
import type { Command } from 'commander';
import { addAttributeFrom, saveAttributeTo } from '../../engine/jobs/share-attribute.ts';
import { whileWriting } from '../../engine/project/project-lock.ts';
import { type InstrumentFlags, withInstrument } from '../open.ts';
import { backendOption, jsonOption } from '../options.ts';
import { createVoice } from '../terminal.ts';

interface SaveFlags extends InstrumentFlags {
  readonly out: string;
}

/** `morphloom attribute save P NAME --out FILE`: to hand on with the project. */
export function registerSave(parent: Command): void {
  parent
    .command('save')
    .description('write an attribute to a file, for others who have the same model')
    .argument('<project>')
    .argument('<name>')
    .requiredOption('--out <file>', 'the file, by custom a .safetensors')
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, name: string, flags: SaveFlags) => {
      const voice = createVoice(flags);
      await withInstrument(project, flags, voice, async (instrument) => {
        const facts = await saveAttributeTo(instrument, name, flags.out);
        voice.say(`"${name}" is in ${flags.out}.`);
        voice.json({ ...facts, out: path.resolve(flags.out) });
      });
    });
}

interface AddFlags extends InstrumentFlags {
  readonly name?: string;
}

/** `morphloom attribute add P FILE`: one that somebody handed on. */
export function registerAdd(parent: Command): void {
  parent
    .command('add')
    .description(
      'take an attribute from a file that "attribute save" wrote; one of the same name is replaced',
    )
    .argument('<project>')
    .argument('<file>')
    .option('--name <name>', 'call it so (default: as it was called)')
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, file: string, flags: AddFlags) => {
      const voice = createVoice(flags);
      await withInstrument(project, flags, voice, async (instrument) => {
        const facts = await whileWriting(instrument.project.folder, () =>
          addAttributeFrom(instrument, file, flags.name),
        );
        voice.say(`"${facts.name}" is an attribute of ${project} now.`);
        voice.json(facts);
      });
    });
}
