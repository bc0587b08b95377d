import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './command.ts';
import { json, refused, TIMEOUT } from './outcome.ts';
import { COUNT, SIDE, trainOnShapes } from './shapes.ts';

const folder = temporaryFolder();
const at = (...names: string[]): string => path.join(folder, ...names);
const project = at('shapes.morphloom');
const file = at('shapes.mlz');

beforeAll(() => trainOnShapes(folder));

describe('morphloom compress', () => {
  it('writes pictures that decompress brings back, bit by bit', TIMEOUT, async () => {
    const said = await json('compress', project, at('pictures'), '--out', file, '--compare');
    expect(said).toMatchObject({ out: file, pictures: COUNT, dimensions: COUNT * SIDE * SIDE * 3, pixels: 'levels' }); // prettier-ignore
    expect(said['bytes']).toBe(fs.statSync(file).size);
    const [bits, elbo] = [said['bitsPerDimension'], said['negativeElboPerDimension']] as number[];
    expect(bits / elbo).toBeLessThan(1.02);
    const others = said['others'] as { name: string; each: number; together: number }[];
    expect(others.map(({ name }) => name)).toEqual(['PNG', 'WebP lossless', 'gzip']);
    for (const { each, together } of others) expect(together).toBeLessThan(each);

    const back = await json('decompress', project, file, '--out', at('back'));
    expect(back).toMatchObject({ pictures: COUNT });
    const hash = createHash('sha256');
    for (const name of fs.readdirSync(at('back')).sort())
      hash.update(await sharp(at('back', name)).raw().toBuffer());
    expect(hash.digest('hex')).toBe(back['sha256']);
  });

  it('notices what is damaged, what is no such file, and a model that is another', TIMEOUT, async () => {
    const whole = fs.readFileSync(file);
    const damaged = Buffer.from(whole);
    damaged[damaged.length - 1] ^= 1;
    fs.writeFileSync(at('damaged.mlz'), damaged);
    await refused(1, /Other pictures came out/, 'decompress', project, at('damaged.mlz'), '--out', at('x'));
    await refused(1, /no file of compressed pictures/, 'decompress', project, at('pictures', 'attributes.csv'), '--out', at('x')); // prettier-ignore
    const hash = /"hash":"([0-9a-f]{64})"/.exec(whole.toString('latin1'))?.[1] ?? expect.fail('no hash');
    const other = whole.toString('latin1').replace(hash, hash.replace(/./g, 'a'));
    fs.writeFileSync(at('other.mlz'), Buffer.from(other, 'latin1'));
    await refused(2, /compressed by another model/, 'decompress', project, at('other.mlz'), '--out', at('x'));
  });
});
