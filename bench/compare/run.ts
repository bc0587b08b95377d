import { Contender, type Memory, type Spent } from './child.ts';
import { median } from '../support.ts';
import type { Net } from './recipes.ts';

export const CONTENDERS = ['stock', 'keras', 'torch', 'torch-compiled', 'ours'] as const;
export type Kind = (typeof CONTENDERS)[number];

/** Two threads for everyone; Morphloom shares them out by itself. */
const TWO_THREADS = { TF_NUM_INTRAOP_THREADS: '2', TF_NUM_INTEROP_THREADS: '2', OMP_NUM_THREADS: '2' };

/** Medians of the rounds. */
export interface Figures {
  readonly kind: Kind;
  readonly net: Net;
  readonly about: string;
  /** Each round's. */
  readonly speeds: readonly number[];
  readonly cpuMilliseconds: number;
  readonly memory: Memory | null;
  /** Milliseconds for one picture and for sixteen, by the round; null where it was not asked. */
  readonly decoding: Readonly<Record<'one' | 'sixteen', readonly number[]>> | null;
  /** The same by one compiled call. */
  readonly compiledDecoding: Figures['decoding'];
}

export interface Size {
  readonly side: number;
  readonly batch: number;
}

export interface Place extends Size {
  readonly python: string;
  readonly project: string;
  readonly pack: string;
}

export function startContender(kind: Kind, net: Net, place: Place): Promise<Contender> {
  const { side, batch, python, project, pack } = place;
  const name = `${kind} ${net}`;
  const script = (file: string, way: string): string[] => [
    python,
    `bench/compare/${file}`,
    ...[way, net, String(side), String(batch), pack],
  ];
  const self = (...args: readonly string[]): string[] => [process.execPath, process.argv[1], ...args];
  switch (kind) {
    case 'stock':
      return Contender.start(name, self('serve-stock', net, String(side), String(batch), pack), TWO_THREADS);
    case 'keras':
      return Contender.start(name, script('keras_peer.py', 'graph'), TWO_THREADS);
    case 'torch':
      return Contender.start(name, script('torch_peer.py', 'eager'), TWO_THREADS);
    case 'torch-compiled':
      return Contender.start(name, script('torch_peer.py', 'compiled'), TWO_THREADS);
    case 'ours':
      return Contender.start(name, self('serve-ours', net, String(batch), project, 'tensorflow'));
  }
}

interface Runner {
  readonly kind: Kind;
  readonly net: Net;
  readonly contender: Contender;
  readonly steps: number;
}

const DECODES = { one: [1, 100], sixteen: [16, 20] } as const;
type HowMany = keyof typeof DECODES;
const HOW_MANY = Object.keys(DECODES) as HowMany[];

/**
 * All contenders in turns, so that whatever else the machine does falls on all of them.
 * @param seconds about how long each trains in a round
 */
export async function interleave(
  place: Place,
  contenders: readonly { readonly kind: Kind; readonly net: Net }[],
  rounds: number,
  seconds: number,
): Promise<Figures[]> {
  const runners: Runner[] = [];
  try {
    for (const { kind, net } of contenders) {
      try {
        runners.push(await warmUp(kind, net, place, seconds));
      } catch (error) {
        // A peer that does not run here, PyTorch's compiler without a C++ compiler say, is missed and no more.
        process.stderr.write(`${kind} ${net} is left out: ${(error as Error).message}\n`);
      }
    }
    const rows = runners.map(() => [] as Awaited<ReturnType<typeof oneRound>>[]);
    for (let round = 0; round < rounds; round++) {
      for (const [i, runner] of runners.entries()) rows[i].push(await oneRound(runner));
      process.stderr.write(`round ${round + 1} of ${rounds}\n`);
    }
    return runners.map((runner, i) => figuresOf(runner, rows[i], place.batch));
  } finally {
    for (const { contender } of runners) await contender.stop();
  }
}

async function warmUp(kind: Kind, net: Net, place: Place, seconds: number): Promise<Runner> {
  const contender = await startContender(kind, net, place);
  process.stderr.write(`${kind} ${net}: ${contender.about}\n`);
  const steps = await contender.stepsIn(seconds);
  if (net === 'plain') for (const how of HOW_MANY) await timeDecoding(contender, kind, how);
  return { kind, net, contender, steps };
}

async function oneRound({ kind, net, contender, steps }: Runner) {
  const training = await contender.train(steps);
  const decoding = [];
  if (net === 'plain')
    for (const how of HOW_MANY) decoding.push([how, await timeDecoding(contender, kind, how)] as const);
  return { training, decoding: Object.fromEntries(decoding) as Record<HowMany, Decoded> };
}

interface Decoded {
  readonly plain: Spent;
  readonly compiled: Spent | null;
}

async function timeDecoding(contender: Contender, kind: Kind, how: HowMany): Promise<Decoded> {
  const [count, times] = DECODES[how];
  return {
    plain: await contender.decode(count, times),
    compiled: kind === 'ours' ? await contender.decodeOtherwise(count, times) : null,
  };
}

function figuresOf(
  { kind, net, contender, steps }: Runner,
  rounds: readonly Awaited<ReturnType<typeof oneRound>>[],
  batch: number,
): Figures {
  const pictures = steps * batch;
  const times = (way: keyof Decoded): Figures['decoding'] => {
    const of = (how: HowMany) =>
      rounds.map(({ decoding }) => (1000 * (decoding[how][way]?.seconds ?? NaN)) / DECODES[how][1]);
    return net === 'plain' && (way === 'plain' || kind === 'ours')
      ? { one: of('one'), sixteen: of('sixteen') }
      : null;
  };
  return {
    kind,
    net,
    about: contender.about,
    speeds: rounds.map(({ training }) => pictures / training.seconds),
    cpuMilliseconds: median(rounds.map(({ training }) => (1000 * training.cpuSeconds) / pictures)),
    memory: contender.memory(),
    decoding: times('plain'),
    compiledDecoding: times('compiled'),
  };
}
