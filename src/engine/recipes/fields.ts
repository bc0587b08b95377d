import { z } from 'zod';
import { type Recipe, recipeSchema } from '../../contract/recipe.ts';
import type { RecipeField } from '../../contract/studio/state.ts';
import type { PartFamily } from './parts.ts';
import { parts } from './registry.ts';
import { FIELD_WORDS, GROUP_WORDS } from './words.ts';

/** As much of a JSON schema as a form needs. */
interface Shape {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
}

const shapeOf = (schema: z.ZodType): Shape => z.toJSONSchema(schema, { io: 'output' }) as Shape;
const RECIPE = shapeOf(recipeSchema);

/** What a recipe may be asked for, from the schemas of the recipe and of the parts that it names. */
export function fieldsOf(recipe: Recipe): RecipeField[] {
  const own = ['latent', 'augmentation', 'optimiser', 'validation'] as const;
  const part = (key: string, spec: { readonly kind: string }, family: PartFamily<unknown>): RecipeField[] => {
    const kind = family.kinds.find((known) => known.kind === spec.kind);
    return kind === undefined ? [] : fieldsIn(key, shapeOf(kind.options), kind.options.parse(spec));
  };
  return [
    ...part('encoder', recipe.encoder, parts.encoders),
    ...part('decoder', recipe.decoder, parts.decoders),
    ...part('likelihood', recipe.likelihood, parts.likelihoods),
    ...part('prior', recipe.prior, parts.priors),
    ...part('bound', recipe.bound, parts.bounds),
    ...(recipe.condition === null ? [] : part('condition', recipe.condition, parts.conditions)),
    ...(recipe.corruption === null ? [] : part('corruption', recipe.corruption, parts.corruptions)),
    ...recipe.regularisers.flatMap((spec, i) => part(`regularisers.${i}`, spec, parts.regularisers)),
    ...Object.entries(recipe.schedules).flatMap(([name, spec]) =>
      part(`schedules.${name}`, spec, parts.schedules),
    ),
    ...own.flatMap((name) => fieldsIn(name, RECIPE.properties?.[name] ?? {}, recipe[name])),
  ];
}

function fieldsIn(prefix: string, { properties = {} }: Shape, values: unknown): RecipeField[] {
  return Object.entries(properties).flatMap(([name, shape]) => {
    const value = (values as Readonly<Record<string, RecipeField['value']>>)[name];
    const kind = kindOf(shape);
    if (kind === null || value === undefined) return [];
    const key = `${prefix}.${name}`;
    const words = FIELD_WORDS[key.replace(/\.\d+\./, '.')] ?? FIELD_WORDS[`*.${name}`];
    const [least, most] = [
      shape.minimum ?? shape.exclusiveMinimum ?? shape.items?.minimum,
      shape.maximum ?? shape.exclusiveMaximum ?? shape.items?.maximum,
    ];
    const field: RecipeField = {
      key,
      group: GROUP_WORDS[prefix.split('.')[0]] ?? prefix,
      label: words?.label ?? name,
      help: words?.help ?? '',
      value,
      kind,
      ...(least !== undefined && least > -Number.MAX_SAFE_INTEGER && { least }),
      ...(most !== undefined && most < Number.MAX_SAFE_INTEGER && { most }),
      ...(shape.enum !== undefined && { choices: shape.enum }),
    };
    return [field];
  });
}

function kindOf({ type, enum: choices, items }: Shape): RecipeField['kind'] | null {
  if (choices !== undefined) return 'choice';
  if (type === 'number' || type === 'integer' || type === 'boolean') return type;
  return type === 'array' && items?.type === 'integer' ? 'integers' : null;
}
