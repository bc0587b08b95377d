import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '../../../src/contract/studio/state.ts';
import { ProgressMeter } from '../../../src/engine/studio/progress-meter.ts';

describe('the progress of a job', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => vi.useRealTimers());
  const at = (done: number, total: number | null = 100, stage = 'Reading') => ({
    stage,
    done,
    total,
    unit: 'files',
  });

  it('is passed on ten times a second at most, the newest in the end', () => {
    const passed: Job['progress'][] = [];
    const meter = new ProgressMeter((progress) => passed.push(progress));
    for (let done = 0; done < 100; done++) {
      meter.report(at(done));
      vi.advanceTimersByTime(10);
    }
    expect(passed.length).toBeGreaterThanOrEqual(9);
    expect(passed.length).toBeLessThanOrEqual(11);
    meter.report(at(100));
    meter.close();
    expect(passed.at(-1)).toMatchObject({ done: 100 });
  });

  it('estimates the time that is left from the pace of the stage, once there is one', () => {
    const passed: Job['progress'][] = [];
    const meter = new ProgressMeter((progress) => passed.push(progress));
    meter.report(at(20));
    vi.advanceTimersByTime(500);
    meter.report(at(25));
    expect(passed.at(-1)).not.toHaveProperty('etaSeconds');
    vi.advanceTimersByTime(1500);
    meter.report(at(40));
    // Twenty in two seconds, sixty to go.
    expect(passed.at(-1)?.etaSeconds).toBeCloseTo(6, 6);
    vi.advanceTimersByTime(200);
    meter.report(at(1, 10, 'Writing'));
    expect(passed.at(-1)).not.toHaveProperty('etaSeconds');
    vi.advanceTimersByTime(2000);
    meter.report(at(5, null, 'Writing'));
    expect(passed.at(-1)).not.toHaveProperty('etaSeconds');
    vi.advanceTimersByTime(200);
    meter.report(at(6, 10, 'Writing'), 42);
    expect(passed.at(-1)?.etaSeconds).toBe(42);
  });
});
