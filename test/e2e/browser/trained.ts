import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect } from 'vitest';
import { start } from '../../cli/command.ts';

export interface Trained {
  /** A project of drawn faces, with a table of numbers and a model that saw them for a moment. */
  readonly project: string;
  remove(): Promise<void>;
}

const COUNT = 60;
const SIDE = 32;
const STEPS = 80;

/** Makes a small trained project with the command, as users do. */
export async function trainedProject(recipe: 'sketch' | 'multimodal' = 'sketch'): Promise<Trained> {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-trained-'));
  const faces = path.join(root, 'faces');
  const project = path.join(root, 'faces.morphloom');
  const size = String(SIDE);
  await succeed([
    'samples',
    'faces',
    '--out',
    faces,
    '--count',
    String(COUNT),
    '--size',
    size,
    '--seed',
    '3',
  ]);
  const table = path.join(faces, 'attributes.csv');
  const training = [
    '--recipe',
    recipe,
    '--size',
    size,
    '--steps',
    String(STEPS),
    '--set',
    'latent.size=16',
    // The preset's widths would take a minute.
    ...(recipe === 'multimodal' ? ['--set', 'encoder.widths=[8,16]', '--set', 'decoder.widths=[16,8]'] : []),
  ];
  await succeed(['train', faces, '--out', project, '--labels', table, ...training]);
  return { project, remove: () => fs.rm(root, { recursive: true, force: true }) };
}

async function succeed(args: readonly string[]): Promise<void> {
  const { code, stderr } = await start(args).finished;
  expect(code, `morphloom ${args.join(' ')}\n${stderr}`).toBe(0);
}
