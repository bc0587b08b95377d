/** One file of the Python package index, pinned: what is fetched is exactly this or nothing. */
export interface Wheel {
  readonly project: string;
  readonly version: string;
  readonly file: string;
  /** Lower-case hexadecimal SHA-256 of the whole file. */
  readonly sha256: string;
  /** Size in bytes where we know it, for the progress bar only. */
  readonly bytes: number | null;
  /** The `--platform` tags that make pip, on whatever Python runs it, choose this file. */
  readonly pipPlatforms: readonly string[];
}

/** Take TensorFlow's C library from wheels and build the addon against it. */
export interface WheelPlan {
  readonly kind: 'wheel';
  /** Names the folder in the cache; everything that changes its content is in it. */
  readonly key: string;
  readonly tensorflow: string;
  readonly variant: 'cpu' | 'cuda';
  readonly wheels: readonly Wheel[];
  /** The two libraries to link against, as the wheel names them. */
  readonly libraries: readonly [string, string];
  /** Free disk space to ask for before starting, in bytes. */
  readonly wantedBytes: number;
}

/** No wheel carries a separate C library here: tfjs-node's own installer stays in charge. */
export interface VendorPlan {
  readonly kind: 'vendor';
  readonly variant: 'cpu' | 'cuda';
}

/** TensorFlow has no build for this machine. */
export interface NoPlan {
  readonly kind: 'none';
  readonly reason: string;
}

/** Native TensorFlow, prepared and proved on this machine, not loaded yet. */
export interface NativeRuntime {
  /** The path of the N-API addon, its libraries found relative to it. */
  readonly addon: string;
  readonly variant: 'cpu' | 'cuda';
}

export type RuntimePlan = WheelPlan | VendorPlan | NoPlan;

/** What decides about the build: Node's names for platform and architecture, and the C library (Linux only). */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly libc: 'glibc' | 'musl' | null;
}

export const TENSORFLOW_VERSION = '2.18.1';
export const TFJS_NODE_VERSION = '4.22.0';

const MANYLINUX_X64 = ['manylinux_2_17_x86_64', 'manylinux2014_x86_64'];

interface Build {
  readonly wheels: readonly Wheel[];
  readonly libraries: readonly [string, string];
  readonly wantedBytes: number;
}

function tensorflowWheel(
  project: string,
  platformTag: string,
  sha256: string,
  bytes: number | null,
  pipPlatforms: readonly string[],
): Wheel {
  const file = `${project.replaceAll('-', '_')}-${TENSORFLOW_VERSION}-cp311-cp311-${platformTag}.whl`;
  return { project, version: TENSORFLOW_VERSION, file, sha256, bytes, pipPlatforms };
}

/** The CUDA libraries that the wheel's own metadata names under the extra `and-cuda`. */
const CUDA_WHEELS: readonly Wheel[] = (
  [
    ['cublas', '12.5.3.2', 'ca070ad70e9fa6654084575d01bd001f30cc4665e33d4bb9fc8e0f321caa034b'],
    ['cuda-cupti', '12.5.82', 'bde77a5feb66752ec61db2adfe47f56b941842825b4c7e2068aff27c9d107953'],
    ['cuda-nvcc', '12.5.82', 'b03e545b8e8c3ce7ebcd7fc44063180ff52ff01d064ece2127ed90a04ef12cd0'],
    ['cuda-nvrtc', '12.5.82', '3dbd97b0104b4bfbc3c4f8c79cd2496307c89c43c29a9f83125f1d76296ff3fd'],
    ['cuda-runtime', '12.5.82', '3e79a060e126df40fd3a068f3f787eb000fa51b251ec6cd97d09579632687115'],
    ['cudnn', '9.3.0.75', '9ad9c6929ebb5295eb4a1728024666d1c88283373e265a0c5c883e6f9d5cd76d'],
    ['cufft', '11.2.3.61', '9a6e8df162585750f61983a638104a48c756aa13f9f48e19ab079b38e3c828b8'],
    ['curand', '10.3.6.82', '2823fb27de4e44dbb22394a6adf53aa6e1b013aca0f8c22867d1cfae58405536'],
    ['cusolver', '11.6.3.83', '93cfafacde4428b71778eeb092ec615a02a3d05404da1bcf91c53e3fa1bce42b'],
    ['cusparse', '12.5.1.3', '016df8e993c437e8301e62739f01775cba988fd5253cd4c64173f8e8d2f8e752'],
    ['nccl', '2.21.5', '8579076d30a8c24988834445f8d633c697d42397e92ffc3f63fa26766d25e0a0'],
    ['nvjitlink', '12.5.82', 'f9b37bc5c8cf7509665cb6ada5aaa0ce65618f2332b7d3e78e9790511f111212'],
  ] as const
).map(([name, version, sha256]) => ({
  project: `nvidia-${name}-cu12`,
  version,
  file: `nvidia_${name.replaceAll('-', '_')}_cu12-${version}-py3-none-manylinux2014_x86_64.whl`,
  sha256,
  bytes: null,
  pipPlatforms: MANYLINUX_X64,
}));

const SHARED_OBJECTS = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

const BUILDS: Readonly<Record<string, Build>> = {
  'linux-x64-cpu': {
    wheels: [
      tensorflowWheel(
        'tensorflow-cpu',
        'manylinux_2_17_x86_64.manylinux2014_x86_64',
        '810c75d7149d2da0cb2092187817b0dcabb80728ca9f9cf3a61f3f42fadd1298',
        230_236_181,
        MANYLINUX_X64,
      ),
    ],
    libraries: SHARED_OBJECTS,
    wantedBytes: 1.5e9,
  },
  'linux-x64-cuda': {
    wheels: [
      tensorflowWheel(
        'tensorflow',
        'manylinux_2_17_x86_64.manylinux2014_x86_64',
        'c9f87e5d2a680a4595f5dc30daf6bbaec9d4129b46d7ef1b2af63c46ac7d2828',
        null,
        MANYLINUX_X64,
      ),
      ...CUDA_WHEELS,
    ],
    libraries: SHARED_OBJECTS,
    wantedBytes: 10e9,
  },
  'linux-arm64-cpu': {
    wheels: [
      tensorflowWheel(
        'tensorflow',
        'manylinux_2_17_aarch64.manylinux2014_aarch64',
        '8a6485edd2148f70d011dbd1d8dc2c775e91774a5a159466e83d0d1f21580944',
        null,
        ['manylinux_2_17_aarch64', 'manylinux2014_aarch64'],
      ),
    ],
    libraries: SHARED_OBJECTS,
    wantedBytes: 1.5e9,
  },
  'darwin-arm64-cpu': {
    wheels: [
      tensorflowWheel(
        'tensorflow',
        'macosx_12_0_arm64',
        '661029cd769b311db910b79a3a6ef50a5a61ecc947172228c777a49989722508',
        null,
        ['macosx_12_0_arm64'],
      ),
    ],
    libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
    wantedBytes: 1.5e9,
  },
};

const VENDOR_BUILDS: readonly string[] = ['win32-x64-cpu', 'win32-x64-cuda', 'darwin-x64-cpu'];

/** How to get native TensorFlow on a machine, `gpu` asking for the CUDA build. Pure: it looks at nothing else. */
export function planRuntime(machine: Machine, gpu: boolean): RuntimePlan {
  const variant = gpu ? 'cuda' : 'cpu';
  const name = `${machine.platform}-${machine.arch}-${variant}`;
  if (machine.libc === 'musl') {
    return { kind: 'none', reason: 'TensorFlow needs glibc, and this Linux has musl' };
  }
  const build = BUILDS[name];
  if (build !== undefined) {
    return {
      kind: 'wheel',
      key: `tensorflow-${TENSORFLOW_VERSION}-tfjs-node-${TFJS_NODE_VERSION}-${name}`,
      tensorflow: TENSORFLOW_VERSION,
      variant,
      ...build,
    };
  }
  if (VENDOR_BUILDS.includes(name)) return { kind: 'vendor', variant };
  return {
    kind: 'none',
    reason: gpu
      ? `TensorFlow has no CUDA build for ${machine.platform} on ${machine.arch}`
      : `TensorFlow has no build for ${machine.platform} on ${machine.arch}`,
  };
}

/** This machine, as planRuntime wants it described. */
export function thisMachine(): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    libc: process.platform === 'linux' ? libc() : null,
  };
}

function libc(): 'glibc' | 'musl' {
  const report = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return report.header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}
