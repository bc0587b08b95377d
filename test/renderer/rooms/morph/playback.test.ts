import { afterEach, describe, expect, it } from 'vitest';
import type { Timeline } from '../../../../src/contract/timeline.ts';
import { emptyTimeline } from '../../../../src/renderer/rooms/morph/edits.ts';
import { PlaybackClock, Steadiness } from '../../../../src/renderer/rooms/morph/playback/clock.ts';
import { Player, type FrameSource } from '../../../../src/renderer/rooms/morph/playback/player.ts';
import {
  Reel,
  type FrameChunk,
  type PreviewFormat,
} from '../../../../src/renderer/rooms/morph/playback/reel.ts';

const SIDE = 2;
const format = (frames: number, framesPerSecond = 30): PreviewFormat => ({
  preview: `p${frames}`,
  frames,
  width: SIDE,
  height: SIDE,
  framesPerSecond,
  keyframesAt: [0],
});
const chunk = (quality: 1 | 2, from: number, count: number): FrameChunk => ({
  quality,
  from,
  count,
  bytes: new Uint8Array(count * SIDE * SIDE * 4).fill(quality),
});
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (reached: () => boolean): Promise<void> => {
  for (let i = 0; i < 400 && !reached(); i++) await wait(5);
  expect(reached()).toBe(true);
};

describe('the clock', () => {
  it('shows each frame of 30 a second for two refreshes of 60, and begins again', () => {
    const clock = new PlaybackClock();
    clock.playing = true;
    const steady = new Steadiness();
    const seen: number[] = [];
    for (let i = 0; i < 600; i++) {
      const frame = clock.tick((i * 1000) / 60, 45, 30, true);
      seen.push(frame);
      steady.count(frame, 45);
    }
    expect(steady.dropped).toBe(0);
    expect(steady.shown).toBeGreaterThanOrEqual(298);
    expect(Math.max(...seen)).toBe(44);
    expect(seen.lastIndexOf(0)).toBeGreaterThan(60);
  });

  it('does not count the time in which it stood, though nobody asked meanwhile', () => {
    const clock = new PlaybackClock();
    clock.playing = true;
    expect([0, 100, 200].map((now) => clock.tick(now, 60, 30, true))).toEqual([0, 3, 6]);
    clock.playing = false;
    clock.playing = true;
    expect([5200, 5300].map((now) => clock.tick(now, 60, 30, true))).toEqual([6, 9]);
  });

  it('counts what a stall swallowed, and not what a jump did', () => {
    const steady = new Steadiness();
    for (const frame of [0, 1, 2, 6]) steady.count(frame, 60);
    expect(steady.dropped).toBe(3);
    steady.interrupt();
    steady.count(40, 60);
    expect(steady.dropped).toBe(3);
    expect(steady.droppedPart).toBeCloseTo(3 / 8);
  });

  it('stops on the last frame of what plays once', () => {
    const clock = new PlaybackClock();
    clock.playing = true;
    clock.tick(0, 10, 30, false);
    expect(clock.tick(5000, 10, 30, false)).toBe(9);
    expect(clock.playing).toBe(false);
  });
});

describe('a reel', () => {
  it('can be played once there is something of every frame', () => {
    const reel = new Reel(format(4), 1e6);
    reel.put(chunk(1, 0, 3), 0);
    expect(reel.playable).toBe(false);
    reel.put(chunk(1, 3, 1), 0);
    expect(reel.playable).toBe(true);
  });

  it('asks for a look at what is shown next first, then for the final frames', () => {
    const reel = new Reel(format(10), 1e6);
    expect(reel.wish(6, 4)).toEqual({ from: 6, most: 4, known: 0 });
    reel.put(chunk(1, 6, 4), 6);
    expect(reel.wish(6, 20)).toEqual({ from: 0, most: 6, known: 0 });
    reel.put(chunk(1, 0, 6), 6);
    expect(reel.wish(6, 3)).toEqual({ from: 6, most: 3, known: 1 });
    reel.put(chunk(2, 6, 4), 6);
    reel.put(chunk(1, 6, 4), 6);
    expect(reel.quality(7)).toBe(2);
    expect(reel.finished).toBeCloseTo(0.4);
    reel.put(chunk(2, 0, 6), 6);
    expect(reel.wish(6, 3)).toBeNull();
    expect(reel.finished).toBe(1);
  });

  it('shows the nearest frame before one that is missing', () => {
    const reel = new Reel(format(10), 1e6);
    expect(reel.picture(3)).toBeNull();
    reel.put(chunk(1, 8, 1), 0);
    expect(reel.picture(3)?.frame).toBe(8);
  });

  it('keeps what fits of a long one, and asks for what comes as it plays', () => {
    const budget = 100 * SIDE * SIDE * 4;
    const reel = new Reel(format(1000), budget);
    let most = 0;
    for (let shown = 0; shown < 1000; shown += 20) {
      for (let wish = reel.wish(shown, 40); wish !== null; wish = reel.wish(shown, 40))
        reel.put(chunk(2, wish.from, wish.most), shown);
      expect(reel.has(shown)).toBe(true);
      const held = Array.from({ length: 1000 }, (_, i) => reel.has(i)).filter(Boolean).length;
      most = Math.max(most, held);
    }
    expect(most).toBeLessThanOrEqual(108);
  });
});

/** An engine that takes its time, and remembers what it was asked. */
function engine(frames: number, delay = 4) {
  const begun: string[] = [];
  let running = 0;
  let mostRunning = 0;
  const source: FrameSource = {
    begin: async (timeline, signal) => {
      mostRunning = Math.max(mostRunning, ++running);
      begun.push(timeline.name);
      await wait(delay);
      running--;
      if (signal.aborted) throw new Error('given up');
      return { ...format(frames), preview: timeline.name };
    },
    frames: async (_, { from, most, known }, signal) => {
      mostRunning = Math.max(mostRunning, ++running);
      await wait(delay);
      running--;
      if (signal.aborted) throw new Error('given up');
      return chunk(known === 0 ? 1 : 2, from, most);
    },
  };
  return { source, begun, mostRunning: () => mostRunning };
}
const named = (name: string): Timeline => ({ ...emptyTimeline(name), framesPerSecond: 30 });

describe('the player', () => {
  let player: Player | null = null;
  afterEach(() => player?.close());

  it('shows a first look, then all of it in its final form', async () => {
    const { source } = engine(40);
    player = new Player(source, { pause: 1 });
    player.show(named('a'));
    await until(() => player?.reel?.has(0) === true);
    expect(player.reel?.quality(0)).toBe(1);
    await until(() => player?.reel?.finished === 1);
    expect(player.working).toBe(false);
    expect(player.tick(0)?.picture?.pixels[0]).toBe(2);
  });

  it('computes one at a time, shows some of the way while something is dragged, and the newest at the end', async () => {
    const { source, begun, mostRunning } = engine(200, 6);
    player = new Player(source, { pause: 1 });
    const seen = new Set<string>();
    for (let i = 0; i < 60; i++) {
      player.show(named(`t${i}`));
      await wait(5);
      if (player.shown) seen.add(player.shown.name);
    }
    await until(() => player?.shown?.name === 't59' && player.reel?.finished === 1);
    expect(mostRunning()).toBe(1);
    expect(begun.length).toBeLessThan(40);
    expect(seen.size).toBeGreaterThan(2);
  });

  it('keeps what was on screen, and its place, until there is something of the next', async () => {
    const { source } = engine(60, 20);
    player = new Player(source, { pause: 1 });
    player.show(named('a'));
    await until(() => player?.reel?.finished === 1);
    player.seek(30);
    player.show(named('b'));
    await wait(10);
    expect(player.shown?.name).toBe('a');
    await until(() => player?.shown?.name === 'b');
    expect(player.frame).toBe(30);
    expect(player.reel?.has(30)).toBe(true);
  });

  it('says what went wrong, and shows the next all the same', async () => {
    const { source } = engine(10);
    let broken = true;
    player = new Player(
      {
        ...source,
        begin: (timeline, signal) =>
          broken ? Promise.reject(new Error('the model is gone')) : source.begin(timeline, signal),
      },
      { pause: 1 },
    );
    player.show(named('a'));
    await until(() => player?.error instanceof Error);
    broken = false;
    player.show(named('b'));
    await until(() => player?.reel?.finished === 1);
    expect(player.error).toBeNull();
  });

  it('plays from the beginning again what it played once to the end', async () => {
    const { source } = engine(10);
    player = new Player(source, { pause: 1 });
    player.loops = false;
    player.show(named('a'));
    await until(() => player?.reel?.finished === 1);
    player.play();
    player.tick(0);
    player.tick(2000);
    expect(player.frame).toBe(9);
    player.play();
    expect(player.frame).toBe(0);
  });
});
