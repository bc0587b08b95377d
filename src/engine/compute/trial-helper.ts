import { throwIfCancelled } from '../../contract/errors.ts';
import type { GraphicsAddress } from '../../contract/graphics/messages.ts';
import { startHelper } from '../node/helpers/start.ts';
import type { CpuBackend, Speed, Workload } from './trial.ts';
import { inElectron, openGraphicsWindow } from './webgpu-window.ts';
import type { AdapterFacts } from './webgpu.ts';
import { forgetAddress, newAddress } from './window-line.ts';

/** What the helper `backend-trial` is asked, once in its life. */
export type TrialQuestion =
  | { readonly ask: 'adapter' }
  | {
      readonly ask: 'speed';
      readonly backend: 'webgpu' | CpuBackend;
      readonly workload: Workload;
      /** Where a window is to come that lends WebGPU; null where Dawn does. */
      readonly window: GraphicsAddress | null;
    };

const PATIENCE_MS = { adapter: 30_000, speed: 180_000 } as const;

/**
 * Looks for a graphics card in a process of its own: a driver that ends that process is an answer too.
 * @returns a sentence that says why there is none, where there is none
 */
export async function findAdapter(signal?: AbortSignal): Promise<AdapterFacts | string> {
  if (!inElectron()) return askHelper<AdapterFacts>({ ask: 'adapter' }, signal);
  const window = openGraphicsWindow(null);
  try {
    return await within(PATIENCE_MS.adapter, signal, (resolve) => void window.card.then(resolve));
  } finally {
    window.end();
  }
}

/** Times training steps in a process of its own. */
export async function measureSpeed(
  backend: 'webgpu' | CpuBackend,
  workload: Workload,
  signal?: AbortSignal,
): Promise<Speed> {
  const question = { ask: 'speed', backend, workload } as const;
  if (!inElectron() || backend !== 'webgpu') return askHelper<number>({ ...question, window: null }, signal);
  const address = newAddress();
  const window = openGraphicsWindow(address);
  try {
    return await askHelper<number>({ ...question, window: address }, signal);
  } finally {
    window.end();
    forgetAddress(address);
  }
}

async function askHelper<Answer>(question: TrialQuestion, signal?: AbortSignal): Promise<Answer | string> {
  throwIfCancelled(signal);
  const helper = startHelper('backend-trial');
  try {
    return await within(PATIENCE_MS[question.ask], signal, (resolve) => {
      helper.onMessage((message) => resolve(message as Answer | string));
      helper.onEnd((how) => resolve(`The trial gave no answer: ${how}.`));
      helper.send(question);
    });
  } finally {
    helper.end();
  }
}

/** What `ask` resolves with, or a sentence where that takes too long. */
async function within<Answer>(
  ms: number,
  signal: AbortSignal | undefined,
  ask: (resolve: (answer: Answer | string) => void) => void,
): Promise<Answer | string> {
  let timer: NodeJS.Timeout | undefined;
  let stop = (): void => undefined;
  try {
    return await new Promise<Answer | string>((resolve) => {
      timer = setTimeout(resolve, ms, 'The trial took too long.');
      stop = () => resolve('The trial was stopped.');
      signal?.addEventListener('abort', stop, { once: true });
      ask(resolve);
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    clearTimeout(timer);
    throwIfCancelled(signal);
  }
}
