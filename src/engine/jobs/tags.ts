import * as tf from '@tensorflow/tfjs-core';
import { MorphloomError } from '../../contract/errors.ts';
import { createRng, fillNormal, STREAM } from '../../core/rng.ts';
import { inTidy } from '../evaluate/inputs.ts';
import type { Instrument } from '../latent/instrument.ts';
import { reparameterise } from '../model/posterior.ts';
import type { TagModel } from '../recipes/model.ts';
import { decodeTags, encodeTags, type Known, type TagNames } from '../recipes/tags.ts';

type Played = Pick<Instrument, 'latentSize' | 'model' | 'weights'>;

/** What a model with tags can do. Throws a `usage` error for one without. */
function tagsOf({ model }: Played): TagModel {
  if (model.tags !== null) return model.tags;
  throw new MorphloomError(
    'usage',
    `The recipe "${model.recipe.name}" knows no tags; train with --recipe multimodal.`,
  );
}

/**
 * Latents of pictures that have these tags, `[count, size]`; what is not said is left open. Throws a `usage` error for
 * tags that the model does not know.
 */
export function latentsOfTags(
  instrument: Played,
  asked: Known,
  { count, temperature, seed }: { count: number; temperature: number; seed: number },
): Float32Array {
  const tags = tagsOf(instrument);
  const size = instrument.latentSize;
  requireKnown(tags.names, asked);
  const { values, known } = encodeTags(tags.names, asked);
  const noise = fillNormal(new Float32Array(count * size), createRng(seed, STREAM.samples));
  return inTidy(() => {
    const one = tags.infer(
      { values: tf.tensor2d([values]), known: tf.tensor2d([known]) },
      instrument.weights,
    );
    const warmed = noise.map((x) => x * temperature);
    return Float32Array.from(reparameterise(one, tf.tensor2d(warmed, [count, size])).dataSync());
  });
}

/** What latents `[count, size]` tell of their pictures. */
export function tellTags(instrument: Played, latents: Float32Array, count: number): Known[] {
  const tags = tagsOf(instrument);
  return inTidy(() => {
    const rows = tags.tell(tf.tensor2d(latents, [count, instrument.latentSize]), instrument.weights);
    return rows.arraySync().map((row) => decodeTags(tags.names, row));
  });
}

/**
 * Reads tags as people write them: `label=circle,smile=0.8`, or a label by itself.
 * Throws a `usage` error for what the model does not know.
 */
export function readTags(instrument: Played, text: string): Known {
  const { names } = tagsOf(instrument);
  let label: string | null = null;
  const attributes: Record<string, number> = {};
  for (const each of text.split(',').map((part) => part.trim())) {
    const at = each.indexOf('=');
    const [name, value] = at < 0 ? ['label', each] : [each.slice(0, at).trim(), each.slice(at + 1).trim()];
    if (names.attributes.some((known) => known.name === name)) {
      if (value === '') throw unknownTag(each, names);
      attributes[name] = Number(value);
    } else if (name === 'label') label = value;
    else throw unknownTag(each, names);
  }
  requireKnown(names, { label, attributes });
  return { label, attributes };
}

function requireKnown(names: TagNames, { label, attributes = {} }: Known): void {
  if (label !== null && !names.classes.includes(label)) throw unknownTag(label, names);
  for (const [name, value] of Object.entries(attributes)) {
    const known = names.attributes.find((each) => each.name === name);
    const fits =
      known !== undefined && ('kinds' in known ? known.kinds.includes(value) : Number.isFinite(value));
    if (!fits) throw unknownTag(`${name}=${value}`, names);
  }
}

function unknownTag(tag: string, { classes, attributes }: TagNames): MorphloomError {
  const known = [
    ...(classes.length > 0 ? [`label (${classes.join(', ')})`] : []),
    ...attributes.map((each) =>
      'kinds' in each
        ? `${each.name} (${each.kinds.join(', ')})`
        : `${each.name} (${each.from} to ${each.to})`,
    ),
  ];
  return new MorphloomError('usage', `"${tag}" is no tag of this model; there are ${known.join('; ')}.`);
}
