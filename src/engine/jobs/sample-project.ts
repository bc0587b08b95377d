import type { ImportReport } from '../../contract/dataset.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { ATTRIBUTES_FILE, writeSamples } from '../node/samples.ts';
import { Project } from '../project/project.ts';
import type { SampleKind } from '../samples/series.ts';
import * as path from 'node:path';
import { importInto } from './import.ts';

export interface SampleProject {
  readonly kind: SampleKind;
  /** The folder of the project. */
  readonly project: string;
  /** The folder that the pictures are drawn into. */
  readonly pictures: string;
  readonly count: number;
  /** Drawn larger than the model sees them, so that a morph's ends are as crisp as the drawings. */
  readonly drawnPx: number;
  readonly modelPx: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Samples that are drawn, imported and learned within a minute or two. */
export const SAMPLES: Readonly<Record<SampleKind, Pick<SampleProject, 'count' | 'drawnPx' | 'modelPx'>>> = {
  faces: { count: 800, drawnPx: 240, modelPx: 48 },
  shapes: { count: 600, drawnPx: 128, modelPx: 32 },
};

const SEED = 1;

/** Draws pictures and makes a project of them, with the attributes that are known of each. */
export async function makeSampleProject({
  kind,
  project,
  pictures,
  count,
  drawnPx,
  modelPx,
  onProgress,
  signal,
}: SampleProject): Promise<{ project: Project; report: ImportReport }> {
  const hooks = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
  await writeSamples({ kind, count, sizePx: drawnPx, seed: SEED, into: pictures, ...hooks });
  const wishes = {
    sources: [pictures],
    format: { width: modelPx, height: modelPx, channels: 3 as const },
    labels: path.join(pictures, ATTRIBUTES_FILE),
  };
  return importInto(await Project.openOrCreate(project), wishes, hooks);
}
