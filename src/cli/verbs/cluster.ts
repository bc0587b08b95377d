import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { type Command, Option } from 'commander';
import type { Covariance } from '../../core/mixture.ts';
import { openDataset, pixelsOf } from '../../engine/dataset/index.ts';
import { framesOf } from '../../engine/export/model-frames.ts';
import { inRows } from '../../engine/export/sheet.ts';
import {
  CLUSTER_SPACES,
  type Clustered,
  clusterPictures,
  type ClusterSpace,
} from '../../engine/jobs/cluster.ts';
import { thin } from '../../engine/jobs/split.ts';
import { writeTable } from '../../engine/jobs/table.ts';
import type { OpenedInstrument } from '../../engine/latent/open.ts';
import { sheet } from '../../engine/node/encoders/compose.ts';
import { writeStill } from '../../engine/node/encoders/still.ts';
import { describeWriteFailure } from '../../engine/node/files.ts';
import { type InstrumentFlags, modelOf, withInstrument } from '../open.ts';
import { backendOption, jsonOption, positiveInteger, seed } from '../options.ts';
import { createVoice } from '../terminal.ts';

interface Flags extends InstrumentFlags {
  readonly out: string;
  readonly groups?: number;
  readonly by: ClusterSpace;
  readonly covariance?: Covariance;
  readonly restarts: number;
  readonly most: number;
  readonly seed: number;
}

const COLUMNS = 10;
const MOST_ON_A_SHEET = 60;

/** `morphloom cluster P --out groups`: pictures that belong together. */
export function registerCluster(program: Command): void {
  program
    .command('cluster')
    .description('tell pictures into groups by what the model sees in them')
    .argument('<project>')
    .requiredOption('--out <folder>', 'gets a table, groups.csv, and a sheet of pictures for each group')
    .option('--groups <n>', 'so many (default: as many as the pictures speak for)', positiveInteger)
    .addOption(
      new Option(
        '--by <what>',
        'the axes along which pictures differ most; their neighbourhoods (map: UMAP); or what is shown, wherever and however large (content)',
      )
        .choices(CLUSTER_SPACES)
        .default('axes'),
    )
    .addOption(
      new Option('--covariance <kind>', 'the shape of groups (default: what the pictures speak for)').choices(
        ['diagonal', 'full'],
      ),
    )
    .option('--restarts <n>', 'begin so often, and keep the best', positiveInteger, 5)
    .option('--most <n>', 'of more pictures so many, evenly spread', positiveInteger, 4000)
    .option('--seed <n>', 'the seed of where it begins', seed, 1)
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, flags: Flags) => {
      const voice = createVoice(flags);
      const { out, groups, by, covariance, restarts, most } = flags;
      await withInstrument(project, flags, voice, async (instrument) => {
        const { onProgress, signal } = voice;
        const found = await clusterPictures(instrument, { by, groups, covariance, restarts, most, seed: flags.seed, onProgress, signal }); // prettier-ignore
        await fs.mkdir(out, { recursive: true }).catch((cause: unknown) => {
          throw describeWriteFailure(out, cause);
        });
        await writeTable(
          path.join(out, 'groups.csv'),
          found.entries.map(({ source, label }, i) => ({ group: found.groupOf[i] + 1, label, source })),
        );
        await writeSheets(instrument, found, out, flags);
        voice.say(
          `${found.entries.length} pictures in ${found.groups} groups (${found.covariance} covariances, BIC ${found.bic.toFixed(0)}): ${out}`,
        );
        for (const [name, index] of Object.entries(found.agreement))
          voice.say(`  agreement with ${name} (adjusted Rand index): ${index.toFixed(3)}`);
        const { entries, groupOf, ...figures } = found;
        const sizes = Array.from(
          { length: found.groups },
          (_, g) => groupOf.filter((own) => own === g).length,
        );
        voice.json({ out: path.resolve(out), pictures: entries.length, ...figures, sizes });
      });
    });
}

const sheetName = (group: number): string => `group-${String(group + 1).padStart(2, '0')}.png`;

/** Sheets of an earlier run that told more groups would be taken for this one's. */
async function removeSheetsFrom(group: number, out: string): Promise<void> {
  const names = new Set(await fs.readdir(out));
  for (let stale = group; names.has(sheetName(stale)); stale++) await fs.rm(path.join(out, sheetName(stale)));
}

async function writeSheets(
  instrument: OpenedInstrument,
  { entries, groupOf, groups }: Clustered,
  out: string,
  { by, seed: drawnFrom }: Flags,
): Promise<void> {
  const dataset = await openDataset(instrument.project.dataset);
  try {
    for (let group = 0; group < groups; group++) {
      const own = entries.filter((_, i) => groupOf[i] === group);
      const shown = thin(
        own.map((_, i) => i),
        MOST_ON_A_SHEET,
      ).map((i) => own[i].id);
      const frames = framesOf(pixelsOf(dataset, shown).bytes, dataset.format);
      const title = `Group ${group + 1}`;
      const subtitle = `${shown.length} of ${own.length} pictures`;
      await writeStill({
        frame: await sheet({ rows: inRows(frames, COLUMNS), scale: 1, gap: 6, title, subtitle }),
        out: path.join(out, sheetName(group)),
        provenance: { morphloom: 1, kind: 'group', model: modelOf(instrument), seed: drawnFrom, group: group + 1, groups, by }, // prettier-ignore
      });
    }
    await removeSheetsFrom(groups, out);
  } finally {
    dataset.close();
  }
}
