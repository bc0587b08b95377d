import * as tf from '@tensorflow/tfjs-core';
import { MorphloomError } from '../../contract/errors.ts';
import { refuseKernels } from './refused-kernels.ts';
import { makeGlobal, type AdapterFacts, type GpuBuffer, type GpuDevice, type Graphics } from './webgpu.ts';

interface Encoder {
  copyBufferToBuffer(
    from: GpuBuffer,
    fromOffset: number,
    to: GpuBuffer,
    toOffset: number,
    size: number,
  ): void;
}

/** The parts of tfjs's backend that are used; it publishes types that need a browser's. */
interface WebgpuBackend extends tf.KernelBackend {
  readonly tensorMap: {
    get(id: object): {
      readonly dtype: tf.DataType;
      values: tf.BackendValues | null;
      resource: GpuBuffer | null;
    };
  };
  readonly bufferManager: {
    acquireBuffer(size: number, usage: number): GpuBuffer;
    releaseBuffer(buffer: GpuBuffer): void;
  };
  readonly commandEncoder: Encoder;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  convertAndCacheOnCPU(id: object, values: tf.BackendValues): tf.BackendValues;
}

interface WebgpuPackage {
  readonly WebGPUBackend: new (device: GpuDevice, info: object) => WebgpuBackend;
  readonly version_webgpu?: string;
}

/** GPUBufferUsage: MAP_READ | COPY_DST. */
const STAGING = 0x0001 | 0x0008;

/** tfjs 4.22 gets it wrong at a padded border. All else that training needs it has. */
const WRONG_GRADIENTS = ['AvgPoolGrad'];

let opened: { readonly facts: AdapterFacts; readonly version: string } | null = null;

/**
 * Makes a graphics card tfjs-core's backend; once, whatever card is offered the second time.
 * @param openGraphics throws MorphloomError `environment` where there is none, with what to do
 */
export async function openWebgpu(
  openGraphics: () => Promise<Graphics>,
): Promise<{ readonly facts: AdapterFacts; readonly version: string }> {
  const first = opened === null;
  opened ??= await register(await openGraphics());
  await tf.setBackend('webgpu');
  await tf.ready();
  if (first) proveReading(opened.facts);
  return opened;
}

/** Numbers that tfjs computes on the card, as they are too many for its detour by the processor. */
const ENOUGH = 4096;

/** A card or a binding that gives nothing back, or something else, is found out before anything leans on it. */
function proveReading({ name, by }: AdapterFacts): void {
  const sums = tf.tidy(() => tf.add(tf.range(0, ENOUGH), 1).dataSync());
  if (!sums.every((sum, i) => sum === i + 1)) {
    throw new MorphloomError(
      'environment',
      `The graphics card "${name}" computes wrongly by ${by}; update its driver, or take another --backend.`,
    );
  }
}

async function register(graphics: Graphics): Promise<{ facts: AdapterFacts; version: string }> {
  const device = await graphics.openDevice();
  // The gradients of tfjs's own kernels come with the whole package only.
  await import('@tensorflow/tfjs');
  const { WebGPUBackend } = (await import('@tensorflow/tfjs-backend-webgpu')) as unknown as WebgpuPackage;
  const failures: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => void failures.push(error.message));
  const backend = whileNavigatorHas(graphics.gpu, () => new WebGPUBackend(device, graphics.info));
  readWithoutTurning(backend, graphics, failures);
  tf.registerBackend('webgpu', () => backend);
  refuseKernels('webgpu', WRONG_GRADIENTS);
  const { facts } = graphics;
  return { facts, version: `tfjs-backend-webgpu ${tf.version_core} on ${facts.by}` };
}

/** tfjs asks `navigator.gpu` whether there is WebGPU; only while it is made, so that nobody else takes this for a browser. */
function whileNavigatorHas<T>(gpu: object, make: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  makeGlobal({ navigator: { gpu } });
  try {
    return make();
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'navigator');
    else Object.defineProperty(globalThis, 'navigator', before);
  }
}

/** Lets `dataSync` and `data` read at once, in Node: tfjs's own `readSync` draws on a browser's canvas. */
function readWithoutTurning(backend: WebgpuBackend, graphics: Graphics, failures: readonly string[]): void {
  const readSync = (id: object): tf.BackendValues => {
    const { dtype, values, resource } = backend.tensorMap.get(id);
    if (values !== null && values !== undefined) return values;
    if (resource === null) throw new Error(`A tensor of ${dtype} has nothing to read.`);
    const read = tf.util.convertBackendValuesAndArrayBuffer(download(backend, graphics, resource), dtype);
    if (failures.length > 0) {
      throw new MorphloomError('environment', `The graphics card refused to compute: ${failures[0]}`);
    }
    return backend.convertAndCacheOnCPU(id, read);
  };
  backend.readSync = readSync;
  backend.read = (id) => Promise.resolve().then(() => readSync(id));
}

function download(backend: WebgpuBackend, graphics: Graphics, source: GpuBuffer): ArrayBuffer {
  const staging = backend.bufferManager.acquireBuffer(source.size, STAGING);
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.commandEncoder.copyBufferToBuffer(source, 0, staging, 0, source.size);
  backend.submitQueue();
  const bytes = graphics.read(staging);
  backend.bufferManager.releaseBuffer(staging);
  return bytes;
}
