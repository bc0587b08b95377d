import type { AlignedCrop, EyePlace, Eyes } from '../../contract/faces.ts';
import type { Face, FoundFaces } from './face.ts';

/** Parts of a picture are kept to a millionth: a hundredth of a pixel of the largest that there are. */
const PARTS = 1e6;

/** The crop that aligns a picture by the eyes of a face that was found in it. */
export function alignedByFace(face: Face, { width, height }: FoundFaces, at: EyePlace): AlignedCrop {
  const part = (value: number, side: number): number =>
    Math.min(1, Math.max(0, Math.round((value / side) * PARTS) / PARTS));
  const [left, right] = face.eyes.map(([x, y]) => ({ x: part(x, width), y: part(y, height) }));
  return { eyes: [left, right], at };
}

/** Eyes as an alignment takes them: whoever places them may begin with either. */
export function inOrder([first, second]: Eyes): Eyes {
  return first.x <= second.x ? [first, second] : [second, first];
}
