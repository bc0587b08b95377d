import { MorphloomError, throwIfCancelled } from '../../contract/errors.ts';
import type { OnProgress } from '../../contract/progress.ts';
import { startHelper } from '../node/helpers/start.ts';
import { decodeWithin, type PictureBytes } from '../node/pictures/index.ts';
import { ensureNativeRuntime } from '../node/runtime/ensure.ts';
import type { Face, FacePoint, FoundFaces } from './face.ts';
import type { FromFinder, ToFinder } from './messages.ts';

/** A picture's longer side for looking, in pixels: enough for faces a tenth as high. */
const LOOK_PIXELS = 960;

export interface FaceFinder {
  /** The faces of a picture. Throws a PictureProblem for one that cannot be decoded. */
  find(picture: PictureBytes): Promise<FoundFaces>;
  close(): void;
}

export interface FinderHooks {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Asked {
  readonly resolve: (faces: readonly Face[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Starts the face finder in a process of its own; all happens on this machine. What it finds depends on the
 * picture alone. Throws `environment` where it does not run here, `cancelled` when asked to stop; once opened,
 * `signal` ends it, and what was asked throws `cancelled`.
 */
export async function openFaceFinder({ onProgress, signal }: FinderHooks = {}): Promise<FaceFinder> {
  const runtime = await ensureNativeRuntime({ onProgress, signal });
  throwIfCancelled(signal);
  onProgress?.({ stage: 'Starting the face finder', done: 0, total: null, unit: 'steps' });
  const helper = startHelper('face-finder');
  const send = (message: ToFinder): void => helper.send(message);
  const asked = new Map<number, Asked>();
  let problem: MorphloomError | null = null;

  const fail = (error: MorphloomError): void => {
    problem ??= error;
    for (const { reject } of asked.values()) reject(problem);
    asked.clear();
  };
  const stop = (): void => {
    fail(new MorphloomError('cancelled', 'Stopped, as asked.'));
    helper.end();
  };
  signal?.addEventListener('abort', stop, { once: true });
  const close = (): void => {
    signal?.removeEventListener('abort', stop);
    helper.end();
  };
  const ready = new Promise<void>((resolve, reject) => asked.set(0, { resolve: () => resolve(), reject }));
  helper.onMessage((received) => {
    const message = received as FromFinder;
    const id = message.kind === 'ready' ? 0 : (message.id ?? 0);
    const waiting = asked.get(id);
    asked.delete(id);
    if (message.kind === 'failed') waiting?.reject(unfit(message.why));
    else waiting?.resolve(message.kind === 'found' ? message.faces : []);
  });
  helper.onEnd((how) => fail(unfit(how)));

  send({ kind: 'open', runtime });
  try {
    await ready;
  } catch (error) {
    close();
    throw error;
  }
  let next = 1;
  return {
    close,
    find: async (picture) => {
      const { width, height, rgb, original } = await decodeWithin(picture, LOOK_PIXELS);
      const faces = await new Promise<readonly Face[]>((resolve, reject) => {
        if (problem !== null) return reject(problem);
        const id = next++;
        asked.set(id, { resolve, reject });
        // A copy: what WebAssembly decoded lies in memory that is shared between threads, and is not sent.
        send({ kind: 'look', id, width, height, rgb: new Uint8Array(rgb) });
      });
      const scaled = faces.map((face) => enlarged(face, original.width / width, original.height / height));
      return { ...original, faces: scaled };
    },
  };
}

function unfit(why: string): MorphloomError {
  return new MorphloomError(
    'environment',
    `The face finder does not run here (${why}); import without aligning faces, or place the eyes by hand.`,
  );
}

/** The same face in a picture of another size. */
function enlarged(face: Face, across: number, down: number): Face {
  const to = (value: number, scale: number): number => Math.round(value * scale * 100) / 100;
  const at = ([x, y]: FacePoint): FacePoint => [to(x, across), to(y, down)];
  const [x, y, width, height] = face.box;
  return {
    ...face,
    box: [to(x, across), to(y, down), to(width, across), to(height, down)],
    eyes: [at(face.eyes[0]), at(face.eyes[1])],
    outline: face.outline.map(at),
    noseTip: at(face.noseTip),
    mouth: [at(face.mouth[0]), at(face.mouth[1])],
  };
}
