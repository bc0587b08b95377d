import type { Crop, ImageFormat, ImportReport } from '../../contract/dataset.ts';
import { DEFAULT_FACES, type FaceSettings } from '../../contract/faces.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { importPictures, type ImportWatch, openDataset } from '../dataset/index.ts';
import type { Project } from '../project/project.ts';

/** What the pictures are to be like; what is left out stays as it was. */
export interface ImportRequest {
  /** Folders and files: the project then holds exactly their pictures. */
  readonly sources: readonly string[];
  readonly format?: Partial<ImageFormat> | undefined;
  readonly crop?: Crop | undefined;
  /** How faces are aligned; null for not at all. */
  readonly faces?: Partial<FaceSettings> | null | undefined;
  /** A table of labels; null for none. */
  readonly labels?: string | null | undefined;
  readonly keepDuplicates?: boolean | undefined;
}

const DEFAULT_FORMAT: ImageFormat = { width: 64, height: 64, channels: 3 };

/** Makes a project hold the pictures of these sources, and remember where they came from. */
export async function importInto(
  project: Project,
  request: ImportRequest,
  watch: ImportWatch = {},
): Promise<{ project: Project; report: ImportReport }> {
  const report = await importDataset(project, request, watch);
  return { project: await project.withSources(request.sources), report };
}

/** The pictures alone, for whoever writes `project.json` in its own time. */
export async function importDataset(
  project: Project,
  { sources, format, ...request }: ImportRequest,
  watch: ImportWatch = {},
): Promise<ImportReport> {
  const before = await settingsBefore(project.dataset);
  const { crop = before.crop, labels = before.labels, keepDuplicates = before.keepDuplicates } = request;
  return importPictures({
    ...watch,
    sources,
    into: project.dataset,
    format: { ...before.format, ...format },
    crop,
    faces:
      request.faces === undefined
        ? before.faces
        : request.faces && { ...(before.faces ?? DEFAULT_FACES), ...request.faces },
    labels: labels ?? undefined,
    keepDuplicates,
  });
}

/** The format that an import will have: what is not asked for stays as it was. */
export async function formatFor(
  { dataset }: Project,
  asked: Partial<ImageFormat> | undefined,
): Promise<ImageFormat> {
  return { ...(await settingsBefore(dataset)).format, ...asked };
}

/** How the pictures that the project has were imported, so that importing again keeps it. */
async function settingsBefore(dataset: string): Promise<{
  format: ImageFormat;
  crop: Crop;
  faces: FaceSettings | null;
  labels: string | null;
  keepDuplicates: boolean;
}> {
  try {
    const set = await openDataset(dataset);
    set.close();
    return {
      format: set.format,
      crop: set.crop,
      faces: set.faces,
      labels: set.labelTable,
      keepDuplicates: set.keepDuplicates,
    };
  } catch (error) {
    if (!(error instanceof MorphloomError)) throw error;
    return { format: DEFAULT_FORMAT, crop: 'centre', faces: null, labels: null, keepDuplicates: false };
  }
}
