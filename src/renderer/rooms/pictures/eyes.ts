import { type ImageFormat, isAligned, isRectangle, type PictureCrop } from '../../../contract/dataset.ts';
import {
  type AlignedCrop,
  alignmentOf,
  type EyePlace,
  type Eyes,
  eyesSchema,
  pixelAlignmentOf,
  type PicturePoint,
} from '../../../contract/faces.ts';
import type { Input } from '../../../contract/studio/api.ts';
import { inverse, moved, type PlanePoint, type Similarity } from '../../../core/similarity.ts';
import { centred } from './cropping.ts';

/** A picture whose eyes can be placed: one of the set, or one that was set aside for want of a face. */
export interface Faced {
  readonly id: string;
  readonly name: string;
  /** Null of one that was set aside. */
  readonly crop: PictureCrop | null;
  readonly faces?: number;
}

/** None, one or both. */
export type Marks = readonly PicturePoint[];

interface Size {
  readonly width: number;
  readonly height: number;
}

const clamp = (part: number): number => Math.min(1, Math.max(0, part));

/** A place as it is kept: to a millionth of the picture's sides, and within it. */
const kept = ({ x, y }: PicturePoint): PicturePoint => ({
  x: Math.round(clamp(x) * 1e6) / 1e6,
  y: Math.round(clamp(y) * 1e6) / 1e6,
});

/** Where a picture's eyes are known to be. */
export const marksOf = ({ crop }: Faced): Marks => (crop !== null && isAligned(crop) ? crop.eyes : []);

/** Whether somebody placed a picture's eyes: where they were found, faces were counted. */
export const isPlaced = ({ crop, faces }: Faced): boolean =>
  crop !== null && isAligned(crop) && faces === undefined;

/** The edit that gives a picture the shape back that it has by hand: a crop, eyes, or neither. */
export function shapeByHand(picture: Faced): Pick<Input<'pictures.edit'>, 'crop' | 'eyes'> {
  const { id, crop } = picture;
  return {
    crop: { id, rectangle: crop !== null && isRectangle(crop) ? crop : null },
    eyes: { id, eyes: isPlaced(picture) && crop !== null && isAligned(crop) ? crop.eyes : null },
  };
}

/** Both marks if they are two eyes; null while they are not. */
export function eyesOf(marks: Marks): Eyes | null {
  const eyes = eyesSchema.safeParse(marks);
  return eyes.success ? eyes.data : null;
}

/** The mark that lies nearest to a place, in the picture's pixels. */
export function nearest(marks: Marks, at: PicturePoint, { width, height }: Size): number {
  const away = marks.map(({ x, y }) => Math.hypot((x - at.x) * width, (y - at.y) * height));
  return away.indexOf(Math.min(...away));
}

/** After a click: the first two place the eyes, whichever comes first; any other moves the nearer one. */
export function clicked(marks: Marks, at: PicturePoint, upright: Size): Marks {
  if (marks.length === 2) return withMark(marks, nearest(marks, at, upright), at);
  return [...marks, kept(at)].sort((one, other) => one.x - other.x);
}

/** With one mark at another place. Marks keep their numbers, even where they pass each other. */
export function withMark(marks: Marks, which: number, to: PicturePoint): Marks {
  return marks.map((mark, i) => (i === which ? kept(to) : mark));
}

/** Where the eyes of a face would be that fills the frame: for those who have no pointer to begin with. */
export function guessed(upright: Size, { width, height }: Size, at: EyePlace): Eyes {
  const frame = centred({ ...upright, aspect: width / height });
  const y = (frame.y + (at.y * frame.width * height) / width) / upright.height;
  const across = (part: number): number => (frame.x + part * frame.width) / upright.width;
  return [kept({ x: across(at.x), y }), kept({ x: across(1 - at.x), y })];
}

/** The eyes in the order in which the engine takes them. */
const aligned = ([first, second]: Eyes, at: EyePlace): AlignedCrop => ({
  eyes: first.x <= second.x ? [first, second] : [second, first],
  at,
});

/** The corners of what is shown once a picture is aligned, clockwise from the top left, in its pixels. */
export function frameCorners(eyes: Eyes, at: EyePlace, upright: Size, frame: Size): PlanePoint[] {
  const toPicture = alignmentOf(aligned(eyes, at), upright, frame);
  const down = frame.height / frame.width;
  const corners = [
    { x: 0, y: 0 },
    { x: 1, y: 0 },
    { x: 1, y: down },
    { x: 0, y: down },
  ];
  return corners.map((corner) => moved(toPicture, corner));
}

/** Brings a picture into the frame, pixels to pixels. */
export function toFrame(eyes: Eyes, at: EyePlace, upright: Size, frame: Size): Similarity {
  return inverse(pixelAlignmentOf(aligned(eyes, at), upright, frame));
}

/** How large a preview is drawn, in pixels, for a side at most this long. */
export function previewSize({ width, height }: Pick<ImageFormat, 'width' | 'height'>, side: number): Size {
  const scale = side / Math.max(width, height);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}
