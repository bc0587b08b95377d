import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { z } from 'zod';
import { pictureIdSchema } from '../../contract/dataset.ts';
import { foundFacesSchema, type FoundFaces } from './face.ts';

const FILE = 'faces.jsonl';
/** Of the finder: what another one found does not count. */
const FINDER = 'human-3.3.6/1';

const recordSchema = foundFacesSchema.extend({ id: pictureIdSchema, finder: z.literal(FINDER) });

/** What was found in which pictures, by content. */
export interface FaceRecords {
  get(id: string): FoundFaces | undefined;
  /** Keeps what was found, on the disk too. */
  add(id: string, found: FoundFaces): Promise<void>;
}

/**
 * The faces found in a dataset's pictures: a line of JSON each, which a crash may cut short. Derived: deleted,
 * it is made anew. A folder that may not be written keeps nothing.
 */
export async function openFaceRecords(dataset: string): Promise<FaceRecords> {
  const file = path.join(dataset, FILE);
  const known = new Map<string, FoundFaces>();
  const text = await fs.readFile(file, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const record = recordSchema.safeParse(parsed(line));
    if (!record.success) continue;
    const { id, width, height, faces } = record.data;
    known.set(id, { width, height, faces });
  }
  // After a line that was cut short the next one begins a line of its own.
  let glue = text === '' || text.endsWith('\n') ? '' : '\n';
  return {
    get: (id) => known.get(id),
    add: async (id, found) => {
      known.set(id, found);
      const line = `${glue}${JSON.stringify({ id, finder: FINDER, ...found })}\n`;
      glue = '';
      await fs.mkdir(dataset, { recursive: true }).catch(() => undefined);
      await fs.appendFile(file, line).catch(() => undefined);
    },
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}
