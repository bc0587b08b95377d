import * as fs from 'node:fs/promises';
import type { z } from 'zod';
import { MorphloomError } from '../../contract/errors.ts';

/** No document of ours is larger; a file that is was not written by us. */
const LARGEST_BYTES = 256 * 1024 * 1024;

/** Reads a JSON document of ours and checks it. Throws `corrupt` errors that name the file. */
export async function readJson<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const fail = (what: string, cause?: unknown): MorphloomError =>
    new MorphloomError('corrupt', `"${file}" ${what}.`, { cause });
  const size = (
    await fs.stat(file).catch((cause: unknown) => {
      throw fail('cannot be read; is this a Morphloom project?', cause);
    })
  ).size;
  if (size > LARGEST_BYTES) throw fail('is far too large to be what its name says');
  let document: unknown;
  try {
    document = JSON.parse(await fs.readFile(file, 'utf8'));
  } catch (cause) {
    throw fail('is not JSON; it was damaged or edited', cause);
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const version = (document as { schema?: unknown } | null)?.schema;
  if (issue.path[0] === 'schema' && typeof version === 'number' && version > 1) {
    throw fail(`was written by a newer Morphloom (format ${version}); update this one to open it`);
  }
  throw fail(`is not as expected at "${issue.path.map(String).join('.')}": ${issue.message}`);
}

/**
 * Reads JSON Lines of ours: null stands for a line that is damaged. A last line that a crash cut short is left
 * out; a file that is not there has no lines.
 */
export async function readJsonLines<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<(z.output<Schema> | null)[]> {
  const text = await fs.readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return parseJsonLines(text, schema);
}

/** The same, of text: what comes after the last line's end is left out. */
export function parseJsonLines<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
): (z.output<Schema> | null)[] {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => parseLine(line, schema));
}

function parseLine<Schema extends z.ZodType>(line: string, schema: Schema): z.output<Schema> | null {
  try {
    return schema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
