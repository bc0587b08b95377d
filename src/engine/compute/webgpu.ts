/** The parts of WebGPU that are used here; what computes with it is tfjs's business. */
export interface GpuBuffer {
  readonly size: number;
}

export interface GpuDevice {
  addEventListener(
    type: 'uncapturederror',
    hear: (event: { readonly error: { readonly message: string } }) => void,
  ): void;
}

/** What WebGPU tells of an adapter. */
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}

/** A graphics card as its driver names it, or a program that imitates one. */
export interface AdapterFacts {
  /** "NVIDIA H100 80GB HBM3", "SwiftShader". */
  readonly name: string;
  /** What the driver says of itself; empty where it says nothing. */
  readonly driver: string;
  /** Whether the processor does a graphics card's work. */
  readonly software: boolean;
  /** Whose WebGPU reaches it: "Dawn 0.6.2", "Chromium 150.0.7871.46". */
  readonly by: string;
}

/** A graphics card that tfjs can be put on, by whichever WebGPU. */
export interface Graphics {
  readonly facts: AdapterFacts;
  readonly info: AdapterInfo;
  /** What tfjs is to find as `navigator.gpu` while its backend is made. */
  readonly gpu: object;
  openDevice(): Promise<GpuDevice>;
  /**
   * Waits, without a turn of the event loop, for what a buffer for reading holds.
   * Throws MorphloomError `environment` where the card gives no answer.
   */
  read(buffer: GpuBuffer): ArrayBuffer;
}

/** Makes what programs for browsers expect to be there by name. */
export function makeGlobal(values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** Limits that tfjs asks for as the adapter has them; WebGPU's defaults are meant for phones. */
export const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render driver|warp/i;

/** What an adapter says of itself, as far as people care. */
export function describe(info: AdapterInfo): Omit<AdapterFacts, 'by'> {
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
