import { createRequire } from 'node:module';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NativeRuntime } from '../runtime/plan.ts';
import { loadTensorflow } from '../runtime/load.ts';

/** What the mesh model saw: 478 places (x, y; in [0, 1] of the picture), and how sure two models are. */
export interface MeshFace {
  readonly mesh: readonly (readonly [number, number])[];
  /** x, y, width, height, in pixels. */
  readonly box: readonly [number, number, number, number];
  /** Of the detector, in [0, 1]. */
  readonly boxScore: number;
  /** Of the mesh, in [0, 1]. */
  readonly meshScore: number;
}

/** Looks at a picture of 3 channels, `[height, width, 3]` bytes. */
export type FindMeshes = (rgb: Uint8Array, width: number, height: number) => Promise<MeshFace[]>;

interface HumanFace {
  readonly box: readonly [number, number, number, number];
  readonly boxScore: number;
  readonly faceScore: number;
  readonly meshRaw: readonly (readonly [number, number, number?])[];
}

interface Human {
  readonly tf: {
    tensor3d(values: Uint8Array, shape: [number, number, number], type: 'int32'): { dispose(): void };
  };
  load(): Promise<void>;
  detect(picture: unknown): Promise<{ readonly face: readonly HumanFace[]; readonly error?: unknown }>;
}

const MESH_PLACES = 468;
/** Faces a picture is looked through for. */
const MOST_FACES = 8;
/** Below it, what is found is hardly ever a face; whoever asks is stricter. */
const LEAST_SCORE = 0.2;

/** Still pictures, one by one: nothing is carried over from the one before. */
const settings = (models: string): unknown => ({
  backend: 'tensorflow',
  modelBasePath: models,
  debug: false,
  async: false,
  warmup: 'none',
  cacheSensitivity: 0,
  filter: { enabled: false },
  gesture: { enabled: false },
  body: { enabled: false },
  hand: { enabled: false },
  object: { enabled: false },
  segmentation: { enabled: false },
  face: {
    enabled: true,
    detector: {
      rotation: true,
      maxDetected: MOST_FACES,
      minConfidence: LEAST_SCORE,
      skipFrames: 0,
      skipTime: 0,
    },
    mesh: { enabled: true },
    iris: { enabled: true, skipFrames: 0, skipTime: 0 },
    attention: { enabled: false },
    emotion: { enabled: false },
    description: { enabled: false },
    antispoof: { enabled: false },
    liveness: { enabled: false },
  },
});

/**
 * Loads the finder of @vladmandic/human with the face models of its package (BlazeFace, Face Mesh and Iris of
 * MediaPipe) on the TensorFlow of `runtime`. It stays in memory, and reconfigures tfjs as a whole: meant for a
 * process of its own.
 */
export async function loadHuman(runtime: NativeRuntime): Promise<FindMeshes> {
  loadTensorflow(runtime);
  const require = createRequire(path.join(import.meta.dirname, 'human.cjs'));
  const { Human: HumanClass } = require('@vladmandic/human') as { Human: new (config: unknown) => Human };
  const folder = path.join(path.dirname(require.resolve('@vladmandic/human')), '..', 'models');
  const human = new HumanClass(settings(`${pathToFileURL(folder).href}/`));
  await human.load();
  return async (rgb, width, height) => {
    const picture = human.tf.tensor3d(rgb, [height, width, 3], 'int32');
    try {
      const { face, error } = await human.detect(picture);
      if (error !== undefined && error !== null)
        throw new Error(`The face finder failed: ${JSON.stringify(error)}`);
      return face
        .filter(({ meshRaw }) => meshRaw.length >= MESH_PLACES)
        .map(({ box, boxScore, faceScore, meshRaw }) => ({
          box,
          boxScore,
          meshScore: faceScore,
          mesh: meshRaw.map(([x, y]) => [x, y] as const),
        }));
    } finally {
      picture.dispose();
    }
  };
}
