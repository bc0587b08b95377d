import type { TrainingLine } from '../../../contract/training.ts';
import { t } from '../../strings/index.ts';

/** A direction that carries less than this says nothing about a picture, in nats. */
const CARRIES = 0.01;
/** Below this part of the directions in use, there is room that nothing needs. */
const FEW = 0.1;
/** Less is noise between two looks at held-out pictures, in decibels. */
const NOTICEABLE = 0.15;
const WORSE = 0.5;

export const inUse = (rates: Float32Array): number =>
  rates.reduce((sum, rate) => sum + (rate > CARRIES ? 1 : 0), 0);

export interface Advice {
  readonly kind: 'good' | 'warning' | 'plain';
  readonly text: string;
}

/** What the figures say, in sentences; the most pressing first. */
export function adviceOn(lines: readonly TrainingLine[], rates: Float32Array | null): Advice[] {
  const words = t.train.health;
  const advice: Advice[] = [];
  if (rates !== null) {
    const used = inUse(rates);
    if (rates.length === 0) advice.push({ kind: 'plain', text: words.plain });
    else if (used === 0) advice.push({ kind: 'warning', text: words.collapsed });
    else if (used < rates.length * FEW) advice.push({ kind: 'warning', text: words.few(used, rates.length) });
    else advice.push({ kind: 'good', text: words.healthy(used, rates.length) });
  }
  const sharpness = lines.flatMap(({ validation }) => validation?.['psnr'] ?? []);
  const [before, last] = [sharpness.slice(0, -1), sharpness.at(-1)];
  if (last !== undefined && before.length >= 2) {
    const best = Math.max(...before);
    const recent = Math.max(...before.slice(0, Math.ceil(before.length * 0.7)));
    if (last < best - WORSE) advice.unshift({ kind: 'warning', text: words.overfit });
    else if (last > recent + NOTICEABLE) advice.push({ kind: 'good', text: words.improving });
    else advice.push({ kind: 'plain', text: words.level });
  }
  return advice.length > 0 ? advice : [{ kind: 'plain', text: words.starting }];
}
