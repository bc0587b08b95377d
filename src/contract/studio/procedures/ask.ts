import { z } from 'zod';
import { pictureIdSchema } from '../../timeline.ts';

/** One thing that a client may ask of the engine. The input is checked at the engine's door; the output is typed only. */
export interface Procedure<Input extends z.ZodType, Output> {
  readonly input: Input;
  /** Never there at run time: it carries the type. */
  readonly output?: Output;
}

/** A procedure by its output and the shape of its input. */
export const ask =
  <Output>() =>
  <Shape extends z.ZodRawShape>(shape: Shape): Procedure<z.ZodObject<Shape, z.core.$strict>, Output> => ({
    input: z.strictObject(shape),
  });

/** What many procedures take. */
export const folder = z.string().min(1).max(4096);
export const project = folder;
export const name = z.string().trim().min(1).max(200);
export const run = z.string().min(1).max(400).nullable().default(null);
export const names = z.array(name).max(64).default([]);
export const ids = z.array(pictureIdSchema).min(1).max(100_000);
export const count = z.int().min(1).max(1000);
export const latents = z.custom<Float32Array>(
  (value) => value instanceof Float32Array,
  'must be float32 numbers',
);
export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'must be bytes');
export const ofModel = { project, run };
