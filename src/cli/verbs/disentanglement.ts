import type { Command } from 'commander';
import { measureDisentanglement } from '../../engine/jobs/disentanglement.ts';
import { type InstrumentFlags, modelOf, withInstrument } from '../open.ts';
import { backendOption, collect, jsonOption, positiveInteger } from '../options.ts';
import { createVoice } from '../terminal.ts';

interface Flags extends InstrumentFlags {
  readonly column?: string[];
  readonly most: number;
}

/** `morphloom disentanglement P`: does each latent direction mean one thing? */
export function registerDisentanglement(program: Command): void {
  program
    .command('disentanglement')
    .description('measure whether each latent direction means one thing, where a table says what there is')
    .argument('<project>')
    .option('--column <name>', 'only this column of the imported table; may be repeated', collect)
    .option('--most <n>', 'of more pictures so many, evenly spread', positiveInteger, 4000)
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, flags: Flags) => {
      const voice = createVoice(flags);
      await withInstrument(project, flags, voice, async (instrument) => {
        const { onProgress, signal } = voice;
        const report = await measureDisentanglement(instrument, { columns: flags.column, most: flags.most, onProgress, signal }); // prettier-ignore
        const { mig, sap, dci, factors, pictures } = report;
        const three = (value: number): string => value.toFixed(3);
        voice.say(`${pictures} pictures; 0 is none, 1 is all:`);
        voice.say(`  MIG ${three(mig)}, SAP ${three(sap)}`);
        voice.say(
          `  DCI: disentanglement ${three(dci.disentanglement)}, completeness ${three(dci.completeness)}, informativeness ${three(dci.informativeness)}`,
        );
        for (const { name, kind, mig: own, sap: alone } of factors)
          voice.say(`  ${name} (${kind}): MIG ${three(own)}, SAP ${three(alone)}`);
        voice.json({ ...report, model: modelOf(instrument) });
      });
    });
}
