import { z } from 'zod';
import { MorphloomError } from './errors.ts';

/** The version of the document that is written, and the newest that is read. */
const VERSION = 1;

/** Longer texts, or deeper ones, are no recipe of ours: a real one has a few kilobytes and five levels. */
export const MAX_PROVENANCE_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 64;

/**
 * Where a picture came from, and all that is needed to make it again. It travels inside every export.
 * What lies beside the four fixed keys is the recipe of its kind (a morph's pictures, path and easing, say).
 */
export const provenanceSchema = z
  .object({
    morphloom: z.literal(VERSION),
    /** What made it: "morph", "sample", "reconstruct", "attribute", "sheet", "report" … */
    kind: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a lower-case word'),
    model: z.object({
      /** The run that trained the model. */
      run: z.string().min(1).max(400),
      /** The hash of its weights, so that another model of the same name is noticed. */
      hash: z.string().min(1).max(200),
    }),
    seed: z.int().min(0),
  })
  .catchall(z.json());

export type Provenance = z.infer<typeof provenanceSchema>;

function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'it does not fit the schema';
  const where = issue.path.length === 0 ? 'the document' : `"${issue.path.join('.')}"`;
  return `${where}: ${issue.message}`;
}

/**
 * The provenance as one line of JSON in ASCII: that is what a GIF comment may hold, and what no XML reader
 * stumbles over. Throws a `usage` error when it does not fit the schema or is too large to be carried.
 */
export function encodeProvenance(provenance: Provenance): string {
  const checked = provenanceSchema.safeParse(provenance);
  if (!checked.success) {
    throw new MorphloomError('usage', `The recipe of this export is not valid: ${describe(checked.error)}.`);
  }
  const json = JSON.stringify(checked.data);
  const text = json.replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  if (text.length > MAX_PROVENANCE_BYTES || depthOf(text) > MAX_DEPTH) {
    throw new MorphloomError('usage', 'The recipe of this export is too large or too deep to be embedded.');
  }
  return text;
}

/**
 * Reads what `encodeProvenance` wrote; `source` names the file in errors. Throws `corrupt` when the text is
 * damaged, `input` when a newer Morphloom wrote it.
 */
export function parseProvenance(text: string, source: string): Provenance {
  const damaged = (why: string, cause?: unknown): MorphloomError =>
    new MorphloomError(
      'corrupt',
      `The recipe embedded in "${source}" is damaged (${why}); use an intact copy of the file.`,
      { cause },
    );
  if (text.length > MAX_PROVENANCE_BYTES) throw damaged('it is longer than any recipe');
  if (depthOf(text) > MAX_DEPTH) throw damaged('it is nested deeper than any recipe');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged('it is not JSON', cause);
  }
  const version = z.object({ morphloom: z.int().min(VERSION + 1) }).safeParse(value);
  if (version.success) {
    throw new MorphloomError(
      'input',
      `"${source}" was made by a newer Morphloom (recipe version ${version.data.morphloom}, this one reads up to ${VERSION}); update Morphloom to rebuild it.`,
    );
  }
  const parsed = provenanceSchema.safeParse(value);
  if (!parsed.success) throw damaged(describe(parsed.error), parsed.error);
  return parsed.data;
}

/** How deep the brackets of a JSON text are nested; counted before parsing, which would recurse. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const c = json[i];
    if (inString) {
      if (c === '\\') i++;
      else if (c === '"') inString = false;
    } else if (c === '"') inString = true;
    else if (c === '{' || c === '[') deepest = Math.max(deepest, ++depth);
    else if (c === '}' || c === ']') depth--;
  }
  return deepest;
}
