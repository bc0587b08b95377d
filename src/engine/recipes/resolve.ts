import { MorphloomError } from '../../contract/errors.ts';
import { recipeSchema, type Recipe } from '../../contract/recipe.ts';
import { describeIssue } from './parts.ts';
import { presets } from './presets.ts';

/** The named recipe as it is written. Throws a `usage` error that lists the names. */
export function presetNamed(name: string): unknown {
  const found = presets.find((preset) => preset.name === name);
  if (found !== undefined) return structuredClone(found);
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

/**
 * Applies settings such as `latent.size=64` or `regularisers.0.weight=0.5` to a document, in place. A value is
 * read as JSON where it is JSON, else as text. Whether it makes sense is for {@link parseRecipe} to say.
 */
export function applySetting(document: unknown, setting: string): void {
  const at = setting.indexOf('=');
  if (at < 1)
    throw new MorphloomError('usage', `"${setting}" is no setting; write key=value, as in latent.size=64.`);
  const path = setting.slice(0, at).split('.');
  let holder = document as Record<string, unknown>;
  for (const key of path.slice(0, -1)) {
    if (key === '__proto__' || !Object.hasOwn(holder, key)) holder[key] = {};
    const next = holder[key];
    if (typeof next !== 'object' || next === null) {
      throw new MorphloomError(
        'usage',
        `"${setting}" leads nowhere: "${key}" holds a value, not a group of settings.`,
      );
    }
    holder = next as Record<string, unknown>;
  }
  holder[path[path.length - 1]] = readValue(setting.slice(at + 1));
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
