import { type FindMeshes, loadHuman } from '../node/faces/human.ts';
import { beHelper } from '../node/helpers/inside.ts';
import { lookForFaces } from './look.ts';
import type { FromFinder, ToFinder } from './messages.ts';

/**
 * The face finder's own process: its library reconfigures TensorFlow as a whole, looks for a tenth of a second
 * at a time, and keeps its memory; none of that may happen to a training.
 */
const answer = beHelper<ToFinder, FromFinder>(hear);

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

let finder: Promise<FindMeshes> | null = null;

async function hear(message: ToFinder): Promise<void> {
  if (message.kind === 'open') {
    finder = loadHuman(message.runtime);
    await finder.then(
      () => answer({ kind: 'ready' }),
      (error: unknown) => answer({ kind: 'failed', id: null, why: reason(error) }),
    );
    return;
  }
  const { id, width, height, rgb } = message;
  try {
    if (finder === null) throw new Error('it was not opened');
    const faces = await lookForFaces({ width, height, channels: 3, data: rgb }, await finder);
    answer({ kind: 'found', id, faces });
  } catch (error) {
    answer({ kind: 'failed', id, why: reason(error) });
  }
}
