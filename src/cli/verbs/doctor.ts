import type { Command } from 'commander';
import { MorphloomError } from '../../contract/errors.ts';
import { BACKENDS, openBackend, requestedBackend, type BackendInfo } from '../../engine/compute/select.ts';
import { describeCompiled, probeCompile } from '../../engine/jobs/probe-compile.ts';
import { describeGraphics, probeGraphics, type GraphicsReport } from '../../engine/jobs/probe-graphics.ts';
import { inspectMachine, type MachineReport } from '../../engine/node/runtime/inspect.ts';
import type { CompileReport } from '../../engine/train/program.ts';
import { createVoice } from '../terminal.ts';

interface DoctorOptions {
  readonly json?: boolean;
  readonly gpu?: boolean;
  readonly backend?: string;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** `morphloom doctor`: prepares the backend, says which works and why, and what is missing. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say which backend works here and why, what is missing and how to get it')
    .option('--json', 'one JSON document on stdout')
    .option('--gpu', "use TensorFlow's CUDA build (Linux)")
    .option('--backend <name>', `${BACKENDS.join(', ')}, instead of the best that works`)
    .action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const voice = createVoice(options);
  const prefer = requestedBackend(options.backend);
  const gpu = options.gpu === true;
  let backend: BackendInfo | null = null;
  let problem: MorphloomError | null = null;
  try {
    backend = await openBackend({ prefer, gpu, onProgress: voice.onProgress, signal: voice.signal });
  } catch (error) {
    if (!(error instanceof MorphloomError) || error.code === 'cancelled') throw error;
    problem = error;
  }
  const compiled = backend === null ? null : probeCompile();
  const graphics = await probeGraphics(backend, voice.signal);
  const machine = await inspectMachine(gpu, voice.signal);
  voice.settle();
  const found = { ok: backend !== null, backend, problem: problem?.message ?? null, compiled };
  voice.json({ ...found, graphics, ...machine });
  for (const line of describe(backend, compiled, graphics, machine, gpu)) voice.say(line);
  if (problem !== null) throw problem;
}

function describe(
  backend: BackendInfo | null,
  compiled: CompileReport | null,
  graphics: GraphicsReport,
  machine: MachineReport,
  gpu: boolean,
): string[] {
  const device = machine.cudaDevices.length === 0 ? 'no CUDA device' : machine.cudaDevices.join(', ');
  const [card, ...timed] = describeGraphics(graphics);
  const threads = backend?.name === 'webgpu' ? '' : `, ${backend?.threads} thread(s)`;
  const short = machine.cpu.bfloat16 === null ? '' : `, ${machine.cpu.bfloat16 ? 'has' : 'no'} bfloat16`;
  const hint = machine.cudaDevices.length > 0 && !gpu ? ' (use it with --gpu)' : '';
  return [
    backend === null ? 'Backend   none works' : `Backend   ${backend.name}, as ${backend.why}`,
    ...(backend === null ? [] : [`          ${backend.version}${threads}`]),
    ...(compiled === null ? [] : [`Compiling ${describeCompiled(compiled)}`]),
    `Versions  Node ${machine.node}, tfjs ${machine.tfjs}`,
    `System    ${machine.os}`,
    `Processor ${machine.cpu.model}, ${machine.cpu.count} core(s)${short}`,
    `Memory    ${gigabytes(machine.memory.totalBytes)}, ${gigabytes(machine.memory.freeBytes)} free`,
    `Graphics  ${card}`,
    ...timed.map((line) => `          ${line}`),
    `CUDA      ${device}${hint}`,
    `Cache     ${machine.cache.folder}, ${gigabytes(machine.cache.bytes)}`,
    ...(backend?.notes ?? []).map((note) => `Note      ${note}`),
    ...machine.missing.map((sentence) => `Missing   ${sentence}`),
  ];
}
