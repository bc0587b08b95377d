import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/engine/compute/select.ts';
import {
  attributesOf,
  decodeTags,
  encodeTags,
  sizeOfTags,
  type TagNames,
} from '../../../src/engine/recipes/tags.ts';
import {
  drawShape,
  SHAPE_CLASSES,
  SHAPE_COLOURS,
  shapeParameters,
} from '../../../src/engine/samples/shapes.ts';
import { render } from '../samples/pixels.ts';
import { normal } from '../objective/state.ts';
import { learn, picturesOf, SMALL, type Learned } from './learn.ts';

await openBackend({ prefer: 'tensorflow' });

describe('tags as numbers', () => {
  const names: TagNames = {
    classes: ['cat', 'dog'],
    attributes: [
      { name: 'age', from: -1, to: 3 },
      { name: 'hair', kinds: [0, 2, 5] },
    ],
  };

  it('are a place for each label and kind, and a number between its ends', () => {
    expect(sizeOfTags(names)).toBe(6);
    const { values, known } = encodeTags(names, { label: 'dog', attributes: { age: 1, hair: 5 } });
    expect(values).toEqual([0, 1, 0.5, 0, 0, 1]);
    expect(known).toEqual([1, 1, 1, 1, 1, 1]);
    expect(encodeTags(names, { label: null, attributes: { hair: 7 } }).known).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('are read back as what is likeliest', () => {
    expect(decodeTags(names, [0.6, 0.2, 0.25, 0.1, 0.7, 0.3])).toEqual({
      label: 'cat',
      attributes: { age: 0, hair: 2 },
    });
  });

  it('are found in what is known: whole numbers of few kinds have no order, what never differs is left out', () => {
    const entries = [0, 1, 2].map((i) => ({ attributes: { kind: i, size: i / 3, on: i % 2, same: 4 } }));
    expect(attributesOf(entries)).toEqual([
      { name: 'kind', kinds: [0, 1, 2] },
      { name: 'size', from: 0, to: 2 / 3 },
      { name: 'on', from: 0, to: 1 },
    ]);
  });
});

describe('pictures and tags, learned', { timeout: 120_000 }, () => {
  const [SIDE, COUNT, KNOWN] = [16, 1000, 800];
  const IMAGE = { width: SIDE, height: SIDE, channels: 3 };
  const SIZE = SIDE * SIDE * 3;
  const kindOf = (i: number) => {
    const { shape, colour } = shapeParameters(1, i);
    return { shape: SHAPE_CLASSES.indexOf(shape), colour: SHAPE_COLOURS.indexOf(colour) };
  };
  let bytes: Uint8Array;
  let learned: Learned;

  beforeAll(async () => {
    bytes = new Uint8Array(COUNT * SIZE);
    for (let i = 0; i < COUNT; i++)
      bytes.set((await render(drawShape(shapeParameters(1, i), SIDE))).data, i * SIZE);
    const attributes = attributesOf(Array.from({ length: KNOWN }, (_, i) => ({ attributes: kindOf(i) })));
    learned = learn(
      'multimodal',
      [
        ...SMALL,
        'latent.size=12',
        'encoder.widths=[192]',
        'decoder.widths=[192]',
        `condition.attributes=${JSON.stringify(attributes)}`,
      ],
      {
        ...picturesOf(bytes.subarray(0, KNOWN * SIZE), SIZE),
        known: (i) => ({ label: null, attributes: kindOf(i) }),
      },
      2500,
      IMAGE,
    );
  }, 240_000);

  const told = (latents: tf.Tensor2D) => {
    const model = learned.model.tags ?? expect.fail('no tags');
    return model
      .tell(latents, learned.weights)
      .arraySync()
      .map((row) => decodeTags(model.names, row));
  };
  const encode = (pictures: tf.Tensor4D): tf.Tensor2D => learned.model.encode(pictures, learned.weights).code;
  const share = (all: readonly boolean[]): number => all.filter(Boolean).length / all.length;

  it('tells the colour of pictures that it has not seen', () => {
    const unseen = Float32Array.from(bytes.subarray(KNOWN * SIZE), (byte) => byte / 255);
    const got = told(encode(tf.tensor4d(unseen, [COUNT - KNOWN, SIDE, SIDE, 3])));
    const right = share(got.map(({ attributes }, i) => attributes?.['colour'] === kindOf(KNOWN + i).colour));
    expect(right).toBeGreaterThan(0.95);
  });

  it('draws pictures of the colour that it is asked for, as it tells by looking at them', () => {
    const model = learned.model.tags ?? expect.fail('no tags');
    const asked = Array.from({ length: 160 }, (_, i) => ({ shape: i % 4, colour: Math.floor(i / 4) % 4 }));
    const rows = asked.map((attributes) => encodeTags(model.names, { label: null, attributes }));
    const { mean, logVariance } = model.infer(
      {
        values: tf.tensor2d(rows.map(({ values }) => values)),
        known: tf.tensor2d(rows.map(({ known }) => known)),
      },
      learned.weights,
    );
    const latents = tf.add<tf.Tensor2D>(
      mean,
      tf.mul(tf.exp(tf.mul(logVariance, 0.5)), normal(mean.shape, 5)),
    );
    const got = told(encode(learned.model.decode(latents, learned.weights)));
    const right = share(got.map(({ attributes }, i) => attributes?.['colour'] === asked[i].colour));
    expect(right).toBeGreaterThan(0.9);
  });
});
