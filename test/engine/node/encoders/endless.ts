import { writeAnimation } from '../../../../src/engine/node/encoders/animation.ts';
import type { Frame } from '../../../../src/engine/export/frame.ts';

/** A process that writes an animation without an end, and speaks when a part of it is on the disk. */
function* endless(): Generator<Frame> {
  for (let f = 0; ; f++) {
    const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7 + f * 13) % 256);
    yield { width: 64, height: 64, channels: 3, data };
  }
}

void writeAnimation({
  frames: endless(),
  framesPerSecond: 25,
  loop: true,
  out: process.argv[2],
  provenance: { morphloom: 1, kind: 'morph', model: { run: 'endless', hash: '0' }, seed: 0 },
  onProgress: ({ done }) => {
    if (done > 40) process.stdout.write('writing\n');
  },
});
