import { describe, expect, it } from 'vitest';
import type { Timeline } from '../../../src/contract/timeline.ts';
import { type Fit, FittedStudio } from '../../../src/engine/morph/fitted.ts';
import type { TimelinePlan } from '../../../src/engine/morph/plan.ts';
import { discCodec, drawDisc, toBytes } from './disc.ts';
import { collect, materialOf, timelineOf, worst } from './gallery.ts';

const pictures = Object.fromEntries(
  ['a', 'b', 'c'].map((name, i) => [
    name,
    toBytes(drawDisc({ x: 20 + 4 * i, y: 24, radius: 10, colour: [0.8, 0.3, i / 3] }, 0.15)),
  ]),
);
const material = materialOf({ pictures });
const fitting = (names: string[], more: Partial<Timeline> = {}): Timeline => ({
  ...timelineOf(names),
  fit: true,
  ...more,
});

/** A fit that is seen: everything a little darker. */
function darkening() {
  const fits: (readonly Fit[])[] = [];
  const studio = new FittedStudio(discCodec, material, (given) => {
    fits.push(given);
    return Promise.resolve((latents, count) => discCodec.decode(latents, count).map((value) => 0.9 * value));
  });
  return { studio, fits };
}
const drawn = async (plan: TimelinePlan): Promise<Uint8Array[]> =>
  (await collect(plan)).map(({ data }) => data);

describe('a studio that fits models to pictures', () => {
  it('does so for timelines that ask for it, once for the same pictures', async () => {
    const { studio, fits } = darkening();
    await studio.plan(timelineOf(['a', 'b']));
    expect(fits).toEqual([]);
    await studio.plan(fitting(['a', 'b']));
    await studio.plan(fitting(['b', 'a', 'b'], { seconds: 5, loop: 'cycle' }));
    expect(fits).toHaveLength(1);
    expect(fits[0].map(({ pixels }) => pixels)).toEqual([pictures['a'], pictures['b']]);
    fits[0].forEach(({ latent, pixels }) => expect(latent).toEqual(discCodec.encode(pixels, 1).mean));
    await studio.plan(fitting(['a', 'c']));
    expect(fits).toHaveLength(2);
  });

  it('shows at once what it has, and the fit from then on', async () => {
    const { studio } = darkening();
    const bare = { detail: 0 };
    const first = await drawn(await studio.quick(fitting(['a', 'b'], bare)));
    const fitted = await drawn(await studio.plan(fitting(['a', 'b'], bare)));
    const then = await drawn(await studio.quick(fitting(['a', 'b'], bare)));
    const plain = await drawn(await studio.quick(timelineOf(['a', 'b'], bare)));
    expect(first[0]).toEqual(plain[0]);
    expect(fitted[0]).not.toEqual(plain[0]);
    expect(then[0]).toEqual(fitted[0]);
  });

  it("ends on the artist's pictures all the same", async () => {
    const { studio } = darkening();
    const frames = await drawn(await studio.plan(fitting(['a', 'b'])));
    expect(worst(frames[0], pictures['a'])).toBeLessThanOrEqual(1);
    expect(worst(frames[frames.length - 1], pictures['b'])).toBeLessThanOrEqual(1);
  });
});
