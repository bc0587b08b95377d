import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../src/contract/studio/state.ts';
import { standardModel } from '../../../src/renderer/lib/models.ts';

const run = (id: string, progress: number): RunState => ({
  id,
  recipe: 'morph',
  step: 100,
  progress,
  elapsedSeconds: 1,
  resumable: true,
  finished: progress >= 1,
  validation: null,
});

describe('the model that is used where none was chosen', () => {
  it('is the newest', () => {
    expect(standardModel([run('002', 1), run('001', 1)], null)?.id).toBe('002');
    expect(standardModel([run('002', 0.1), run('001', 1)], null)?.id).toBe('002');
    expect(standardModel([], null)).toBeNull();
  });

  it('is the one before while the newest has hardly begun to learn', () => {
    const models = [run('002', 0.1), run('001', 0.3)];
    expect(standardModel(models, '002')?.id).toBe('001');
    expect(standardModel([run('002', 0.6), models[1]], '002')?.id).toBe('002');
    expect(standardModel(models.slice(0, 1), '002')?.id).toBe('002');
  });
});
