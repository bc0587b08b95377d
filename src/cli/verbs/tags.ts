import type { Command } from 'commander';
import { readPictures } from '../../engine/jobs/pictures.ts';
import { tellTags } from '../../engine/jobs/tags.ts';
import { type InstrumentFlags, withInstrument } from '../open.ts';
import { backendOption, jsonOption } from '../options.ts';
import { createVoice } from '../terminal.ts';

/** `morphloom tags P pictures…`: what a model with tags tells of pictures. */
export function registerTags(program: Command): void {
  program
    .command('tags')
    .description('tell the labels and attributes of pictures, by a model of the recipe "multimodal"')
    .argument('<project>')
    .argument('<pictures...>', 'files or folders')
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, paths: string[], flags: InstrumentFlags) => {
      const voice = createVoice(flags);
      await withInstrument(project, flags, voice, async (instrument) => {
        const { pixels, files } = await readPictures(instrument, paths, voice);
        const { mean } = instrument.encode(pixels, files.length);
        for (const [i, { label, attributes = {} }] of tellTags(instrument, mean, files.length).entries()) {
          const words = Object.entries(attributes).map(([name, value]) => `${name} ${+value.toFixed(2)}`);
          voice.say(`${files[i]}: ${[...(label === null ? [] : [label]), ...words].join(', ')}`);
          voice.json({ file: files[i], label, attributes });
        }
      });
    });
}
