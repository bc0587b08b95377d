import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeSamples } from '../../src/engine/node/samples.ts';
import { jsonLines, temporaryFolder } from './command.ts';
import { done, json, refused, TIMEOUT } from './outcome.ts';

const folder = temporaryFolder();
const at = (...names: string[]): string => path.join(folder, ...names);
const pictures = at('pictures');

beforeAll(() => writeSamples({ kind: 'shapes', count: 80, sizePx: 32, seed: 3, into: pictures }));

describe('morphloom samples', () => {
  it('draws so many, the same for the same seed, and moves into no other folder', TIMEOUT, async () => {
    const report = await json(
      'samples',
      'faces',
      '--out',
      at('faces'),
      '--count',
      '3',
      '--size',
      '24',
      '--seed',
      '5',
    );
    expect(report).toMatchObject({ kind: 'faces', count: 3, sizePx: 24, seed: 5, folder: at('faces') });
    await done('samples', 'faces', '--out', at('again'), '--count', '3', '--size', '24', '--seed', '5');
    for (const name of fs.readdirSync(at('faces'))) {
      expect(fs.readFileSync(at('again', name)).equals(fs.readFileSync(at('faces', name))), name).toBe(true);
    }
    await refused(2, /cats/, 'samples', 'cats', '--out', at('cats'));
    await refused(2, /whole number/, 'samples', 'faces', '--out', at('cats'), '--count', '0');
  });
});

describe('morphloom doctor', () => {
  it('says as one JSON document which backend works', TIMEOUT, async () => {
    const report = await json('doctor');
    expect(report).toMatchObject({ ok: true, problem: null, backend: { name: 'tensorflow' }, missing: [] });
    expect(report).toHaveProperty('memory.totalBytes');
    expect(await json('doctor', '--backend', 'wasm')).toMatchObject({ backend: { name: 'wasm' } });
    await refused(2, /no backend "cuda"/, 'doctor', '--backend', 'cuda');
  });
});

describe('every verb', () => {
  const VERBS = [
    ...['demo', 'doctor', 'samples', 'import', 'train', 'eval', 'morph', 'reconstruct', 'sample', 'attribute'].map((verb) => [verb]), // prettier-ignore
    ['attribute', 'learn'],
    ['attribute', 'list'],
    ['attribute', 'apply'],
  ];

  it('is listed, explains itself, and takes --json', TIMEOUT, async () => {
    const { stdout } = await done('--help');
    for (const verb of VERBS) {
      if (verb.length === 1) expect(stdout).toMatch(new RegExp(`^ {2}${verb[0]} `, 'm'));
      const help = (await done(...verb, '--help')).stdout;
      expect(help).toMatch(new RegExp(`^Usage: morphloom ${verb.join(' ')} `));
      // What only groups others has no work to speak of.
      if (!/\n {2}help \[command\]/.test(help)) expect(help, verb.join(' ')).toMatch(/--json/);
    }
  });

  it('prints nothing but JSON on stdout, where it speaks of its work too', TIMEOUT, async () => {
    const imported = await done('import', pictures, '--project', at('imported'), '--size', '16', '--json');
    expect(jsonLines(imported.stdout)).toHaveLength(1);
    const trained = await done(
      'train',
      at('imported'),
      '--steps',
      '2',
      '--set',
      'latent.size=4',
      '--set',
      'optimiser.batch=8',
      '--json',
    );
    expect(jsonLines(trained.stdout).at(-1)).toMatchObject({ done: true, step: 2 });
  });

  it('that imports takes grey, colour and alpha by either name, but not by two', TIMEOUT, async () => {
    for (const [flags, channels] of [
      [['--grey'], 1],
      [['--alpha'], 4],
      [['--channels', '3'], 3],
    ] as const) {
      const report = await json('import', pictures, '--project', at('channels'), '--size', '16', ...flags);
      expect(report, flags.join(' ')).toMatchObject({ format: { width: 16, height: 16, channels } });
    }
    const again = ['import', pictures, '--project', at('channels')];
    await refused(2, /cannot be used with/, ...again, '--grey', '--channels', '3');
    await refused(2, /cannot be used with/, ...again, '--grey', '--alpha');
  });

  it('refuses a folder that is no project, in one sentence', TIMEOUT, async () => {
    const none = [
      ['eval', pictures],
      ['reconstruct', pictures, pictures, '--out', at('n.png')],
      ['sample', pictures, '--out', at('n.png')],
      ['attribute', 'learn', pictures, 'x', '--column', 'size'],
      ['attribute', 'list', pictures],
      ['attribute', 'apply', pictures, pictures, 'x=1', '--out', at('n.png')],
    ];
    for (const args of none)
      await refused(1, /^morphloom: "[^\n]*" is not a Morphloom project [^\n]*\.\n$/, ...args);
  });

  it(
    'that there is not is bad usage, and so are arguments that are missing or too many',
    TIMEOUT,
    async () => {
      await refused(2, /unknown command 'melt'/, 'melt');
      await refused(2, /missing required argument/, 'eval');
      await refused(2, /too many arguments/, 'eval', pictures, pictures);
      await refused(2, /required option '--out/, 'sample', pictures);
      await refused(2, /unknown option '--colour'/, 'sample', pictures, '--out', at('n.png'), '--colour');
    },
  );

  it('says that a project has no model yet', TIMEOUT, async () => {
    await done('import', pictures, '--project', at('untrained'), '--size', '16');
    await refused(1, /no trained model yet; run: morphloom train/, 'eval', at('untrained'));
  });
});
