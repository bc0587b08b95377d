import { smoothstep } from '../../core/easing.ts';
import { isAligned } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import type { Frame } from '../export/frame.ts';
import { framesOf } from '../export/model-frames.ts';
import type { StoredMaterial } from '../morph/material.ts';
import type { TimelinePlan } from '../morph/plan.ts';
import { breathe } from '../node/breathe.ts';
import { decodeWithin, printable, uprightSize } from '../node/pictures/index.ts';
import { createPhotoCompositor, photoPixelsPerFramePixel } from './onto.ts';
import { openFaceRecords } from './records.ts';

export interface PutBackOptions {
  readonly plan: TimelinePlan;
  readonly material: StoredMaterial;
  /** The picture whose photo the frames go onto: one of the timeline's keyframes. */
  readonly picture: string;
  /** Size of the frames, as a multiple of the model's pictures. */
  readonly scale: number;
  /** Which frame of the timeline the first is. */
  readonly from?: number;
  /** The dataset folder: what is known of faces lies there. */
  readonly dataset: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A timeline's frames, each put back on the whole photo that one of its keyframes was aligned from. The photo is
 * as large as makes its face as large as the frames show it, and never enlarged; at its own keyframe it is shown
 * as it is. Throws `usage` for a picture that was not aligned or is in no keyframe, `input` for one that is gone.
 */
export async function* framesOnPhoto(
  frames: AsyncIterable<Frame>,
  { plan, material, picture, scale, from = 0, dataset, signal }: PutBackOptions,
): AsyncGenerator<Frame, void, undefined> {
  const { source, crop } = material.reference(picture);
  if (!isAligned(crop)) {
    const why = `"${printable(source)}" was not aligned by its eyes, so no face can be put back on it; import with --faces align, or place its eyes.`;
    throw new MorphloomError('usage', why);
  }
  const { image } = plan.parts.codec;
  if (image.channels === 4) {
    throw new MorphloomError(
      'usage',
      'A face with alpha cannot be put back on a photo; train on three channels.',
    );
  }
  const content = await material.file(picture);
  const upright = await uprightSize(content);
  const frameSize = { width: Math.round(image.width * scale), height: Math.round(image.height * scale) };
  const shrunk = Math.max(1, photoPixelsPerFramePixel(crop, upright, frameSize));
  const longer = Math.max(upright.width, upright.height);
  const photo = await decodeWithin(content, Math.max(1, Math.round(longer / shrunk)));
  const found = (await openFaceRecords(dataset)).get(picture);
  const outline = found?.faces[0]?.outline.map(([x, y]) => ({ x: x / found.width, y: y / found.height }));
  const own = await (scale === 1 ? material.picture(picture) : material.large(picture, scale));
  const [ownFrame] = framesOf(own, { ...frameSize, channels: image.channels });
  const compositor = createPhotoCompositor({
    photo: { ...photo, channels: 3, data: photo.rgb },
    crop,
    own: ownFrame.data,
    frameSize,
    outline,
  });
  const { width, height } = compositor;
  let at = from;
  for await (const frame of frames) {
    await breathe(signal);
    const data = compositor.compose(frame.data, keptAt(plan, at++, picture));
    yield { width, height, channels: 3, data };
  }
}

/** How much of a photo's own fine detail a frame shows: all at its keyframe, none at the next. */
function keptAt(
  { timeline: { keyframes, loop }, schedule }: TimelinePlan,
  frame: number,
  picture: string,
): number {
  const { segment, position } = schedule[frame];
  const along = segment + position;
  const away = keyframes.flatMap(({ place }, k) => {
    if (place.kind !== 'picture' || place.id !== picture) return [];
    const straight = Math.abs(along - k);
    return [loop === 'cycle' ? Math.min(straight, keyframes.length - straight) : straight];
  });
  return smoothstep(Math.max(0, 1 - Math.min(1, ...away)));
}
