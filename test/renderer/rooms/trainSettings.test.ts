import { describe, expect, it } from 'vitest';
import type { RecipeField } from '../../../src/contract/studio/state.ts';
import { changed, grouped, integersOf } from '../../../src/renderer/rooms/train/settings.ts';

const field = (key: string, value: RecipeField['value'], group = 'Learning'): RecipeField => ({
  key,
  group,
  label: key,
  help: '',
  value,
  kind: 'number',
});

describe('settings that differ from the recipe', () => {
  it('holds what was changed, and forgets what was changed back', () => {
    const rate = field('optimiser.learningRate', 0.002);
    const widths = field('encoder.widths', [24, 48]);
    const once = changed({}, rate, 0.01);
    expect(once).toEqual({ 'optimiser.learningRate': 0.01 });
    const twice = changed(once, widths, [32, 64]);
    expect(twice).toEqual({ 'optimiser.learningRate': 0.01, 'encoder.widths': [32, 64] });
    expect(changed(twice, widths, [24, 48])).toEqual(once);
    expect(changed(once, rate, 0.002)).toEqual({});
  });

  it('keeps the order of the recipe in its groups', () => {
    const fields = [field('a', 1, 'One'), field('b', 1, 'Two'), field('c', 1, 'One')];
    expect(grouped(fields).map(([group, list]) => [group, list.map(({ key }) => key)])).toEqual([
      ['One', ['a', 'c']],
      ['Two', ['b']],
    ]);
  });

  it.each([
    ['32, 64 128', [32, 64, 128]],
    ['8', [8]],
    ['32;64', [32, 64]],
    ['', null],
    ['32, x', null],
    ['1.5', null],
    ['-4', null],
  ])('reads %j as %j', (text, numbers) => {
    expect(integersOf(text)).toEqual(numbers);
  });
});
