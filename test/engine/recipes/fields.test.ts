import { describe, expect, it } from 'vitest';
import { fieldsOf } from '../../../src/engine/recipes/fields.ts';
import { presets } from '../../../src/engine/recipes/presets.ts';
import { recipeFrom } from '../../../src/engine/recipes/resolve.ts';

describe("a recipe's settings", () => {
  for (const { name } of presets) {
    it(`of ${name} are all that may be set, with words, and each is taken as it is`, () => {
      const recipe = recipeFrom(name, {});
      const fields = fieldsOf(recipe);
      expect(new Set(fields.map(({ key }) => key)).size).toBe(fields.length);
      for (const { key, label, help, group, value, kind, choices } of fields) {
        expect([key, label !== key.split('.').at(-1), help !== '', group !== '']).toEqual([
          key,
          true,
          true,
          true,
        ]);
        if (kind === 'choice') expect(choices).toContain(value);
        if (kind === 'integer') expect(Number.isInteger(value)).toBe(true);
      }
      // What is there is what the recipe says, so that setting all of it changes nothing.
      const settings = Object.fromEntries(fields.map(({ key, value }) => [key, value]));
      expect(recipeFrom(name, settings)).toEqual(withDefaults(recipe, settings));
    });
  }

  it('have bounds that the recipe holds to', () => {
    const fields = fieldsOf(recipeFrom('morph', {}));
    for (const { key, kind, least, most } of fields) {
      if (kind !== 'number' && kind !== 'integer') continue;
      if (least !== undefined) expect(() => check('morph', { [key]: least - 1 }), key).toThrow();
      if (most !== undefined) expect(() => check('morph', { [key]: most + 1 }), key).toThrow();
    }
    expect(fields.find(({ key }) => key === 'latent.size')).toMatchObject({ least: 1, most: 4096 });
    expect(fields.find(({ key }) => key === 'decoder.upsampling')?.choices).toContain('nearest');
  });
});

/** Parts check their own options when the model is built; here their fields are asked. */
function check(name: string, settings: Record<string, number>): void {
  fieldsOf(recipeFrom(name, settings));
}

/** Parts leave defaults out of the document; setting them writes them in. */
function withDefaults(recipe: object, settings: Readonly<Record<string, unknown>>): unknown {
  const document = JSON.parse(JSON.stringify(recipe)) as Record<string, unknown>;
  for (const [key, value] of Object.entries(settings)) {
    const path = key.split('.');
    let holder = document;
    for (const part of path.slice(0, -1)) holder = holder[part] as Record<string, unknown>;
    holder[path.at(-1) ?? ''] = value;
  }
  return document;
}
