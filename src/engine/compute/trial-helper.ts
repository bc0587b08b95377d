import { throwIfCancelled } from '../../contract/errors.ts';
import { forkHelper } from '../node/helpers/forked.ts';
import type { CpuBackend, Speed, Workload } from './trial.ts';
import type { AdapterFacts } from './webgpu-dawn.ts';

/** What the helper `backend-trial` is asked, once in its life. */
export type TrialQuestion =
  | { readonly ask: 'adapter' }
  | { readonly ask: 'speed'; readonly backend: 'webgpu' | CpuBackend; readonly workload: Workload };

const PATIENCE_MS = { adapter: 30_000, speed: 180_000 } as const;

/**
 * Looks for a graphics card in a process of its own: a driver that ends that process is an answer too.
 * @returns a sentence that says why there is none, where there is none
 */
export const findAdapter = (signal?: AbortSignal): Promise<AdapterFacts | string> =>
  askHelper<AdapterFacts>({ ask: 'adapter' }, signal);

/** Times training steps in a process of its own. */
export const measureSpeed = (
  backend: 'webgpu' | CpuBackend,
  workload: Workload,
  signal?: AbortSignal,
): Promise<Speed> => askHelper<number>({ ask: 'speed', backend, workload }, signal);

async function askHelper<Answer>(question: TrialQuestion, signal?: AbortSignal): Promise<Answer | string> {
  throwIfCancelled(signal);
  const helper = forkHelper('backend-trial');
  let timer: NodeJS.Timeout | undefined;
  let stop = (): void => undefined;
  try {
    return await new Promise<Answer | string>((resolve) => {
      helper.onMessage((message) => resolve(message as Answer | string));
      helper.onEnd((how) => resolve(`The trial gave no answer: ${how}.`));
      timer = setTimeout(resolve, PATIENCE_MS[question.ask], 'The trial took too long.');
      stop = () => resolve('The trial was stopped.');
      signal?.addEventListener('abort', stop, { once: true });
      helper.send(question);
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    clearTimeout(timer);
    helper.end();
    throwIfCancelled(signal);
  }
}
