import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheRoot } from '../../../../src/engine/node/runtime/cache.ts';
import { planRuntime, thisMachine, type WheelPlan } from '../../../../src/engine/node/runtime/plan.ts';
import { linuxCommand } from '../../../../src/engine/node/runtime/tools.ts';
import { wantedEntry } from '../../../../src/engine/node/runtime/unpack.ts';
import { compilerArguments } from '../../../../src/engine/node/runtime/addon.ts';
import { pipArguments } from '../../../../src/engine/node/runtime/wheel.ts';

const wheelPlan = (platform: string, arch: string, gpu = false): WheelPlan => {
  const plan = planRuntime({ platform, arch, libc: platform === 'linux' ? 'glibc' : null }, gpu);
  if (plan.kind !== 'wheel') throw new Error(`${plan.kind} for ${platform}-${arch}`);
  return plan;
};

describe('planRuntime', () => {
  it.each([
    ['linux', 'x64', 'tensorflow_cpu-2.18.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl'],
    ['linux', 'arm64', 'tensorflow-2.18.1-cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64.whl'],
    ['darwin', 'arm64', 'tensorflow-2.18.1-cp311-cp311-macosx_12_0_arm64.whl'],
  ])('takes one pinned wheel on %s %s', (platform, arch, file) => {
    const plan = wheelPlan(platform, arch);
    expect(plan.wheels.map((wheel) => wheel.file)).toEqual([file]);
    expect(plan.variant).toBe('cpu');
  });

  it('takes the CUDA build with the twelve libraries that its metadata names', () => {
    const plan = wheelPlan('linux', 'x64', true);
    expect(plan.wheels[0]?.project).toBe('tensorflow');
    expect(plan.wheels.slice(1).map(({ project, version }) => `${project}==${version}`)).toEqual([
      'nvidia-cublas-cu12==12.5.3.2',
      'nvidia-cuda-cupti-cu12==12.5.82',
      'nvidia-cuda-nvcc-cu12==12.5.82',
      'nvidia-cuda-nvrtc-cu12==12.5.82',
      'nvidia-cuda-runtime-cu12==12.5.82',
      'nvidia-cudnn-cu12==9.3.0.75',
      'nvidia-cufft-cu12==11.2.3.61',
      'nvidia-curand-cu12==10.3.6.82',
      'nvidia-cusolver-cu12==11.6.3.83',
      'nvidia-cusparse-cu12==12.5.1.3',
      'nvidia-nccl-cu12==2.21.5',
      'nvidia-nvjitlink-cu12==12.5.82',
    ]);
    expect(plan.key).not.toBe(wheelPlan('linux', 'x64').key);
  });

  it('pins every wheel by a hash of its own', () => {
    const wheels = [
      wheelPlan('linux', 'x64', true),
      wheelPlan('linux', 'x64'),
      wheelPlan('darwin', 'arm64'),
    ].flatMap((plan) => plan.wheels);
    for (const { sha256 } of wheels) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(wheels.map(({ sha256 }) => sha256)).size).toBe(wheels.length);
  });

  it('leaves Windows and Intel Macs to the installer of tfjs-node', () => {
    for (const platform of ['win32', 'darwin']) {
      expect(planRuntime({ platform, arch: 'x64', libc: null }, false).kind).toBe('vendor');
    }
  });

  it('says why there is nothing for musl, for a GPU on a Mac, for other processors', () => {
    const reasons = [
      planRuntime({ platform: 'linux', arch: 'x64', libc: 'musl' }, false),
      planRuntime({ platform: 'darwin', arch: 'arm64', libc: null }, true),
      planRuntime({ platform: 'linux', arch: 'riscv64', libc: 'glibc' }, false),
    ].map((plan) => (plan.kind === 'none' ? plan.reason : plan.kind));
    expect(reasons).toEqual([
      'TensorFlow needs glibc, and this Linux has musl',
      'TensorFlow has no CUDA build for darwin on arm64',
      'TensorFlow has no build for linux on riscv64',
    ]);
  });

  it('sees this machine as Node does', () => {
    expect(thisMachine()).toMatchObject({ platform: process.platform, arch: process.arch });
  });
});

describe('the commands', () => {
  it('ask pip for the exact wheel, naming no index, whichever Python runs it', () => {
    const args = pipArguments(wheelPlan('darwin', 'arm64').wheels[0], '/tmp/place');
    expect(args).toEqual(
      expect.arrayContaining(['--platform', 'macosx_12_0_arm64', '--python-version=3.11']),
    );
    expect(args.at(-1)).toBe('tensorflow==2.18.1');
    expect(args.join(' ')).not.toMatch(/index-url|https?:/);
  });

  it('make the addon find its libraries relative to itself', () => {
    expect(compilerArguments('linux', ['a.so'], 's', 'h')).toContain('-Wl,-rpath,$ORIGIN/tensorflow');
    expect(compilerArguments('darwin', ['a.dylib'], 's', 'h')).toContain(
      '-Wl,-rpath,@loader_path/tensorflow',
    );
  });

  it.each([
    ['ID=debian\n', 'apt-get'],
    ['NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n', 'apt-get'],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'dnf'],
    ['ID=manjaro\nID_LIKE=arch\n', 'pacman'],
    ['ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', 'zypper'],
  ])('name the package manager of %j', (release, manager) => {
    expect(linuxCommand(release)).toContain(manager);
  });
});

it('unpacks the libraries, the C headers and CUDA, and nothing else', () => {
  const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
  const wanted = [
    'tensorflow/libtensorflow_cc.so.2',
    'tensorflow/include/tensorflow/c/eager/c_api.h',
    'tensorflow/include/xla/tsl/c/tsl_status.h',
    'nvidia/cublas/lib/libcublas.so.12',
    'nvidia/cuda_nvcc/bin/ptxas',
  ];
  const unwanted = [
    'tensorflow/python/_pywrap_tensorflow_internal.so',
    'tensorflow/compiler/mlir/stablehlo/stablehlo_extension.so',
    'tensorflow/include/tensorflow/core/framework/op.h',
    'nvidia/cublas/include/cublas.h',
    'nvidia/__init__.py',
  ];
  expect([...wanted, ...unwanted].filter((name) => wantedEntry(name, libraries))).toEqual(wanted);
});

it('keeps the cache where each system wants it', () => {
  expect(cacheRoot({ XDG_CACHE_HOME: '/x' }, 'linux')).toBe(path.join('/x', 'morphloom'));
  expect(cacheRoot({ XDG_CACHE_HOME: 'relative' }, 'linux')).toMatch(/\.cache.morphloom$/);
  expect(cacheRoot({}, 'darwin')).toMatch(/Library.Caches.morphloom$/);
  expect(cacheRoot({ LOCALAPPDATA: '/l' }, 'win32')).toBe(path.join('/l', 'morphloom'));
  expect(cacheRoot({ MORPHLOOM_CACHE: '/own', XDG_CACHE_HOME: '/x' }, 'linux')).toBe(path.resolve('/own'));
});
