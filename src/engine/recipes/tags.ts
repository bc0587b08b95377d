import { z } from 'zod';
import type { DatasetEntry } from '../../contract/dataset.ts';

/** An attribute as tags know it: numbers between two ends, or one of some kinds that have no order. */
export const attributeSchema = z.union([
  z.strictObject({ name: z.string().min(1), from: z.number(), to: z.number() }),
  z.strictObject({ name: z.string().min(1), kinds: z.array(z.number()).min(2) }),
]);
export type TagAttribute = z.infer<typeof attributeSchema>;

/** What tags are made of. */
export interface TagNames {
  readonly classes: readonly string[];
  readonly attributes: readonly TagAttribute[];
}

/** What is known of one picture. */
export interface Known {
  readonly label: string | null;
  readonly attributes?: Readonly<Record<string, number>> | undefined;
}

/** More kinds than these are numbers to be counted. */
const MOST_KINDS = 16;

/** How many numbers each tag is, in the order in which they lie; labels are one tag. */
export const lengthsOfTags = ({ classes, attributes }: TagNames): number[] => [
  ...(classes.length > 0 ? [classes.length] : []),
  ...attributes.map((each) => ('kinds' in each ? each.kinds.length : 1)),
];

export const sizeOfTags = (names: TagNames): number =>
  lengthsOfTags(names).reduce((sum, length) => sum + length, 0);

/** One picture's tags as numbers in [0, 1], and which of them are known. */
export function encodeTags(
  names: TagNames,
  { label, attributes }: Known,
): { values: number[]; known: number[] } {
  const [values, known]: [number[], number[]] = [[], []];
  const oneOf = (at: number, count: number): void => {
    for (let i = 0; i < count; i++) {
      values.push(i === at ? 1 : 0);
      known.push(at < 0 ? 0 : 1);
    }
  };
  oneOf(label === null ? -1 : names.classes.indexOf(label), names.classes.length);
  for (const each of names.attributes) {
    const value = attributes?.[each.name];
    if ('kinds' in each) oneOf(value === undefined ? -1 : each.kinds.indexOf(value), each.kinds.length);
    else {
      const { from, to } = each;
      values.push(value === undefined ? 0 : Math.min(1, Math.max(0, (value - from) / (to - from))));
      known.push(value === undefined ? 0 : 1);
    }
  }
  return { values, known };
}

/** Tags as they are likeliest, from the chance of each number in [0, 1]. */
export function decodeTags({ classes, attributes }: TagNames, chances: ArrayLike<number>): Known {
  let at = 0;
  const likeliest = (count: number): number => {
    let best = 0;
    for (let i = 1; i < count; i++) if (chances[at + i] > chances[at + best]) best = i;
    at += count;
    return best;
  };
  const label = classes.length > 0 ? classes[likeliest(classes.length)] : null;
  const told = attributes.map((each): [string, number] => {
    if ('kinds' in each) return [each.name, each.kinds[likeliest(each.kinds.length)]];
    return [each.name, each.from + chances[at++] * (each.to - each.from)];
  });
  return { label, attributes: Object.fromEntries(told) };
}

/** The attributes that differ among these pictures, in the order in which they come. */
export function attributesOf(entries: readonly Pick<DatasetEntry, 'attributes'>[]): TagAttribute[] {
  const values = new Map<string, Set<number>>();
  for (const { attributes } of entries)
    for (const [name, value] of Object.entries(attributes ?? {}))
      values.set(name, (values.get(name) ?? new Set()).add(value));
  return [...values].flatMap(([name, set]): TagAttribute[] => {
    const kinds = [...set].sort((a, b) => a - b);
    if (kinds.length < 2) return [];
    if (kinds.length > 2 && kinds.length <= MOST_KINDS && kinds.every(Number.isInteger))
      return [{ name, kinds }];
    return [{ name, from: kinds[0], to: kinds[kinds.length - 1] }];
  });
}
