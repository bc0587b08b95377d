import * as path from 'node:path';
import { type Command, Option } from 'commander';
import { MorphloomError } from '../../contract/errors.ts';
import { openDataset, pixelsOf } from '../../engine/dataset/index.ts';
import { layOutMap } from '../../engine/export/map.ts';
import { framesOf } from '../../engine/export/model-frames.ts';
import { type LatentMap, mapPictures } from '../../engine/jobs/map.ts';
import { MAP_METHODS, type MapMethod } from '../../engine/latent/map.ts';
import type { OpenedInstrument } from '../../engine/latent/open.ts';
import { renderScene } from '../../engine/node/encoders/compose.ts';
import { writeStill } from '../../engine/node/encoders/still.ts';
import { replaceFile } from '../../engine/node/files.ts';
import { type InstrumentFlags, modelOf, withInstrument } from '../open.ts';
import { backendOption, jsonOption, positiveInteger } from '../options.ts';
import { createVoice } from '../terminal.ts';

interface Flags extends InstrumentFlags {
  readonly out: string;
  readonly method: MapMethod;
  readonly most: number;
}

const DEFAULT_MOST = 4000;
const PAGE_PX = 2048;

/** `morphloom map P --out map.json|map.png`: where the pictures lie in the model. */
export function registerMap(program: Command): void {
  program
    .command('map')
    .description('show where the pictures lie in the model, brought to two dimensions')
    .argument('<project>')
    .requiredOption('--out <file>', 'a .json with the places, or a .png or .webp with the pictures on them')
    .addOption(
      new Option('--method <how>', 'straight on the axes along which they differ most, or by neighbourhoods')
        .choices(MAP_METHODS)
        .default('pca'),
    )
    .option('--most <n>', 'of more pictures so many, evenly spread', positiveInteger, DEFAULT_MOST)
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, flags: Flags) => {
      const voice = createVoice(flags);
      const { out, method, most } = flags;
      if (!/\.(json|png|webp)$/i.test(out)) {
        throw new MorphloomError('usage', `"${out}" can be no map; name a .json, a .png or a .webp.`);
      }
      await withInstrument(project, flags, voice, async (instrument) => {
        const { onProgress, signal } = voice;
        const map = await mapPictures(instrument, { method, most, onProgress, signal });
        const model = modelOf(instrument);
        const places = map.entries.map(({ id, source, label }, i) => ({
          id,
          source,
          label,
          x: map.points[2 * i],
          y: map.points[2 * i + 1],
        }));
        if (/\.json$/i.test(out)) {
          await replaceFile(
            path.resolve(out),
            `${JSON.stringify({ method, model, pictures: places }, null, 1)}\n`,
          );
        } else {
          const frame = await renderScene(
            layOutMap(await framesOn(map, instrument), map.points, PAGE_PX),
            'lanczos3',
          );
          await writeStill({
            frame,
            out,
            provenance: { morphloom: 1, kind: 'map', model, seed: 0, method, most },
          });
        }
        voice.say(`${places.length} pictures by ${method}: ${out}`);
        voice.json({ out: path.resolve(out), method, pictures: places.length, model });
      });
    });
}

async function framesOn({ entries }: LatentMap, { project }: OpenedInstrument) {
  const dataset = await openDataset(project.dataset);
  try {
    const ids = entries.map(({ id }) => id);
    return framesOf(pixelsOf(dataset, ids).bytes, dataset.format);
  } finally {
    dataset.close();
  }
}
