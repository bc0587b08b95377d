import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../../src/engine/export/frame.ts';
import { framesOf } from '../../../../src/engine/export/model-frames.ts';
import { writeAnimation } from '../../../../src/engine/node/encoders/animation.ts';
import { clip, makeFolder, recipe } from './clips.ts';

const options = { framesPerSecond: 30, loop: true, provenance: recipe };

function filled(frames: number, valueOf: (frame: number, i: number) => number, channels: 3 | 4 = 3): Frame[] {
  return Array.from({ length: frames }, (_, f) => ({
    width: 12,
    height: 12,
    channels,
    data: Uint8Array.from({ length: 144 * channels }, (_value, i) => valueOf(f, i)),
  }));
}

describe('what is looked at on the way out', () => {
  it('warns of flashes, and not of a slow loop', async () => {
    const out = path.join(await makeFolder(), 'a.gif');
    const flashing = filled(30, (f, i) => (f % 4 < 2 ? i % 5 : 255 - (i % 5)));
    const { notes } = await writeAnimation({ ...options, frames: flashing, out });
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/^It flashes more than three times a second from \d\.\d s on/);
    expect((await writeAnimation({ ...options, frames: clip(30, 24, 24), out })).notes).toEqual([]);
  });

  it('delivers nothing that is flat but for noise nobody sees, or transparent', async () => {
    const folder = await makeFolder();
    const out = path.join(folder, 'a.webp');
    const noise = filled(5, (f, i) => 100 + ((f + i) % 3));
    await expect(writeAnimation({ ...options, frames: noise, out })).rejects.toMatchObject({
      code: 'input',
      message: expect.stringContaining('same flat colour') as string,
    });
    const unseen = filled(5, (f, i) => (i % 4 === 3 ? 0 : (i * 7 + f) % 256), 4);
    await expect(writeAnimation({ ...options, frames: unseen, out })).rejects.toMatchObject({
      code: 'input',
      message: expect.stringContaining('every frame is transparent') as string,
    });
    expect(await fs.readdir(folder)).toEqual([]);
  });

  it('says that nothing moves', async () => {
    const out = path.join(await makeFolder(), 'a.gif');
    const [frame] = clip(1, 24, 24);
    const { notes } = await writeAnimation({ ...options, frames: [frame, frame, frame], out });
    expect(notes.join()).toContain('Nothing moves in it');
  });

  it('delivers nothing that is no number, and says why it may be so', () => {
    const picture = new Float32Array(4 * 4 * 3).fill(0.5);
    picture[17] = NaN;
    expect(() => framesOf(picture, { width: 4, height: 4, channels: 3 })).toThrow(/no numbers.*training/);
  });
});
