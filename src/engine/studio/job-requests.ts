import { z } from 'zod';
import { cropSchema, imageFormatSchema } from '../../contract/dataset.ts';
import type { JobKind } from '../../contract/studio/state.ts';
import { procedures } from '../../contract/studio/api.ts';

const project = z.string();

/** All that is needed to do a job, again if need be: what the journal keeps of it. */
export const jobRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('import'),
    project,
    sources: z.array(z.string()).nullable(),
    add: z.boolean(),
    format: imageFormatSchema.nullable(),
    crop: cropSchema.nullable(),
    faces: procedures['pictures.import'].input.shape.faces,
    labels: z.string().nullable(),
    withoutLabels: z.boolean().default(false),
    keepDuplicates: z.boolean().nullable(),
  }),
  z.strictObject({
    kind: z.literal('edit'),
    project,
    /** In the order in which they were asked for. */
    changes: z.array(procedures['pictures.edit'].input.omit({ project: true })).default([]),
  }),
  procedures['training.start'].input.extend({
    kind: z.literal('train'),
    /** The run, once it began: what is done again is to go on with it. */
    run: z.string().nullable(),
  }),
  procedures['attributes.learn'].input.extend({ kind: z.literal('learn-attribute') }),
  procedures['exports.start'].input.extend({
    kind: z.literal('export'),
    /** The file to be, or with a slash at its end the folder: decided once, so that a second try takes no other name. */
    out: z.string(),
  }),
  z.strictObject({
    kind: z.literal('sample-project'),
    project,
    sample: procedures['projects.sample'].input.shape.kind,
    /** Where the pictures go. */
    pictures: z.string(),
  }),
]);
export type JobRequest = z.infer<typeof jobRequestSchema>;
export type JobRequestOf<Kind extends JobRequest['kind']> = Extract<JobRequest, { kind: Kind }>;

/** As what kind of job it is shown. */
export function jobKindOf({ kind }: JobRequest): JobKind {
  return kind === 'edit' ? 'import' : kind;
}

/**
 * Two jobs of a lane never run at the same time: training fills the machine, and so does an export; two
 * imports would each take the other's pictures away.
 */
export function laneOf(request: JobRequest): string {
  const kind = jobKindOf(request);
  return kind === 'train' || kind === 'export' ? kind : `${kind} ${request.project}`;
}
