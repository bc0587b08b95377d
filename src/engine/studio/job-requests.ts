import { z } from 'zod';
import { cropSchema, imageFormatSchema } from '../../contract/dataset.ts';
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
    labels: z.string().nullable(),
    keepDuplicates: z.boolean().nullable(),
  }),
  procedures['training.start'].input.extend({
    kind: z.literal('train'),
    /** The run, once it began: what is done again is to go on with it. */
    run: z.string().nullable(),
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
