import type { z } from 'zod';
import { attributesProcedures } from './procedures/attributes.ts';
import { engineProcedures } from './procedures/engine.ts';
import { exploreProcedures } from './procedures/explore.ts';
import { exportsProcedures } from './procedures/exports.ts';
import { morphsProcedures } from './procedures/morphs.ts';
import { picturesProcedures } from './procedures/pictures.ts';
import { trainingProcedures } from './procedures/training.ts';

/**
 * All that the engine offers to a window, whichever door it came through. Names are `<what>.<verb>`; what
 * takes long is a job: it is started here, and reported on the topic `jobs` until it ends.
 */
export const procedures = {
  ...engineProcedures,
  ...picturesProcedures,
  ...trainingProcedures,
  ...exploreProcedures,
  ...attributesProcedures,
  ...morphsProcedures,
  ...exportsProcedures,
} as const;

export type Procedures = typeof procedures;
export type Method = keyof Procedures;
/** As a client writes it: what has a default may be left out. */
export type Input<M extends Method> = z.input<Procedures[M]['input']>;
/** As the engine gets it, checked. */
export type Checked<M extends Method> = z.output<Procedures[M]['input']>;
export type Output<M extends Method> = NonNullable<Procedures[M]['output']>;

export const isMethod = (method: string): method is Method => Object.hasOwn(procedures, method);
