import type { FaceAttribute } from './face-parameters.ts';

/** A drawn face as a dataset knows it: its file, and its attributes from the table. */
export interface DrawnFace {
  readonly source: string;
  readonly attributes?: Readonly<Record<string, number>> | undefined;
}

const attributeOf = ({ attributes }: DrawnFace, name: FaceAttribute): number => attributes?.[name] ?? 0;

/** How far a face is turned and tilted, in degrees. */
const poseOf = (entry: DrawnFace): number =>
  Math.hypot(attributeOf(entry, 'yaw'), 2 * attributeOf(entry, 'roll'));

/** The half of the faces that look ahead most. */
const lookingAhead = (entries: readonly DrawnFace[]): DrawnFace[] =>
  [...entries].sort((a, b) => poseOf(a) - poseOf(b)).slice(0, Math.ceil(entries.length / 2));

/** Faces that look ahead, each as unlike the ones before as can be in what makes a person. Deterministic. */
export function castOf(entries: readonly DrawnFace[], count: number): string[] {
  const candidates = lookingAhead(entries);
  const features = ['skinTone', 'hairStyle', 'hairColour', 'glasses', 'smile', 'beard'] as const;
  const spread = features.map((name) => {
    const values = candidates.map((entry) => attributeOf(entry, name));
    return Math.max(...values) - Math.min(...values) || 1;
  });
  const distance = (a: DrawnFace, b: DrawnFace): number =>
    Math.hypot(...features.map((name, k) => (attributeOf(a, name) - attributeOf(b, name)) / spread[k]));
  const cast = [candidates[0]];
  while (cast.length < Math.min(count, candidates.length)) {
    const nearest = candidates.map((entry) => Math.min(...cast.map((chosen) => distance(entry, chosen))));
    cast.push(candidates[nearest.indexOf(Math.max(...nearest))]);
  }
  return cast.map((entry) => entry.source);
}

/** A face that looks ahead with a mouth that can be seen, neither sad nor smiling. */
export function sitterOf(entries: readonly DrawnFace[]): string {
  const bare = lookingAhead(entries).filter(
    (e) => attributeOf(e, 'beard') + attributeOf(e, 'moustache') === 0,
  );
  const byMood = (bare.length > 0 ? bare : [...entries]).sort(
    (a, b) => Math.abs(attributeOf(a, 'smile')) - Math.abs(attributeOf(b, 'smile')),
  );
  return byMood[0].source;
}
