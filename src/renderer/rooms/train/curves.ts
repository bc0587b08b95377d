import type { TrainingLine } from '../../../contract/training.ts';
import type { Curve } from '../../components/chart.ts';
import { t } from '../../strings/index.ts';

/** One run's figures, as it is called in charts. */
export interface NamedLines {
  readonly name: string;
  readonly lines: readonly TrainingLine[];
}

export interface Panel {
  readonly key: string;
  readonly title: string;
  readonly hint: string | null;
  readonly curves: readonly Curve[];
  /** The newest value of the first run that has one. */
  readonly now: number | null;
}

type Reading = (line: TrainingLine) => number | undefined;

/** The first steps are far off, and would flatten all that comes after. */
const SETTLED = 0.004;

/** One small chart for the loss, one for what strangers look like, and one for each part of the loss. */
export function panelsOf(runs: readonly NamedLines[], axis: 'step' | 'time'): Panel[] {
  const words = t.train.charts;
  const terms = [...new Set(runs.flatMap(({ lines }) => Object.keys(lines.at(-1)?.terms ?? {})))];
  const panels: { key: string; title: string; hint: string | null; read: Reading }[] = [
    {
      key: 'psnr',
      title: words.psnr,
      hint: t.train.figures.psnrHint,
      read: (line) => line.validation?.['psnr'],
    },
    { key: 'loss', title: words.loss, hint: words.lossHint, read: (line) => line.loss },
    ...terms.map((term) => ({
      key: `term ${term}`,
      ...wordsFor(term),
      read: (line: TrainingLine) => line.terms[term],
    })),
  ];
  return panels
    .map(({ read, ...panel }) => ({ ...panel, ...curvesOf(runs, axis, read) }))
    .filter(({ curves }) => curves.length > 0);
}

/** What a part of the loss is called; `rate/2` is the rate of the second group. */
function wordsFor(term: string): Pick<Panel, 'title' | 'hint'> {
  const words = t.train.charts;
  const group = /^rate\/(\d+)$/.exec(term)?.[1];
  if (group !== undefined) return { title: words.rateOfGroup(Number(group)), hint: words.rateOfGroupHint };
  return { title: words.terms[term] ?? term, hint: words.termHints[term] ?? null };
}

function curvesOf(
  runs: readonly NamedLines[],
  axis: 'step' | 'time',
  read: Reading,
): Pick<Panel, 'curves' | 'now'> {
  let now: number | null = null;
  const curves = runs.flatMap(({ name, lines }, index): Curve[] => {
    const settled = lines.length < 40 ? lines : lines.slice(Math.ceil(lines.length * SETTLED) + 2);
    const points = settled.flatMap((line) => {
      const y = read(line);
      return y === undefined || !Number.isFinite(y)
        ? []
        : [{ x: axis === 'step' ? line.step : line.elapsedSeconds, y }];
    });
    if (points.length === 0) return [];
    now ??= points.at(-1)?.y ?? null;
    return [{ name, colour: index + 1, x: points.map(({ x }) => x), y: points.map(({ y }) => y) }];
  });
  return { curves, now };
}
