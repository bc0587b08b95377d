import { z } from 'zod';

/** The most pixels a side that every format carries. */
export const MAX_ENCODED_SIDE = 16383;
/** Where all formats look finished: GIF and APNG lose nothing that is seen, film and WebP hardly anything. */
export const DEFAULT_QUALITY = 90;

/** How drawn frames become a file. It is recorded with the recipe, so that a file can be made again to the byte. */
export const encodingSchema = z.strictObject({
  /** 1 to 100: what may be lost so that the file is smaller. PNG frames lose nothing, whatever it is. */
  quality: z.int().min(1).max(100).default(DEFAULT_QUALITY),
  /** The longer side, in pixels; null leaves the frames as large as they are drawn. */
  side: z.int().min(1).max(MAX_ENCODED_SIDE).nullable().default(null),
  /** How many frames a second are shown at most: others are left out evenly, and the duration is kept. Null shows all. */
  framesPerSecond: z.number().min(0.1).max(240).nullable().default(null),
  /** `#rrggbb` laid under what is transparent; null keeps transparency where the format has it. */
  background: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'must be a colour as #rrggbb')
    .nullable()
    .default(null),
  /** How often it plays, 0 for ever. Film is written that often, as it has no word for it. Null: for ever if it is a loop. */
  plays: z.int().min(0).max(65_535).nullable().default(null),
  /** How many frames stand beside each other on a sheet; null makes it about square. */
  columns: z.int().min(1).max(200).nullable().default(null),
});
export type Encoding = z.infer<typeof encodingSchema>;

/** What an encoding is where nothing else is asked for. */
export const DEFAULT_ENCODING: Encoding = encodingSchema.parse({});

/** What an export will be, before it is made. */
export interface ExportEstimate {
  /** The likely size of the file, and between which it will be in nine cases of ten. */
  readonly bytes: number;
  readonly least: number;
  readonly most: number;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  /** What would be given up to meet the limit, and what else should be known, in sentences. */
  readonly notes: readonly string[];
}
