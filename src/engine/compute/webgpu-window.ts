import { MorphloomError } from '../../contract/errors.ts';
import type {
  GraphicsAddress,
  GraphicsAnswer,
  GraphicsCard,
  GraphicsQuestion,
} from '../../contract/graphics/messages.ts';
import { startHelper } from '../node/helpers/start.ts';
import { describe, LIMITS, makeGlobal, type AdapterFacts, type Graphics } from './webgpu.ts';
import { WindowBuffer, WindowDevice } from './window-device.ts';
import { newAddress, WindowLine } from './window-line.ts';

/** Names that WebGPU makes global, as far as tfjs expects them; the figures are WebGPU's. */
const GLOBALS = {
  GPUBuffer: WindowBuffer,
  GPUTexture: class {},
  GPUBufferUsage: {
    ...{ MAP_READ: 0x1, MAP_WRITE: 0x2, COPY_SRC: 0x4, COPY_DST: 0x8, UNIFORM: 0x40, STORAGE: 0x80 },
    ...{ INDEX: 0x10, VERTEX: 0x20, INDIRECT: 0x100, QUERY_RESOLVE: 0x200 },
  },
  GPUMapMode: { READ: 0x1, WRITE: 0x2 },
};

/** Whether WebGPU comes from Chromium here: Electron lets no library hand over memory, as Dawn does. */
export const inElectron = (versions: NodeJS.ProcessVersions = process.versions): boolean =>
  versions['electron'] !== undefined;

const factsOf = (card: GraphicsCard): AdapterFacts => ({
  ...describe(card),
  by: `Chromium ${card.chromium}`,
});

/** A hidden window of main's. */
export interface GraphicsWindow {
  /** The adapter, or a sentence that says why there is none. */
  readonly card: Promise<AdapterFacts | string>;
  end(): void;
}

/**
 * Has main open a window that lends Chromium's WebGPU.
 * @param line who computes by it; null where only the adapter is asked for
 */
export function openGraphicsWindow(line: GraphicsAddress | null): GraphicsWindow {
  const helper = startHelper('graphics');
  const card = new Promise<AdapterFacts | string>((resolve) => {
    helper.onMessage((message) => {
      const answer = message as GraphicsAnswer;
      resolve('card' in answer ? factsOf(answer.card) : answer.problem);
    });
    helper.onEnd((how) => resolve(`The window that looks for a graphics card gave no answer: ${how}.`));
  });
  helper.send({ limits: LIMITS, line } satisfies GraphicsQuestion);
  return { card, end: () => helper.end() };
}

let tellLost: (how: string) => void = () => undefined;

/** Calls `tell` when the graphics card that computes for this process is lost: by its driver's end, or the window's. */
export function onGraphicsLost(tell: (how: string) => void): void {
  tellLost = tell;
}

const NEVER = new Promise<never>(() => undefined);

/**
 * A graphics card by Chromium's WebGPU, for the process that listens at `address`; a window is to come there.
 * @param problem why none will come, where that is known before
 * @throws MorphloomError `environment` where none comes, or has none to lend
 */
export async function meetWindow(
  address: GraphicsAddress,
  problem: Promise<string> = NEVER,
): Promise<Graphics> {
  const line = new WindowLine(address);
  const answer = await Promise.race([line.hello, problem.then((why) => ({ problem: why }))]);
  if ('problem' in answer) {
    line.close();
    throw new MorphloomError('environment', answer.problem);
  }
  line.onLost = (how) => tellLost(how);
  const { card } = answer;
  makeGlobal(GLOBALS);
  const device = new WindowDevice(line, card.limits);
  return {
    gpu: {},
    info: card,
    facts: factsOf(card),
    openDevice: () => Promise.resolve(device),
    read: (buffer) => device.read(buffer as WindowBuffer),
  };
}

/** A graphics card by a hidden window of this process's own. Throws as {@link meetWindow} does. */
export async function openWindow(): Promise<Graphics> {
  const address = newAddress();
  const window = openGraphicsWindow(address);
  const problem = window.card.then((card) => (typeof card === 'string' ? card : NEVER));
  try {
    return await meetWindow(address, problem);
  } catch (error) {
    window.end();
    throw error;
  }
}
