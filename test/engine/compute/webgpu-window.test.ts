import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAdam } from '../../../src/engine/compute/adam.ts';
import { openWebgpu } from '../../../src/engine/compute/backend-webgpu.ts';
import { openBackend } from '../../../src/engine/compute/select.ts';
import { meetWindow, onGraphicsLost } from '../../../src/engine/compute/webgpu-window.ts';
import { newAddress } from '../../../src/engine/compute/window-line.ts';
import { Trainer, trainableVariables } from '../../../src/engine/train/trainer.ts';
import { CHROMIUM_FLAGS, findChromium, whyNoBrowser } from '../../e2e/browser/chromium.ts';
import { thinRecipe, thinTask } from '../recipes/thin.ts';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');
const FLAGS = [...CHROMIUM_FLAGS, '--headless', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** What the hidden window does, in a page of a browser: only the way to the process that computes is another. */
const PAGE = `
import { lend } from './src/graphics/lend.ts';
import { FrameReader, headOf } from './src/contract/graphics/frames.ts';
import { LIMITS } from './src/engine/compute/webgpu.ts';
const wire = new WebSocket(location.href.replace('http', 'ws'));
wire.binaryType = 'arraybuffer';
wire.onopen = () => lend({
  hear: (tell, ended) => {
    const frames = new FrameReader(tell);
    wire.onmessage = ({ data }) => frames.push(new Uint8Array(data));
    wire.onclose = ended;
  },
  send: (...parts) => {
    wire.send(headOf(parts.reduce((sum, part) => sum + part.length, 0)));
    for (const part of parts) wire.send(part);
  },
  end: () => wire.close(),
}, LIMITS);
`;

const RECIPES = ['sketch', 'morph'] as const;
const STEPS = 3;

function losses(recipe: string): number[] {
  const task = thinTask(recipe);
  const { optimiser } = thinRecipe(recipe);
  const trainer = new Trainer(task, createAdam(trainableVariables(task), optimiser), optimiser.average);
  try {
    return Array.from({ length: STEPS }, (_, step) => trainer.advance(step / STEPS).loss);
  } finally {
    trainer.dispose();
  }
}

const why = whyNoBrowser();

describe.skipIf(why !== null)(`WebGPU of a browser's${why === null ? '' : `: ${why}`}`, () => {
  let profile: string;
  let bridge: ChildProcess;
  let browser: number;
  const lost: string[] = [];
  const expected = new Map<string, number[]>();

  beforeAll(async () => {
    expect(spawnSync(process.execPath, [path.join(ROOT, 'scripts/build.mjs')]).status).toBe(0);
    await openBackend({ prefer: 'tensorflow' });
    for (const recipe of RECIPES) expected.set(recipe, losses(recipe));

    const { outputFiles } = await build({
      stdin: { contents: PAGE, resolveDir: ROOT, loader: 'ts' },
      ...{ bundle: true, write: false, format: 'iife', define: { 'process.versions': '{"chrome":"here"}' } },
    });
    profile = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-window-'));
    const address = newAddress();
    const setting = {
      chromium: findChromium(),
      flags: FLAGS,
      page: outputFiles[0]?.text,
      profile,
      ...address,
    };
    bridge = fork(path.join(import.meta.dirname, 'window-bridge.mjs'), [JSON.stringify(setting)]);
    const started = new Promise<{ browser: number }>((resolve) => bridge.once('message', resolve));
    onGraphicsLost((how) => lost.push(how));
    const opened = await openWebgpu(() => meetWindow(address));
    expect(opened).toMatchObject({ facts: { software: true, by: 'Chromium here' } });
    await expect(fs.stat(path.dirname(address.socket))).rejects.toThrow('ENOENT');
    ({ browser } = await started);
  });
  afterAll(async () => {
    bridge.kill('SIGTERM');
    await fs.rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  it.each(RECIPES)("trains %s with TensorFlow's figures", (recipe) => {
    expect(tf.getBackend()).toBe('webgpu');
    const theirs = expected.get(recipe) ?? [];
    losses(recipe).forEach((loss, step) => expect(Math.abs(loss / theirs[step] - 1)).toBeLessThan(1e-4));
  });

  it('says what was refused', () => {
    const { device } = tf.backend() as unknown as { device: Record<string, (of: object) => object> };
    device.createComputePipeline({ compute: { module: { code: 'nonsense' }, entryPoint: '_start' } });
    const sums = (): ArrayLike<number> => tf.tidy(() => tf.add(tf.range(0, 4096), 1).dataSync());
    expect(sums).toThrow(/^The graphics card refused to compute: /);
  });

  it('says that the card is gone, and tells who wants to know', async () => {
    const read = (): ArrayLike<number> => tf.tidy(() => tf.add(tf.range(0, 4096), 1).dataSync());
    process.kill(browser, 'SIGKILL');
    // Its page dies a moment after it.
    await vi.waitFor(() => expect(read).toThrow(/^The graphics card gave no answer/), 10_000);
    expect(lost).toEqual(['the window that lends it has ended']);
    expect(read).toThrow(/^The graphics card gave no answer/);
    expect(lost.length).toBe(1);
  });
});
