import { MorphloomError } from '../../contract/errors.ts';
import { MAX_MOVE, type Timeline, timelineSchema } from '../../contract/timeline.ts';
import type { Frame } from '../export/frame.ts';
import { portablePath } from '../export/portable.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { exportTimeline, type WrittenTimeline } from '../morph/export.ts';
import { timelineFrames } from '../morph/frames.ts';
import type { PictureReference } from '../morph/material.ts';
import { openMaterial } from '../morph/pictures.ts';
import { type Hooks, TimelineStudio } from '../morph/timeline.ts';
import { writeStill, type WrittenStill } from '../node/encoders/still.ts';

/** By how many standard deviations to move along an attribute. */
export interface NamedMove {
  readonly name: string;
  readonly amount: number;
}

export interface MovedPicture extends Hooks {
  readonly instrument: OpenedInstrument;
  readonly picture: PictureReference;
  readonly moves: readonly NamedMove[];
  /** How much of the picture's own detail to keep, 0 to 1. */
  readonly detail: number;
  /** Size, as a multiple of the model's pictures. */
  readonly scale: number;
  readonly out: string;
}

export interface MovedLoop extends MovedPicture {
  /** What the amounts are multiplied by where the loop begins; it goes to 1, and back. */
  readonly from: number;
  readonly frames: number;
  readonly framesPerSecond: number;
}

/** Writes a picture with more or less of attributes, as a .png or .webp. Throws as `writeStill` and timelines do. */
export async function movedPicture(job: MovedPicture): Promise<WrittenStill> {
  const { instrument, picture, moves, detail, scale, out, signal } = job;
  const material = await openMaterial(instrument, [picture]);
  try {
    const timeline = movingTimeline({ ...job, from: 1, frames: 2, framesPerSecond: 1 });
    const plan = await new TimelineStudio(instrument, material).plan(timeline, job);
    const frames: Frame[] = [];
    for await (const frame of timelineFrames(plan, { scale, to: 1, signal })) frames.push(frame);
    const { source, id, crop } = picture;
    const provenance = {
      morphloom: 1 as const,
      kind: 'attribute',
      model: { run: instrument.runId, hash: instrument.hash },
      seed: 0,
      picture: { source: portablePath(source, instrument.project.folder), id, crop },
      moves: moves.map(({ name, amount }) => ({ name, amount })),
      detail,
      scale,
    };
    return await writeStill({ frame: frames[0], out, provenance });
  } finally {
    material.close();
  }
}

/** Writes a loop there and back of a picture that has more and less of attributes. */
export function movedLoop(job: MovedLoop): Promise<WrittenTimeline> {
  return exportTimeline({ ...job, timeline: movingTimeline(job), pictures: [job.picture] });
}

/** From the picture to itself, while the attributes are turned up: one timeline like any other. */
function movingTimeline({ picture, moves, detail, from, frames, framesPerSecond }: MovedLoop): Timeline {
  for (const { name, amount } of moves) {
    const most = MAX_MOVE / Math.max(1, Math.abs(from));
    if (Math.abs(amount) <= most) continue;
    throw new MorphloomError('usage', `${name}=${amount} is too far; attributes move by ${most} at most.`);
  }
  const keyframe = (key: string) => ({ key, place: { kind: 'picture' as const, id: picture.id } });
  const timeline = timelineSchema.safeParse({
    schema: 1,
    name:
      moves
        .map(({ name, amount }) => `${name}=${amount}`)
        .join(' ')
        .slice(0, 200) || 'picture',
    keyframes: [keyframe('1'), keyframe('2')],
    tracks: moves.map(({ name, amount }) => ({
      attribute: name,
      points: [
        { at: 0, value: from * amount, ease: 'linear' },
        { at: 1, value: amount },
      ],
    })),
    loop: 'pingpong',
    detail,
    seconds: frames / 2 / framesPerSecond,
    framesPerSecond,
  });
  if (timeline.success) return timeline.data;
  const [issue] = timeline.error.issues;
  throw new MorphloomError(
    'usage',
    `No loop can be made of this: ${issue.path.join('.')}: ${issue.message}.`,
  );
}
