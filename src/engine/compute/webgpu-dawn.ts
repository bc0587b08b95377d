import { createRequire } from 'node:module';
import * as path from 'node:path';
import { MorphloomError } from '../../contract/errors.ts';

const require = createRequire(path.join(import.meta.dirname, 'webgpu-dawn.cjs'));

/** The parts of WebGPU that are used here; what computes with it is tfjs's business. */
export interface GpuBuffer {
  readonly size: number;
  readonly mapState: 'unmapped' | 'pending' | 'mapped';
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
}

export interface GpuDevice {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  addEventListener(
    type: 'uncapturederror',
    hear: (event: { readonly error: { readonly message: string } }) => void,
  ): void;
}

interface GpuAdapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
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

/** A graphics card as its driver names it, or a program that imitates one. */
export interface AdapterFacts {
  /** "NVIDIA H100 80GB HBM3", "SwiftShader". */
  readonly name: string;
  /** What the driver says of itself; empty where it says nothing. */
  readonly driver: string;
  /** Whether the processor does a graphics card's work. */
  readonly software: boolean;
  /** The version of Dawn's binding. */
  readonly dawn: string;
}

export interface OpenedAdapter {
  readonly gpu: Gpu;
  readonly adapter: GpuAdapter;
  readonly facts: AdapterFacts;
}

/** Limits that tfjs asks for as the adapter has them; WebGPU's defaults are meant for phones. */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render driver|warp/i;

/** What to do where no adapter is found. */
function advice(platform: string): string {
  if (platform === 'linux')
    return 'install the graphics driver with its Vulkan part, and the Vulkan loader (libvulkan1 on Debian and Ubuntu)';
  if (platform === 'win32') return 'install the graphics driver of its maker';
  return 'it takes a Mac with Metal';
}

/** Why this process cannot compute by WebGPU whatever the machine has; null where it can. */
export function whyNoDawn(versions: NodeJS.ProcessVersions = process.versions): string | null {
  return versions['electron'] === undefined
    ? null
    : 'WebGPU does not work inside the desktop app, whose engine may not share memory with Dawn; use `morphloom serve --backend webgpu`, which shows the same studio in a browser.';
}

/**
 * Loads Dawn's binding and asks it for the fastest adapter.
 * @throws MorphloomError `environment` where there is none, with what to do
 */
export async function openAdapter(): Promise<OpenedAdapter> {
  const why = whyNoDawn();
  if (why !== null) throw new MorphloomError('environment', why);
  const { dawn, version } = loadDawn();
  for (const [name, value] of Object.entries(dawn.globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  const gpu = dawn.create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) {
    throw new MorphloomError(
      'environment',
      `WebGPU finds no graphics card that it can use here: ${advice(process.platform)}, or leave out \`--backend webgpu\`.`,
    );
  }
  return { gpu, adapter, facts: { ...describe(adapter.info), dawn: version } };
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

/** What an adapter says of itself, as far as people care. */
export function describe(info: GpuAdapter['info']): Omit<AdapterFacts, 'dawn'> {
  const { vendor, architecture, device, description } = info;
  const software =
    info.isFallbackAdapter === true ||
    [vendor, architecture, device, description].some((text) => SOFTWARE.test(text));
  // Dawn writes names as identifiers: "swiftshader-device-subzero-".
  const name = [device, `${vendor} ${architecture}`, description]
    .map((text) => text.replace(/[-\s]+/g, ' ').trim())
    .find((text) => text !== '' && !/^0x[0-9a-f]+$/i.test(text));
  return { name: name ?? 'an unnamed adapter', driver: description, software };
}

/** A device of the adapter with all that it offers to tfjs. */
export async function openDevice({ adapter }: OpenedAdapter): Promise<GpuDevice> {
  const limits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = ['timestamp-query'].filter((feature) => adapter.features.has(feature));
  return adapter.requestDevice({ requiredLimits: limits, requiredFeatures });
}
