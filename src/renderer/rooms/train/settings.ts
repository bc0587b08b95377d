import type { RecipeField } from '../../../contract/studio/state.ts';

/** What differs from the recipe, by key, as `--set` takes it. */
export type Settings = Readonly<Record<string, RecipeField['value'] extends infer V ? Mutable<V> : never>>;
type Mutable<V> = V extends readonly number[] ? number[] : V;

export type FieldGroup = readonly [group: string, fields: readonly RecipeField[]];

/** Fields by their group, in the recipe's order. */
export function grouped(fields: readonly RecipeField[]): FieldGroup[] {
  const names = [...new Set(fields.map(({ group }) => group))];
  return names.map((name) => [name, fields.filter(({ group }) => group === name)]);
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The settings with one changed; one that is as the recipe has it is left out. */
export function changed(settings: Settings, field: RecipeField, value: Settings[string]): Settings {
  const { [field.key]: _, ...others } = settings;
  return same(value, field.value) ? others : { ...others, [field.key]: value };
}

/** Whole numbers out of what was typed, "32, 64 128"; null where it holds something else. */
export function integersOf(text: string): number[] | null {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const numbers = parts.map(Number);
  return numbers.length > 0 && numbers.every((n) => Number.isInteger(n) && n > 0) ? numbers : null;
}
