import * as path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { portablePath, portablePlaces } from '../../../src/engine/export/portable.ts';

const folder = path.resolve('/people/Ana7/work/Cats.morphloom');

describe('a file as an export names it', () => {
  it.each([
    ['/people/Ana7/work/cats/tom.jpg', '../cats/tom.jpg'],
    ['/people/Ana7/cats/tom.jpg', '../../cats/tom.jpg'],
    ['/people/Ana7/work/Cats.morphloom/inside.png', 'inside.png'],
    ['/people/other/cats/tom.jpg', 'tom.jpg'],
    ['/media/disk/tom.jpg', 'tom.jpg'],
    ['/people/Ana7/work/set.npz#12', '../set.npz#12'],
  ])('%s is %s', (source, named) => {
    expect(portablePath(path.resolve(source), folder)).toBe(named);
  });

  it('is found from the project where it was near, beside the export else', () => {
    const from = '/tmp/received/loop.gif';
    expect(portablePlaces('../cats/tom.jpg', folder, from)).toEqual(
      ['/people/Ana7/work/cats/tom.jpg', '/tmp/received/tom.jpg'].map((file) => path.resolve(file)),
    );
    expect(portablePlaces('/old/absolute.jpg', folder, from)[0]).toBe(path.resolve('/old/absolute.jpg'));
    const name = fc.stringMatching(/^[a-z]{1,5}$/);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), (parts) => {
        const source = path.resolve('/people/Ana7/work', ...parts);
        const named = portablePath(source, folder);
        expect(portablePlaces(named, folder, from)[0]).toBe(source);
        expect(named).not.toContain('Ana7');
      }),
    );
  });
});
