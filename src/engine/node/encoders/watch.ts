import { MorphloomError } from '../../../contract/errors.ts';
import { createFlashWatch } from '../../../core/flash.ts';
import { createLook } from '../../export/blank.ts';
import { checkFrame, type Frame } from '../../export/frame.ts';

/** What was seen of frames when the last has passed. */
export interface Watched {
  /** Sentences. */
  readonly warnings: readonly string[];
  readonly channels: number;
}

/**
 * Looks at frames on their way into a file. At their end it throws `input` where there were none, or nothing to
 * be seen in them; a frame of another size or length throws a RangeError, as a defect.
 */
export function watch(
  frames: Iterable<Frame> | AsyncIterable<Frame>,
  settings: { framesPerSecond: number; loops: boolean; out: string; allowFlat: boolean | undefined },
): { frames: AsyncIterable<Frame>; result: () => Watched } {
  const { framesPerSecond, loops, out, allowFlat } = settings;
  const look = createLook();
  const flash = createFlashWatch(framesPerSecond, loops);
  let first: Omit<Frame, 'data'> | null = null;
  let count = 0;

  async function* pass(): AsyncGenerator<Frame, void, undefined> {
    for await (const frame of frames) {
      checkFrame(frame);
      first ??= { width: frame.width, height: frame.height, channels: frame.channels };
      checkAlike(frame, first, count++);
      look.add(frame);
      flash.add(frame);
      yield frame;
    }
    if (count === 0)
      throw new MorphloomError('input', `"${out}" was not written: there are no frames to show.`);
    const { flat, transparent } = look.result();
    if (allowFlat === true || (flat === null && !transparent)) return;
    const what = transparent
      ? 'every frame is transparent'
      : `every frame is the same flat colour (${flat?.join()})`;
    throw new MorphloomError(
      'input',
      `"${out}" was not written: ${what}; the model has probably not learnt enough yet (look at its reconstructions), or the pictures that it was made from show nothing.`,
    );
  }
  return {
    frames: pass(),
    result: () => {
      const { still, flat } = look.result();
      const warnings: string[] = [];
      if (still && flat === null && count > 1) {
        warnings.push(
          'Nothing moves in it: all frames are equal; check that its keyframes are different pictures.',
        );
      }
      const verdict = flash.verdict();
      if (verdict.atSeconds !== null) {
        const what = verdict.kind === 'red' ? 'It flashes red' : 'It flashes';
        warnings.push(
          `${what} more than three times a second from ${verdict.atSeconds.toFixed(1)} s on, which can set off seizures (WCAG 2.3.1); make it slower, or warn whoever sees it.`,
        );
      }
      return { warnings, channels: first?.channels ?? 3 };
    },
  };
}

function checkAlike(frame: Frame, first: Omit<Frame, 'data'>, index: number): void {
  if (frame.width !== first.width || frame.height !== first.height || frame.channels !== first.channels) {
    throw new RangeError(
      `Frame ${index} is ${frame.width} × ${frame.height} × ${frame.channels}, the first is ${first.width} × ${first.height} × ${first.channels}.`,
    );
  }
}
