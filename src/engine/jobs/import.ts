import type { Crop, ImageFormat, ImportReport } from '../../contract/dataset.ts';
import { MorphloomError } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { importPictures, openDataset } from '../dataset/index.ts';
import type { Project } from '../project/project.ts';

/** What the pictures are to be like; what is left out stays as it was. */
export interface ImportRequest {
  /** Folders and files: the project then holds exactly their pictures. */
  readonly sources: readonly string[];
  readonly format?: Partial<ImageFormat> | undefined;
  readonly crop?: Crop | undefined;
  /** A table of labels; null for none. */
  readonly labels?: string | null | undefined;
  readonly keepDuplicates?: boolean | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_FORMAT: ImageFormat = { width: 64, height: 64, channels: 3 };

/** Makes a project hold the pictures of these sources, and remember where they came from. */
export async function importInto(
  project: Project,
  { sources, format, crop, onProgress, signal, ...request }: ImportRequest,
): Promise<{ project: Project; report: ImportReport }> {
  const before = await shapeBefore(project.dataset);
  const { labels = project.facts.labels, keepDuplicates = project.facts.keepDuplicates } = request;
  const report = await importPictures({
    sources,
    into: project.dataset,
    format: { ...before.format, ...format },
    crop: crop ?? before.crop,
    labels: labels ?? undefined,
    keepDuplicates,
    onProgress,
    signal,
  });
  return { project: await project.withSources(sources, { labels, keepDuplicates }), report };
}

/** The shape of the pictures that the project has, so that importing again keeps it. */
async function shapeBefore(dataset: string): Promise<{ format: ImageFormat; crop: Crop }> {
  try {
    const set = await openDataset(dataset);
    set.close();
    return set;
  } catch (error) {
    if (error instanceof MorphloomError) return { format: DEFAULT_FORMAT, crop: 'centre' };
    throw error;
  }
}
