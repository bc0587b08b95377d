import * as fs from 'node:fs/promises';
import { MorphloomError } from '../../contract/errors.ts';
import type { OpenedInstrument } from '../latent/open.ts';
import { describeWriteFailure, replaceFile } from '../node/files.ts';
import {
  type AttributeFacts,
  decodeAttribute,
  encodeAttribute,
  saveAttribute,
} from '../project/attribute-folder.ts';
import { loadForModel } from './attribute-moves.ts';

/** Writes an attribute of this model to a file, for others who have the model. */
export async function saveAttributeTo(
  instrument: OpenedInstrument,
  name: string,
  out: string,
): Promise<AttributeFacts> {
  const { facts, bytes } = await attributeFile(instrument, name);
  await replaceFile(out, bytes).catch((cause: unknown) => {
    throw describeWriteFailure(out, cause);
  });
  return facts;
}

/** An attribute of this model as a file, for others who have the model. */
export async function attributeFile(
  instrument: OpenedInstrument,
  name: string,
): Promise<{ facts: AttributeFacts; bytes: Uint8Array }> {
  const stored = await loadForModel(instrument, name);
  return { facts: stored.facts, bytes: encodeAttribute(stored) };
}

/** Takes an attribute from a file of {@link saveAttributeTo} into the project; throws as {@link addAttribute} does. */
export async function addAttributeFrom(
  instrument: OpenedInstrument,
  file: string,
  name?: string,
): Promise<AttributeFacts> {
  const bytes = await fs.readFile(file).catch((cause: unknown) => {
    throw new MorphloomError('input', `"${file}" cannot be read; check its name.`, { cause });
  });
  return addAttribute(instrument, { file, bytes }, (own) => name ?? own);
}

/**
 * Takes an attribute from the bytes of a file into the project; one of the same name is replaced. Throws an `input`
 * error for a file that is none, or whose attribute belongs to another model: its direction would mean nothing here.
 * @param nameFor what it is to be called, by its own name
 */
export async function addAttribute(
  instrument: OpenedInstrument,
  { file, bytes }: { readonly file: string; readonly bytes: Uint8Array },
  nameFor: (own: string) => string,
): Promise<AttributeFacts> {
  const stored = decodeAttribute(bytes, file);
  const { model } = stored.facts;
  if (model.hash !== instrument.hash || stored.vector.direction.length !== instrument.latentSize) {
    throw new MorphloomError(
      'input',
      `"${file}" belongs to another model (its run ${model.run}), and means nothing to ${instrument.runId}: add it to a copy of the project that it comes from, or to the run that it belongs to.`,
    );
  }
  const facts: AttributeFacts = {
    ...stored.facts,
    name: nameFor(stored.facts.name),
    model: { run: instrument.runId, hash: instrument.hash },
  };
  await saveAttribute(instrument.project.attributes, { ...stored, facts });
  return facts;
}
