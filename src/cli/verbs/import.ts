import type { Command } from 'commander';
import { importFolder, type ImportFlags, importOptions } from '../import-folder.ts';
import { jsonOption } from '../options.ts';
import { createVoice } from '../terminal.ts';

interface Flags extends ImportFlags {
  readonly project: string;
  readonly json?: boolean;
}

/** `morphloom import <folder…> --project P`: scan, check, pack; says what was set aside, and why. */
export function registerImport(program: Command): void {
  const command = program
    .command('import')
    .description('read folders of pictures into a project; what is of no use is set aside, with the reason')
    .argument('<folder...>', 'folders or files; the project will hold exactly their pictures')
    .requiredOption('--project <folder>', 'the project; made where there is none');
  for (const option of importOptions()) command.addOption(option);
  command.addOption(jsonOption()).action(async (folders: string[], flags: Flags) => {
    await importFolder(folders, flags.project, flags, createVoice(flags));
  });
}
