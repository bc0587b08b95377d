import type { RunState } from '../../contract/studio/state.ts';
import { t } from '../strings/index.ts';

/** What people call a recipe. */
export const recipeTitle = (recipe: string): string => t.train.recipes[recipe]?.title ?? recipe;

/** What people call a run: its recipe, and which of the project's it is. */
export function runTitle(run: RunState): string {
  // Ids begin with their number in the project.
  const number = Number.parseInt(run.id, 10);
  return Number.isNaN(number) ? run.id : `${recipeTitle(run.recipe)} ${number}`;
}
