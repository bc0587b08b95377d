import { DEFAULT_ENCODING } from '../../contract/encoding.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { type MorphRecipe, morphRecipeSchema, type MorphSettings } from '../../contract/morph.ts';
import type { Provenance } from '../../contract/provenance.ts';
import {
  MAX_SECONDS,
  type Timeline,
  type TimelineRecipe,
  timelineRecipeSchema,
} from '../../contract/timeline.ts';
import { fewestFrames, type Loop } from '../../core/timeline.ts';
import { readProvenance } from '../node/encoders/recipe.ts';
import { checkKeyframes } from './timing.ts';

/** A timeline's recipe as it was read, and the document that it was read from. */
export interface ReadRecipe extends TimelineRecipe {
  readonly provenance: Provenance;
}

/**
 * The recipe of a morph's file. Throws `input` when it is no morph's, `corrupt` when it is damaged, and as
 * `readProvenance` does.
 */
export async function readTimelineRecipe(file: string): Promise<ReadRecipe> {
  const provenance = await readProvenance(file);
  const { kind } = provenance;
  if (kind !== 'timeline' && kind !== 'morph') {
    throw new MorphloomError(
      'input',
      `"${file}" was made by "${kind}", not by a morph, so no morph can be rebuilt from it.`,
    );
  }
  const recipe = (kind === 'timeline' ? timelineRecipeSchema : morphRecipeSchema).safeParse(provenance);
  if (!recipe.success) {
    const [issue] = recipe.error.issues;
    throw new MorphloomError(
      'corrupt',
      `The recipe embedded in "${file}" is damaged ("${issue.path.join('.')}": ${issue.message}); use an intact copy of the file.`,
    );
  }
  return { ...(recipe.data.kind === 'timeline' ? recipe.data : ofMorph(recipe.data)), provenance };
}

/** What exports held before there were timelines. */
function ofMorph({ project, pictures, settings }: MorphRecipe): TimelineRecipe {
  const ids = pictures.map(({ id }) => id);
  return {
    kind: 'timeline',
    project,
    pictures: [...new Map(pictures.map((picture) => [picture.id, picture])).values()],
    timeline: morphTimeline('morph', ids, settings),
    scale: settings.scale,
    encoding: DEFAULT_ENCODING,
  };
}

/**
 * Refuses what no morph can be made of, before anything is opened. Throws `usage`.
 * @param pictures how many
 */
export function checkMorph(
  pictures: number,
  { frames, fps, hold, loop }: { frames: number; fps: number; hold: number; loop: Loop },
): void {
  checkKeyframes(pictures);
  const fewest = fewestFrames(pictures, loop);
  if (frames < fewest) {
    throw new MorphloomError(
      'usage',
      `${frames} frames cannot show ${pictures} pictures; ask for ${fewest} at least.`,
    );
  }
  if (Math.max(frames, hold) / fps > MAX_SECONDS) {
    throw new MorphloomError(
      'usage',
      'A morph lasts an hour at most; ask for fewer frames, or more a second.',
    );
  }
}

/**
 * A timeline from picture to picture, each way alike.
 * @param pictures their ids, in order
 * @param fit whether a copy of the model's decoder is fitted to them first
 */
export function morphTimeline(
  name: string,
  pictures: readonly string[],
  settings: MorphSettings,
  fit = false,
): Timeline {
  const { frames, framesPerSecond, path, ease, loop, detail, hold } = settings;
  const directions = loop === 'pingpong' ? 2 : 1;
  return {
    schema: 1,
    name,
    keyframes: pictures.map((id, i) => ({
      key: String(i + 1),
      place: { kind: 'picture', id },
      holdSeconds: hold / framesPerSecond,
      seconds: null,
      ease,
    })),
    tracks: [],
    path,
    loop,
    detail,
    fit,
    seconds: frames / directions / framesPerSecond,
    framesPerSecond,
  };
}
