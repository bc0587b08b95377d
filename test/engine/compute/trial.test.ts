import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mayHaveGraphicsCard } from '../../../src/engine/compute/graphics-card.ts';
import { choose, tryAdapter, type Measure, type Speed } from '../../../src/engine/compute/trial.ts';
import { describe as describeAdapter } from '../../../src/engine/compute/webgpu.ts';

const CARD = { name: 'radeon rx 7800', driver: 'Mesa 25.1', software: false, by: 'Dawn 0.6.2' };
const IMITATED = { ...CARD, name: 'llvmpipe', software: true };

let root: string;
beforeEach(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-trial-'));
});
afterEach(() => fs.rm(root, { recursive: true, force: true }));

/** Measures nothing: says these speeds, and keeps what it was asked. */
function measureAs(webgpu: Speed, cpu: Speed): { measure: Measure; asked: string[] } {
  const asked: string[] = [];
  const measure: Measure = (backend, { size, batch }) => {
    asked.push(`${backend} ${size} ${batch}`);
    return Promise.resolve(backend === 'webgpu' ? webgpu : cpu);
  };
  return { measure, asked };
}

describe('choosing by a trial', () => {
  it.each([
    [1210, 356, 'webgpu', 'the graphics card "radeon rx 7800" trains 3.4 times as fast as tensorflow here: 1,210 pictures a second against 356 in a trial'],
    [390, 356, 'tensorflow', 'the graphics card "radeon rx 7800" does not train faster by a tenth: 390 pictures a second against 356 in a trial'],
    [9.14, 356, 'tensorflow', 'the graphics card "radeon rx 7800" does not train faster by a tenth: 9.1 pictures a second against 356 in a trial'],
  ])('of %d pictures a second on the card and %d beside it takes %s', async (webgpu, cpu, backend, why) => {
    const { measure } = measureAs(webgpu, cpu);
    expect(choose(await tryAdapter(CARD, 'tensorflow', measure, root))).toEqual({ backend, why });
  }); // prettier-ignore

  it('takes the processor where the card failed, and says so', async () => {
    const { measure } = measureAs('The trial gave no answer: it ended with SIGSEGV.', 356);
    const choice = choose(await tryAdapter(CARD, 'tensorflow', measure, root));
    expect(choice.backend).toBe('tensorflow');
    expect(choice.note).toBe(
      'The graphics card "radeon rx 7800" is not used, since training on it failed: The trial gave no answer: it ended with SIGSEGV.',
    );
  });

  it('takes the card where only the processor failed', async () => {
    const { measure } = measureAs(20, 'TensorFlow does not load.');
    expect(choose(await tryAdapter(CARD, 'wasm', measure, root)).backend).toBe('webgpu');
  });

  it('never takes a card that the processor imitates', async () => {
    const { measure, asked } = measureAs(5000, 10);
    expect(choose(await tryAdapter(IMITATED, 'tensorflow', measure, root)).backend).toBe('tensorflow');
    // Nor does it spend minutes on it.
    expect(asked).toEqual(['webgpu 16 8', 'tensorflow 16 8']);
  });
});

describe('the outcome of a trial', () => {
  it('is kept for the adapter, its driver and the backend beside it', async () => {
    const { measure, asked } = measureAs(1210, 356);
    const first = await tryAdapter(CARD, 'tensorflow', measure, root);
    expect(await tryAdapter(CARD, 'tensorflow', measure, root)).toEqual(first);
    expect(asked).toEqual(['webgpu 64 32', 'tensorflow 64 32']);
    await tryAdapter({ ...CARD, driver: 'Mesa 25.2' }, 'tensorflow', measure, root);
    expect(asked).toHaveLength(4);
    await tryAdapter(CARD, 'wasm', measure, root);
    expect(asked).toHaveLength(6);
  });

  it('is not kept where a backend failed, nor read where it was damaged', async () => {
    const failing = measureAs('It broke.', 356);
    for (let i = 0; i < 2; i++) await tryAdapter(CARD, 'tensorflow', failing.measure, root);
    expect(failing.asked).toHaveLength(4);
    const { measure, asked } = measureAs(1210, 356);
    await tryAdapter(CARD, 'tensorflow', measure, root);
    const [file] = await fs.readdir(path.join(root, 'trials'));
    await fs.writeFile(path.join(root, 'trials', file), '{"webgpu":-1}');
    expect((await tryAdapter(CARD, 'tensorflow', measure, root)).webgpu).toBe(1210);
    expect(asked).toHaveLength(4);
  });

  it('does without a cache that may not be written', async () => {
    const { measure } = measureAs(1210, 356);
    const file = path.join(root, 'file');
    await fs.writeFile(file, '');
    expect((await tryAdapter(CARD, 'tensorflow', measure, file)).webgpu).toBe(1210);
  });
});

describe('graphics cards', () => {
  const info = { vendor: '', architecture: '', device: '', description: '' };
  it.each([
    [{ ...info, vendor: 'google', device: 'swiftshader-device-subzero-', description: 'SwiftShader driver 5.0.0' }, 'swiftshader device subzero', true],
    [{ ...info, vendor: 'mesa', device: 'llvmpipe-llvm-15', description: 'llvmpipe' }, 'llvmpipe llvm 15', true],
    [{ ...info, vendor: 'nvidia', architecture: 'hopper', device: '0x2330', description: '550.1' }, 'nvidia hopper', false],
    [{ ...info, vendor: 'apple', architecture: 'metal-3', isFallbackAdapter: true }, 'apple metal 3', true],
    [info, 'an unnamed adapter', false],
  ])('are called by their names, and imitations by theirs', (said, name, software) => {
    expect(describeAdapter(said)).toMatchObject({ name, software });
  }); // prettier-ignore

  it('are looked for on Linux where there is a device of one', async () => {
    expect(mayHaveGraphicsCard('linux', root)).toBe(false);
    await fs.mkdir(path.join(root, 'dri'));
    await fs.writeFile(path.join(root, 'dri', 'card0'), '');
    expect(mayHaveGraphicsCard('linux', root)).toBe(false);
    await fs.writeFile(path.join(root, 'dri', 'renderD128'), '');
    expect(mayHaveGraphicsCard('linux', root)).toBe(true);
    expect(mayHaveGraphicsCard('darwin', root)).toBe(true);
  });
});
