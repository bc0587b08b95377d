import * as path from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import {
  type EyePlace,
  eyePlaceSchema,
  type FaceSettings,
  UNFOUND,
  type Unfound,
} from '../contract/faces.ts';
import type { Crop, ImportReport } from '../contract/dataset.ts';
import { cropSchema, MAX_SIDE } from '../contract/dataset.ts';
import { importInto } from '../engine/jobs/import.ts';
import { printable } from '../engine/node/pictures/index.ts';
import { whileWriting } from '../engine/project/project-lock.ts';
import { Project } from '../engine/project/project.ts';
import type { Voice } from './terminal.ts';

/** What `import` and `train` let one say of the pictures. */
export interface ImportFlags {
  readonly size?: { readonly width: number; readonly height: number };
  readonly channels?: 1 | 3 | 4;
  readonly grey?: boolean;
  readonly alpha?: boolean;
  readonly crop?: Crop;
  readonly faces?: 'align' | 'off';
  readonly unfound?: Unfound;
  readonly eyesAt?: EyePlace;
  /** False for none, where there was one before. */
  readonly labels?: string | false;
  readonly keepDuplicates?: boolean;
}

const REASONS_SHOWN = 10;

export const importOptions = (): Option[] => [
  new Option(
    '--size <size>',
    'the size of the pictures to learn, 64 or 96x64 (default: 64, or as before)',
  ).argParser(parseSize),
  new Option('--channels <n>', '1 grey, 3 colour, 4 colour and alpha (default: 3)').argParser(parseChannels),
  new Option('--grey', 'the same as --channels 1').conflicts(['alpha', 'channels']),
  new Option('--alpha', 'the same as --channels 4').conflicts(['grey', 'channels']),
  new Option('--crop <how>', 'fill and cut evenly, keep all, or keep the detail').choices(cropSchema.options),
  new Option('--faces <how>', 'align pictures by the eyes, or not (default: off, or as before)').choices([
    'align',
    'off',
  ]),
  new Option(
    '--unfound <how>',
    'with aligned faces: set pictures without one aside, or keep them whole (default: set-aside)',
  ).choices(UNFOUND),
  new Option(
    '--eyes-at <x,y>',
    "where the left eye comes to lie, in parts of the picture's sides; the other lies opposite (default: 0.35,0.42)",
  ).argParser(parseEyePlace),
  new Option('--labels <csv>', "a table: file,label; or file and numbers by name (CelebA's layouts too)"),
  new Option('--no-labels', 'forget the table of the import before'),
  new Option('--keep-duplicates', 'keep pictures that are, or look, the same'),
  new Option('--no-keep-duplicates', 'set them aside, where they were kept before'),
];

/** Makes a project hold exactly the pictures of these folders, and says what was set aside. */
export async function importFolder(
  folders: readonly string[],
  into: string,
  flags: ImportFlags,
  voice: Voice,
): Promise<Project> {
  const channels = flags.grey ? 1 : flags.alpha ? 4 : flags.channels;
  const wishes = {
    sources: folders,
    // Not commander's "implies": an implied --channels counts as given, and conflicts with the very flag.
    format: { ...flags.size, ...(channels === undefined ? {} : { channels }) },
    crop: flags.crop,
    faces: facesOf(flags),
    labels: flags.labels === false ? null : flags.labels,
    keepDuplicates: flags.keepDuplicates,
  };
  const { onProgress, signal } = voice;
  const before = await Project.openOrCreate(into);
  const imported = await whileWriting(before.folder, () =>
    importInto(before, wishes, { onProgress, signal }),
  );
  tellImport(voice, imported);
  return imported.project;
}

/** Undefined leaves it as it was; null is off. */
function facesOf({ faces, unfound, eyesAt }: ImportFlags): Partial<FaceSettings> | null | undefined {
  if (faces === 'off') return null;
  if (faces === undefined && unfound === undefined && eyesAt === undefined) return undefined;
  return { ...(unfound && { unfound }), ...(eyesAt && { at: eyesAt }) };
}

/** Says what an import did. */
export function tellImport(voice: Voice, { project, report }: Awaited<ReturnType<typeof importInto>>): void {
  tell(voice, report, project);
  voice.json({ imported: true, project: project.folder, ...report });
}

function tell(voice: Voice, report: ImportReport, project: Project): void {
  const { count, added, kept, removed, format, labels, setAside, table, seconds } = report;
  const kind = format.channels === 1 ? 'grey' : format.channels === 3 ? 'colour' : 'colour with alpha';
  voice.say(
    `${count} pictures, ${format.width} × ${format.height}, ${kind}: ${added} added, ${kept} unchanged, ${removed} removed (${seconds.toFixed(1)} s).`,
  );
  if (labels.length > 0) {
    const shown = labels.slice(0, REASONS_SHOWN).map(printable).join(', ');
    voice.say(`${labels.length} labels: ${shown}${labels.length > REASONS_SHOWN ? ', …' : ''}.`);
  }
  if (table && table.picturesWithoutRow + table.rowsWithoutPicture > 0) {
    voice.say(
      `The table of labels does not name ${table.picturesWithoutRow} of the pictures; ${table.rowsWithoutPicture} of its rows name no picture.`,
    );
  }
  if (report.faces) {
    const { found, byHand, whole, several } = report.faces;
    const placed = byHand > 0 ? `, ${byHand} by eyes placed by hand` : '';
    voice.say(`Aligned ${found} by their faces${placed}; ${whole} kept as they are.`);
    if (several.length > 0) {
      const names = several.slice(0, REASONS_SHOWN).map((source) => printable(path.basename(source)));
      const more = several.length > REASONS_SHOWN ? ', …' : '';
      voice.say(
        `${several.length} show several faces, and are aligned by the largest: ${names.join(', ')}${more}.`,
      );
    }
  }
  if (setAside.length === 0) return;
  voice.say(`${setAside.length} files were set aside:`);
  for (const { source, reason } of setAside.slice(0, REASONS_SHOWN))
    voice.say(`  ${printable(source)} ${reason}`);
  if (setAside.some(({ kind }) => kind === 'near-duplicate')) {
    voice.say('Pictures that look the same but are all wanted are kept with --keep-duplicates.');
  }
  if (setAside.some(({ kind }) => kind === 'table'))
    voice.say('Labels and numbers are taken from a table that is given with --labels.');
  const list = path.join(project.dataset, 'set-aside.json');
  if (setAside.length > REASONS_SHOWN)
    voice.say(`  … and ${setAside.length - REASONS_SHOWN} more, all in ${list}`);
}

function parseSize(text: string): { width: number; height: number } {
  const [, width, height] = /^(\d+)(?:[x×](\d+))?$/i.exec(text.trim()) ?? [];
  const size = { width: Number(width), height: Number(height ?? width) };
  if ([size.width, size.height].every((side) => side >= 1 && side <= MAX_SIDE)) return size;
  throw new InvalidArgumentError(
    `It is one side, as 64, or width x height, as 96x64; each from 1 to ${MAX_SIDE}.`,
  );
}

function parseEyePlace(text: string): EyePlace {
  const [x, y] = text.split(',').map(Number);
  const place = eyePlaceSchema.safeParse({ x, y });
  if (place.success) return place.data;
  throw new InvalidArgumentError('It is x,y as 0.35,0.42: x from 0.05 to 0.45, y from 0.05 to 0.95.');
}

function parseChannels(text: string): 1 | 3 | 4 {
  if (text === '1' || text === '3' || text === '4') return Number(text) as 1 | 3 | 4;
  throw new InvalidArgumentError('It is 1 (grey), 3 (colour) or 4 (colour and alpha).');
}
