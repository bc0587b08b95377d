import { MorphloomError } from '../../contract/errors.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { loadAttribute, type StoredAttribute } from '../project/attribute-folder.ts';

/** How far to move along one attribute, in standard deviations. */
export interface AttributeMove {
  readonly attribute: StoredAttribute;
  readonly amount: number;
}

/**
 * A picture's latent with the moves added, once for each factor they are multiplied by.
 * @param own the picture's latent, `[z]`
 */
export function latentsAlong(
  own: Float32Array,
  moves: readonly AttributeMove[],
  factors: readonly number[],
): Float32Array[] {
  return factors.map((factor) => {
    const moved = Float32Array.from(own);
    for (const { attribute, amount } of moves) {
      for (let k = 0; k < moved.length; k++) moved[k] += factor * amount * attribute.vector.direction[k];
    }
    return moved;
  });
}

/** Loads an attribute of this model. Throws `usage` errors for names and for those of another model. */
export async function loadForModel(instrument: OpenedInstrument, name: string): Promise<StoredAttribute> {
  const attribute = await loadAttribute(instrument.project.attributes, name);
  if (attribute.facts.model.hash === instrument.hash) return attribute;
  throw new MorphloomError(
    'usage',
    `"${name}" was learned on another model (run ${attribute.facts.model.run}); learn it again on ${instrument.runId}, or add --run.`,
  );
}

/** Loads attributes with amounts to move along them. Throws as {@link loadForModel} does. */
export function loadMoves(
  instrument: OpenedInstrument,
  amounts: readonly { readonly name: string; readonly amount: number }[],
): Promise<AttributeMove[]> {
  return Promise.all(
    amounts.map(async ({ name, amount }) => ({ attribute: await loadForModel(instrument, name), amount })),
  );
}
