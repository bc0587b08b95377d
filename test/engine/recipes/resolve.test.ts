import { describe, expect, it } from 'vitest';
import { MorphloomError } from '../../../src/contract/errors.ts';
import { composeModel } from '../../../src/engine/recipes/compose.ts';
import { presets } from '../../../src/engine/recipes/presets.ts';
import { applySetting, parseRecipe, presetNamed } from '../../../src/engine/recipes/resolve.ts';

const MINIMAL = {
  schema: 1,
  name: 'mine',
  encoder: { kind: 'mlp', widths: [8] },
  latent: { kind: 'gaussian', size: 4 },
  decoder: { kind: 'mlp', widths: [8] },
  likelihood: { kind: 'bernoulli' },
};
const IMAGE = { width: 16, height: 16, channels: 3 };

/** The usage error that this throws. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(MorphloomError);
    expect((error as MorphloomError).code).toBe('usage');
    return (error as MorphloomError).message;
  }
  return expect.fail('It was accepted.');
}

describe('parseRecipe', () => {
  it('fills in the defaults', () => {
    expect(parseRecipe(MINIMAL)).toEqual({
      ...MINIMAL,
      about: '',
      source: '',
      latent: { kind: 'gaussian', size: 4, samples: 1, activation: 'linear', clip: 'hard', minRate: 0 },
      prior: { kind: 'standard-normal' },
      bound: { kind: 'elbo' },
      regularisers: [],
      schedules: {},
      condition: null,
      corruption: null,
      augmentation: { flip: 0, shift: 0, binarise: false },
      optimiser: {
        learningRate: 1e-3,
        ramp: 0.02,
        floor: 0.02,
        decay: 'cosine',
        precision: 'float32',
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-7,
        batch: 32,
        average: 0.999,
      },
      validation: { fraction: 0.05, most: 256 },
    });
  });

  it('gives a recipe that, written and read again, is the same', () => {
    for (const preset of presets) {
      const recipe = parseRecipe(preset);
      expect(parseRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
    }
  });

  it.each([
    'nonsense',
    'latent.nonsense',
    'augmentation.nonsense',
    'optimiser.nonsense',
    'validation.nonsense',
  ])('refuses an unknown key: %s', (key) => {
    const document = structuredClone(MINIMAL);
    applySetting(document, `${key}=1`);
    expect(refusal(() => parseRecipe(document))).toMatch(/nonsense/);
  });

  it.each([
    'encoder.nonsense',
    'decoder.nonsense',
    'likelihood.nonsense',
    'prior.nonsense',
    'bound.nonsense',
    'regularisers.0.nonsense',
    'schedules.beta.nonsense',
  ])('refuses an unknown key of a part, when the model is made: %s', (key) => {
    const document = {
      ...structuredClone(MINIMAL),
      prior: { kind: 'standard-normal' },
      bound: { kind: 'elbo' },
      regularisers: [{ kind: 'ssim' }],
      schedules: { beta: { kind: 'warm-up' } },
    };
    expect(composeModel(parseRecipe(document), IMAGE).weights.length).toBeGreaterThan(0);
    applySetting(document, `${key}=1`);
    expect(refusal(() => composeModel(parseRecipe(document), IMAGE))).toMatch(/nonsense/);
  });

  it.each([
    ['latent.size=0', /latent\.size/],
    ['latent.size=2.5', /latent\.size/],
    ['latent.kind=cubic', /latent\.kind/],
    ['optimiser.learningRate=-1', /optimiser\.learningRate/],
    ['optimiser.batch=fast', /optimiser\.batch/],
    ['augmentation.flip=1.5', /augmentation\.flip/],
    ['schema=2', /schema/],
    ['encoder=conv', /encoder/],
  ])('refuses %s, and names the setting', (setting, message) => {
    const document = structuredClone(MINIMAL);
    applySetting(document, setting);
    expect(refusal(() => parseRecipe(document))).toMatch(message);
  });

  it.each([null, 7, 'morph', []])('refuses what is no recipe at all: %j', (document) => {
    refusal(() => parseRecipe(document));
  });

  it('lists the kinds where a part is of none', () => {
    const recipe = parseRecipe({ ...MINIMAL, likelihood: { kind: 'poisson' } });
    expect(refusal(() => composeModel(recipe, IMAGE))).toMatch(
      /no likelihood "poisson"; there are .*"bernoulli"/,
    );
  });
});

describe('applySetting', () => {
  const changed = (setting: string, document: unknown = presetNamed('morph')): Record<string, unknown> => {
    applySetting(document, setting);
    return document as Record<string, unknown>;
  };

  it('reads values as JSON where they are JSON, else as text', () => {
    expect(changed('latent.size=64')).toMatchObject({ latent: { size: 64 } });
    expect(changed('about=made of = signs')).toMatchObject({ about: 'made of = signs' });
    expect(changed('name="64"')).toMatchObject({ name: '64' });
    expect(changed('encoder={"kind":"mlp","widths":[4]}')).toMatchObject({
      encoder: { kind: 'mlp', widths: [4] },
    });
  });

  it('makes groups that are not there yet, and reaches into lists by number', () => {
    expect(changed('optimiser.batch=8')).toMatchObject({ optimiser: { batch: 8 } });
    expect(changed('regularisers.0.weight=0.5')).toMatchObject({
      regularisers: [{ kind: 'ssim', weight: 0.5 }],
    });
    expect(changed('encoder.widths.1=7')).toMatchObject({ encoder: { widths: [24, 7, 96, 192] } });
    expect(changed('regularisers.1={"kind":"ssim"}')['regularisers']).toHaveLength(2);
  });

  it('leaves the preset itself alone', () => {
    changed('latent.size=3');
    expect(presetNamed('morph')).toMatchObject({ latent: { size: 256 } });
  });

  it.each(['latent', '=3', '', 'latent..size=3', '.size=3', 'latent.=3', '.=1'])(
    'refuses %j, which is no setting',
    (setting) => {
      expect(refusal(() => changed(setting))).toMatch(/is no setting; write key=value/);
    },
  );

  it.each(['name.size=3', 'latent.size.deep=3', 'schema.x=1'])(
    'refuses %s, which leads into a value',
    (setting) => {
      expect(refusal(() => changed(setting))).toMatch(/leads nowhere/);
    },
  );

  it.each([
    'regularisers.first.weight=1',
    'regularisers.length=0',
    'regularisers.9.weight=1',
    'encoder.widths.-1=4',
  ])('refuses %s, which is no place in a list', (setting) => {
    expect(refusal(() => parseRecipe(changed(setting)))).toMatch(/regularisers|widths/);
  });

  it.each([
    '__proto__=1',
    '__proto__={"latent":1}',
    '__proto__.polluted=1',
    'latent.__proto__.polluted=1',
    'constructor.prototype.polluted=1',
  ])('refuses %s, and pollutes nothing', (setting) => {
    refusal(() => parseRecipe(changed(setting)));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('presets', () => {
  it('have a name of their own, a purpose and a source', () => {
    expect(new Set(presets.map(({ name }) => name)).size).toBe(presets.length);
    for (const { about, source } of presets) for (const text of [about, source]) expect(text).not.toBe('');
  });

  it('an unknown one is refused with the names of those that there are', () => {
    const names = presets.map(({ name }) => name).join(', ');
    expect(names).toMatch(/^morph, /);
    expect(refusal(() => presetNamed('nope'))).toContain(`There is no recipe "nope"; there are ${names}`);
  });

  it('give a document that is one’s own to change', () => {
    (presetNamed('vae') as { latent: { size: number } }).latent.size = 1;
    expect((presetNamed('vae') as { latent: { size: number } }).latent.size).toBe(64);
  });
});
