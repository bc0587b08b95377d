import { createRequire } from 'node:module';
import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';
import { mapNow, type MappableBuffer } from './webgpu-read.ts';
import { describe, LIMITS, makeGlobal, type AdapterInfo, type GpuDevice, type Graphics } from './webgpu.ts';

const require = createRequire(path.join(import.meta.dirname, 'webgpu-dawn.cjs'));

interface GpuAdapter {
  readonly info: AdapterInfo;
  readonly features: ReadonlySet<string>;
  readonly limits: Readonly<Record<string, number>>;
  requestDevice(descriptor: object): Promise<GpuDevice>;
}

interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<GpuAdapter | null>;
}

interface Dawn {
  readonly create: (flags: readonly string[]) => Gpu;
  /** `GPUBuffer`, `GPUBufferUsage` and the like, which programs expect to be global. */
  readonly globals: Readonly<Record<string, unknown>>;
}

/** What to do where no adapter is found. */
function advice(platform: string): string {
  if (platform === 'linux')
    return 'install the graphics driver with its Vulkan part, and the Vulkan loader (libvulkan1 on Debian and Ubuntu)';
  if (platform === 'win32') return 'install the graphics driver of its maker';
  return 'it takes a Mac with Metal';
}

/**
 * Loads Dawn's binding and asks it for the fastest adapter.
 * @throws MorphloomError `environment` where there is none, with what to do
 */
export async function openDawn(): Promise<Graphics> {
  const { dawn, version } = loadDawn();
  makeGlobal(dawn.globals);
  const gpu = dawn.create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) {
    throw new MorphloomError(
      'environment',
      `WebGPU finds no graphics card that it can use here: ${advice(process.platform)}, or leave out \`--backend webgpu\`.`,
    );
  }
  return {
    gpu,
    info: adapter.info,
    facts: { ...describe(adapter.info), by: `Dawn ${version}` },
    openDevice: async () => {
      const device = await openDevice(adapter);
      await untilNothingIsUnderWay();
      return device;
    },
    read: (buffer) => {
      const mapped = buffer as MappableBuffer;
      mapNow(mapped);
      const bytes = mapped.getMappedRange().slice(0);
      mapped.unmap();
      return bytes;
    },
  };
}

function loadDawn(): { dawn: Dawn; version: string } {
  const manifest = require.resolve('webgpu/package.json');
  const { version } = require(manifest) as { version: string };
  const system = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
  try {
    // Its own entry is an ES module, which a bundle of CommonJS cannot require.
    const dawn = require(path.join(path.dirname(manifest), 'dist', system, 'dawn.node')) as Dawn;
    return { dawn, version };
  } catch (cause) {
    const said = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new MorphloomError(
      'environment',
      `WebGPU cannot be used here, since Dawn (webgpu ${version}) does not load on ${system}: ${said}`,
      { cause },
    );
  }
}

/** A device of the adapter with all that it offers to tfjs. */
async function openDevice(adapter: GpuAdapter): Promise<GpuDevice> {
  const limits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = ['timestamp-query'].filter((feature) => adapter.features.has(feature));
  return adapter.requestDevice({ requiredLimits: limits, requiredFeatures });
}

/** Dawn turns for a while after a device was asked for; see {@link mapNow}. */
async function untilNothingIsUnderWay(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
