import { z } from 'zod';
import type { DatasetEntry } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { recipeSchema, type Recipe } from '../../contract/recipe.ts';
import { describeIssue } from './parts.ts';
import { parts } from './registry.ts';
import { attributesOf } from './tags.ts';
import { presets } from './presets.ts';

/** The named recipe as it is written. Throws a `usage` error that lists the names. */
export function presetNamed(name: string): unknown {
  const found = presets.find((preset) => preset.name === name);
  // Through JSON, so that parts which presets share become each document's own and can be changed apart.
  if (found !== undefined) return JSON.parse(JSON.stringify(found));
  const names = presets.map((preset) => preset.name).join(', ');
  throw new MorphloomError(
    'usage',
    `There is no recipe "${name}"; there are ${names}, or give a .json file.`,
  );
}

/** Checks a recipe document and fills in its defaults. Throws a `usage` error with the first thing wrong. */
export function parseRecipe(document: unknown, where = 'In the recipe'): Recipe {
  const parsed = recipeSchema.safeParse(document);
  if (!parsed.success) throw new MorphloomError('usage', describeIssue(parsed.error, where));
  return parsed.data;
}

/** A named recipe with settings by their keys, as `latent.size`. Throws `usage` errors for either. */
export function recipeFrom(name: string, settings: Readonly<Record<string, unknown>>): Recipe {
  const document = presetNamed(name);
  for (const [key, value] of Object.entries(settings))
    setAt(document, key, value, `${key}=${JSON.stringify(value)}`);
  return parseRecipe(document);
}

/**
 * Applies settings such as `latent.size=64` or `regularisers.0.weight=0.5` to a document, in place. A value is
 * read as JSON where it is JSON, else as text. Whether it makes sense is for {@link parseRecipe} to say.
 * Throws a `usage` error for what is no setting, or leads nowhere.
 */
export function applySetting(document: unknown, setting: string): void {
  const at = setting.indexOf('=');
  setAt(document, setting.slice(0, Math.max(0, at)), readValue(setting.slice(at + 1)), setting);
}

/** @param setting how the user wrote it, for messages */
function setAt(document: unknown, keys: string, value: unknown, setting: string): void {
  const path = keys.split('.');
  // `__proto__` is no key of a document: JavaScript would take it for something else, and lose the setting.
  if (path.some((key) => key === '' || key === '__proto__')) {
    throw new MorphloomError('usage', `"${setting}" is no setting; write key=value, as in latent.size=64.`);
  }
  const leadsNowhere = (why: string): MorphloomError =>
    new MorphloomError('usage', `"${setting}" leads nowhere: ${why}.`);
  let holder = document as Record<string, unknown>;
  for (const [depth, key] of path.entries()) {
    if (Array.isArray(holder) && !(/^\d+$/.test(key) && Number(key) <= holder.length)) {
      const name = path.slice(0, depth).join('.');
      throw leadsNowhere(`"${name}" is a list of ${holder.length}, whose places are counted from 0`);
    }
    if (depth === path.length - 1) {
      holder[key] = value;
      return;
    }
    if (!Object.hasOwn(holder, key)) holder[key] = {};
    const next = holder[key];
    if (typeof next !== 'object' || next === null) {
      throw leadsNowhere(`"${key}" holds a value, not a group of settings`);
    }
    holder = next as Record<string, unknown>;
  }
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The recipe with the labels that it may be told written into its condition, where it leaves them open. */
export function withClasses(recipe: Recipe, labels: readonly string[]): Recipe {
  const { condition } = recipe;
  if (condition === null || condition['classes'] !== undefined) return recipe;
  return { ...recipe, condition: { ...condition, classes: [...labels] } };
}

/** The recipe with what is known of pictures written into its condition, where it takes that and leaves it open. */
export function withAttributes(recipe: Recipe, entries: readonly Pick<DatasetEntry, 'attributes'>[]): Recipe {
  const { condition } = recipe;
  const kind = parts.conditions.kinds.find((known) => known.kind === condition?.kind);
  const takes = kind?.options instanceof z.ZodObject && 'attributes' in kind.options.shape;
  if (condition === null || !takes || condition['attributes'] !== undefined) return recipe;
  return { ...recipe, condition: { ...condition, attributes: attributesOf(entries) } };
}
