import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { z } from 'zod';
import { type CropRectangle, cropRectangleSchema, pictureIdSchema } from '../../contract/dataset.ts';
import { type Eyes, eyesSchema } from '../../contract/faces.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { exists, replaceFile } from '../node/files.ts';
import { readJson } from '../project/json.ts';

const EDITS = 'edits.json';

const editsSchema = z
  .strictObject({
    schema: z.literal(1),
    /**
     * What is wanted although it is, or looks, the same as another: files; and contents, each with the file
     * that it was, of which one is taken under whatever name.
     */
    restored: z.strictObject({
      files: z.array(z.string().min(1)),
      contents: z.record(pictureIdSchema, z.string()),
    }),
    /** Pictures that are not wanted, by content, each with the file that it was. */
    removed: z.record(pictureIdSchema, z.string()),
    /** Labels in place of those of folder or table, by content; null is none. */
    labels: z.record(pictureIdSchema, z.string().nullable()),
    crops: z.record(pictureIdSchema, cropRectangleSchema),
    /** Eyes that were placed by hand: these pictures are aligned by them, whether or not others are by theirs. */
    eyes: z.record(pictureIdSchema, eyesSchema).optional(),
    /**
     * What looked the same as a picture when that was removed or cropped: content by content. It stays set
     * aside, although the picture that it was compared with is gone, or looks otherwise now.
     */
    alike: z.record(pictureIdSchema, pictureIdSchema),
  })
  .readonly();

/** What was changed by hand, over what an import finds: the content of `edits.json`. */
export type Edits = z.infer<typeof editsSchema>;

export const NO_EDITS: Edits = {
  schema: 1,
  restored: { files: [], contents: {} },
  removed: {},
  labels: {},
  crops: {},
  alike: {},
};

/**
 * The edits of a dataset folder; none where there is no such file. Throws `corrupt` when it is damaged:
 * nobody's work is dropped in silence.
 */
export async function readEdits(dataset: string): Promise<Edits> {
  const file = path.join(dataset, EDITS);
  if (!(await exists(file))) return NO_EDITS;
  try {
    return await readJson(file, editsSchema);
  } catch (cause) {
    if (!(cause instanceof MorphloomError)) throw cause;
    const remedy =
      'It holds what you restored, removed, labelled and cropped by hand: put back a copy of it, or delete it to go on without.';
    throw new MorphloomError(cause.code, `${cause.message} ${remedy}`, { cause });
  }
}

/** Replaces the edits of a dataset folder; the next import applies them. */
export async function writeEdits(dataset: string, edits: Edits): Promise<void> {
  await replaceFile(path.join(dataset, EDITS), `${JSON.stringify(editsSchema.parse(edits), null, 1)}\n`);
}

/** A hash of what decides over the pictures of a set and their pixels: all edits but labels. */
export function membershipOf({ restored, removed, crops, eyes = {}, alike }: Edits): string {
  // Without eyes it is what it was before there were any.
  const placed = Object.keys(eyes).length > 0 ? [eyes] : [];
  return createHash('sha256')
    .update(JSON.stringify([restored, removed, crops, alike, ...placed]))
    .digest('hex');
}

/** Asked by an import for each picture, in the order of the set. */
export interface AppliedEdits {
  readonly isRemoved: (id: string) => boolean;
  /** Whether a duplicate is wanted all the same. @param isKept whether the same content is in the set already */
  readonly isRestored: (source: string, id: string, isKept: boolean) => boolean;
  /** The label by hand; where there is none, that of the folder or table. */
  readonly labelOf: (id: string, found: string | null) => string | null;
  readonly cropOf: (id: string) => CropRectangle | undefined;
  readonly eyesOf: (id: string) => Eyes | undefined;
  /** The content that this one looked the same as, when that was removed or cropped. */
  readonly alikeTo: (id: string) => string | undefined;
  /** Of a removed picture, the file that it was. */
  readonly removedSource: (id: string) => string | undefined;
}

export function applied({ restored, removed, labels, crops, eyes = {}, alike }: Edits): AppliedEdits {
  const files = new Set(restored.files);
  const contents = new Set(Object.keys(restored.contents));
  const own = <T>(record: Readonly<Record<string, T>>): ((id: string) => T | undefined) => {
    const map = new Map(Object.entries(record));
    return (id) => map.get(id);
  };
  const removedSource = own(removed);
  const label = own(labels);
  return {
    isRemoved: (id) => removedSource(id) !== undefined,
    isRestored: (source, id, isKept) => files.has(source) || (!isKept && contents.has(id)),
    labelOf: (id, found) => {
      const byHand = label(id);
      return byHand === undefined ? found : byHand;
    },
    cropOf: own(crops),
    eyesOf: own(eyes),
    alikeTo: own(alike),
    removedSource,
  };
}
