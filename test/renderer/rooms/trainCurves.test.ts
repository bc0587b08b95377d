import { describe, expect, it } from 'vitest';
import type { TrainingLine } from '../../../src/contract/training.ts';
import { panelsOf } from '../../../src/renderer/rooms/train/curves.ts';

const line = (terms: Record<string, number>): TrainingLine => ({
  ...{ step: 1, epoch: 0, progress: 0.5, learningRate: 0.001, loss: 1, terms },
  ...{ imagesPerSecond: 100, elapsedSeconds: 1, etaSeconds: 1 },
});

describe('curves of a training', () => {
  it('have words for every part of the loss of every recipe', () => {
    const terms = {
      ...{ distortion: 3, rate: 2, 'rate/1': 1.5, 'rate/2': 0.5, tags: 1, agreement: 1, ssim: 1 },
      ...{ information: 1, correlation: 1, dimensions: 1, discriminator: 1, constraint: 1, multiplier: 1 },
    };
    const panels = panelsOf([{ name: 'a', lines: [line(terms)] }], 'step');
    const titles = new Map(panels.map(({ key, title }) => [key.replace(/^term /, ''), title]));
    for (const term of Object.keys(terms)) expect(titles.get(term), term).not.toBe(term);
    expect(titles.get('rate/2')).toBe('What group 2 holds');
    expect(new Set(titles.values()).size).toBe(titles.size);
    expect(panels.find(({ key }) => key === 'term rate/1')?.hint).toContain('first group');
  });

  it('keep a name that nobody knows', () => {
    const [panel] = panelsOf([{ name: 'a', lines: [line({ novelty: 1 })] }], 'step').slice(-1);
    expect(panel).toMatchObject({ title: 'novelty', hint: null, now: 1 });
  });
});
