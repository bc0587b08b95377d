import type { Recipe, RecipeInput } from '../../src/contract/recipe.ts';
import { parseRecipe, recipeFrom } from '../../src/engine/recipes/resolve.ts';

export const NETS = ['plain', 'morph'] as const;
export type Net = (typeof NETS)[number];

export const PLAIN_WIDTHS = [32, 64, 128, 256];
export const PLAIN_LATENT = 64;

/**
 * What is compared: `plain` is the textbook's network, four convolutions (4 × 4, stride 2), four transposed ones,
 * 64 latents, Bernoulli likelihood and rate, Adam, and nothing of our own, so that every library computes the
 * same; `morph` is the default recipe, its moving average of weights included.
 */
export function comparedRecipe(net: Net, batch: number): Recipe {
  const validation = { fraction: 0 };
  if (net === 'morph') {
    const recipe = recipeFrom('morph', {});
    return {
      ...recipe,
      optimiser: { ...recipe.optimiser, batch },
      validation: { ...recipe.validation, fraction: 0 },
    };
  }
  const network = { kind: 'conv', widths: PLAIN_WIDTHS, normalisation: 'none' };
  return parseRecipe({
    schema: 1,
    name: 'plain',
    encoder: network,
    latent: { kind: 'gaussian', size: PLAIN_LATENT },
    decoder: { ...network, upsampling: 'transposed' },
    likelihood: { kind: 'bernoulli' },
    optimiser: { batch, average: 0 },
    validation,
  } satisfies RecipeInput);
}
