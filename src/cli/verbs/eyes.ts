import { type Command, InvalidArgumentError } from 'commander';
import { MorphloomError } from '../../contract/errors.ts';
import type { PicturePoint } from '../../contract/faces.ts';
import { eyesOf, type PlacedEyes, placeEyes } from '../../engine/jobs/eyes.ts';
import { printable } from '../../engine/node/pictures/index.ts';
import { whileWriting } from '../../engine/project/project-lock.ts';
import { Project } from '../../engine/project/project.ts';
import { jsonOption } from '../options.ts';
import { createVoice } from '../terminal.ts';

interface Flags {
  readonly clear?: boolean;
  readonly json?: boolean;
}

/** `morphloom eyes P picture [x1,y1 x2,y2]`: says where a picture's eyes are, or aligns it by eyes placed by hand. */
export function registerEyes(program: Command): void {
  program
    .command('eyes')
    .description('align a picture by two eyes that you place: drawings, cats, faces that were not found')
    .argument('<project>')
    .argument('<picture>', "one of the project's, or one set aside for want of a face")
    .argument('[first]', 'an eye, x,y in pixels of the upright picture', pixelOf)
    .argument('[second]', 'the other', pixelOf)
    .option('--clear', 'take placed eyes back, so that they are found again')
    .addOption(jsonOption())
    .action(
      async (
        folder: string,
        picture: string,
        first: PicturePoint | undefined,
        second: PicturePoint | undefined,
        flags: Flags,
      ) => {
        const voice = createVoice(flags);
        const project = await Project.open(folder);
        if (
          (first === undefined) !== (second === undefined) ||
          (first !== undefined && flags.clear === true)
        ) {
          const how = 'morphloom eyes P picture.png 120,96 180,99';
          throw new MorphloomError('usage', `Place both eyes, or use --clear alone: ${how}.`);
        }
        if (first === undefined && flags.clear !== true) {
          const placed = await eyesOf(project, picture);
          voice.say(inWords(placed));
          voice.json(placed);
          return;
        }
        const eyes = first !== undefined && second !== undefined ? ([first, second] as const) : null;
        const { onProgress, signal } = voice;
        const { placed, report } = await whileWriting(project.folder, () =>
          placeEyes(project, picture, eyes, { onProgress, signal }),
        );
        voice.say(`${inWords(placed)} ${report.added} of ${report.count} pictures were read anew.`);
        voice.json({ ...placed, project: project.folder, count: report.count, added: report.added });
      },
    );
}

function inWords({ source, eyes }: PlacedEyes): string {
  if (eyes === null) return `No eyes are known in "${printable(source)}".`;
  const [left, right] = eyes.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`);
  return `"${printable(source)}" is aligned by its eyes at ${left} and ${right}.`;
}

function pixelOf(text: string): PicturePoint {
  const [, x, y] = /^(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)$/.exec(text.trim()) ?? [];
  if (x !== undefined && y !== undefined) return { x: Number(x), y: Number(y) };
  throw new InvalidArgumentError('It is a place in pixels, as 120,96.');
}
