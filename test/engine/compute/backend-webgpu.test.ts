import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createStudioClient } from '../../../src/contract/studio/client.ts';
import { wireOverSocket } from '../../../src/contract/studio/socket.ts';
import { createAdam } from '../../../src/engine/compute/adam.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { measureSpeed } from '../../../src/engine/compute/trial-helper.ts';
import { Trainer, trainableVariables } from '../../../src/engine/train/trainer.ts';
import { startServe } from '../../e2e/browser/serve.ts';
import { thinRecipe, thinTask } from '../recipes/thin.ts';
import { ended, heard, TINY } from '../studio/house.ts';
import { SOFTWARE_VULKAN, whyNoWebgpu } from './software-adapter.ts';

const command = path.resolve(import.meta.dirname, '../../../bin/morphloom.cjs');

let folder: string;
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-webgpu-'));
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

function morphloom(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    env: { ...process.env, ...SOFTWARE_VULKAN, ...env },
    encoding: 'utf8',
  });
  return { status, signal, stdout, stderr };
}

const why = await whyNoWebgpu();

describe.skipIf(why !== null)(`webgpu${why === null ? '' : `: ${why}`}`, () => {
  it('takes no more memory with each step, and reads without a turn of the event loop', async () => {
    const info = await openBackend({ prefer: 'webgpu' });
    expect(info).toMatchObject({ name: 'webgpu', why: 'it was asked for' });
    expect(info.adapter?.name).not.toBe('');
    expect(info.notes.length).toBe(info.adapter?.software === true ? 1 : 0);
    let turned = false;
    setImmediate(() => (turned = true));
    const task = thinTask('sketch');
    const { optimiser } = thinRecipe('sketch');
    const trainer = new Trainer(task, createAdam(trainableVariables(task), optimiser), optimiser.average);
    const held = (): unknown[] => {
      const { numTensors, numDataBuffers, ...rest } = tf.memory();
      return [
        numTensors,
        numDataBuffers,
        (rest as { numBytesAllocatedInGPU?: number }).numBytesAllocatedInGPU,
      ];
    };
    const losses: number[] = [];
    const memory: unknown[][] = [];
    for (let step = 0; step < 8; step++) {
      losses.push(trainer.advance(step / 8).loss);
      memory.push(held());
    }
    expect(turned).toBe(false);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses.at(-1)).toBeLessThan(losses[1]);
    // All buffers are used again; at the eighth step the average is followed, for the first time.
    expect(memory[6]).toEqual(memory[2]);
    trainer.dispose();
    await new Promise((resolve) => setImmediate(resolve));
    expect(turned).toBe(true);
  });

  it('trains by the command as TensorFlow does, and what it trained is played on either', () => {
    const pictures = path.join(folder, 'faces');
    expect(morphloom(['samples', 'faces', '--out', pictures, '--count', '12', '--size', '16']).status).toBe(
      0,
    );
    const train = (backend: string): { step: number; loss: number } => {
      const { status, signal, stdout } = morphloom([
        ...['train', pictures, '--out', path.join(folder, backend), '--recipe', 'sketch', '--size', '16'],
        ...['--steps', '3', '--set', 'optimiser.batch=4', '--backend', backend, '--json'],
        ...['--set', 'encoder.widths=[8,16]', '--set', 'decoder.widths=[8,16]'],
      ]);
      expect([status, signal]).toEqual([0, null]);
      return JSON.parse(stdout.trim().split('\n').at(-1)!) as { step: number; loss: number };
    };
    const [theirs, ours] = [train('tensorflow'), train('webgpu')];
    expect(ours.step).toBe(3);
    expect(Math.abs(ours.loss / theirs.loss - 1)).toBeLessThan(1e-4);

    const project = path.join(folder, 'webgpu');
    const figures = ['webgpu', 'tensorflow'].map((backend) => {
      const { stdout } = morphloom(['eval', project, '--backend', backend, '--json']);
      return (JSON.parse(stdout) as { train: { psnr: number; elbo: number } }).train;
    });
    expect(Math.abs(figures[0].psnr - figures[1].psnr)).toBeLessThan(1e-3);
    expect(Math.abs(figures[0].elbo / figures[1].elbo - 1)).toBeLessThan(1e-4);
  });

  it('trains in the studio that serve shows', async () => {
    const serve = await startServe({ args: ['--backend', 'webgpu'], env: SOFTWARE_VULKAN });
    try {
      const [cookie] = (await fetch(serve.link)).headers.getSetCookie()[0].split(';');
      const socket = new WebSocket(`${serve.origin.replace('http', 'ws')}/wire`, {
        headers: { Cookie: cookie, Origin: serve.origin },
      });
      const client = createStudioClient(await wireOverSocket(socket));
      const project = path.join(folder, 'webgpu');
      await client.call('projects.open', { project });
      const job = await client.call('training.start', {
        project,
        recipe: 'sketch',
        settings: TINY,
        budget: { kind: 'steps', steps: 2 },
      });
      expect(await ended(client, job)).toMatchObject({ state: 'done', error: null });
      const { backend } = await heard(client, 'engine', (state) => state.backend !== null);
      expect(backend).toMatchObject({ name: 'webgpu', why: 'it was asked for' });
      client.close();
      expect(await serve.stop()).toBe(0);
    } finally {
      await serve.stop('SIGKILL');
    }
  });

  it('is timed in a process of its own', async () => {
    const speed = await measureSpeed('webgpu', { size: 16, batch: 2, seconds: 0.1 });
    expect(speed).toBeGreaterThan(0);
  });

  it('is timed by doctor where it was asked for', () => {
    const { status, stdout } = morphloom(['doctor', '--json'], { MORPHLOOM_BACKEND: 'webgpu' });
    expect(status).toBe(0);
    const { backend, graphics } = JSON.parse(stdout) as {
      backend: { name: string; adapter: { name: string } };
      graphics: { card: { name: string }; trial: { webgpu: number; cpu: number } };
    };
    expect(backend.name).toBe('webgpu');
    expect(graphics.card).toEqual(backend.adapter);
    expect(graphics.trial.webgpu).toBeGreaterThan(0);
    expect(graphics.trial.cpu).toBeGreaterThan(0);
  });
});

describe.skipIf(process.platform !== 'linux')('without a graphics card', () => {
  const env = { VK_ICD_FILENAMES: '/nonexistent.json', VK_DRIVER_FILES: '/nonexistent.json' };

  it('says so in a sentence, with what to do', () => {
    const { status, stdout, stderr } = morphloom(['doctor', '--backend', 'webgpu', '--json'], env);
    expect(status).toBe(1);
    expect((JSON.parse(stdout) as { problem: string }).problem).toMatch(
      /^WebGPU finds no graphics card that it can use here: install the graphics driver .*libvulkan1/,
    );
    expect(stderr).toContain('morphloom: WebGPU finds no graphics card');
  });
});
