import { fieldsOf } from '../../recipes/fields.ts';
import { presets } from '../../recipes/presets.ts';
import { recipeFrom } from '../../recipes/resolve.ts';
import type { Handlers } from '../context.ts';

export function recipeHandlers(): Pick<Handlers, 'recipes.list'> {
  const cards = presets.map(({ name }) => {
    const recipe = recipeFrom(name, {});
    const { about, source } = recipe;
    return { name, about, source, fields: fieldsOf(recipe) };
  });
  return { 'recipes.list': () => cards };
}
