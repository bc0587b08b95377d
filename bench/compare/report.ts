import { median } from '../support.ts';
import type { Figures, Kind, Size } from './run.ts';
import { NETS, type Net } from './recipes.ts';

const NAMES: Record<Kind, string> = {
  stock: 'tfjs-node, as people use it',
  keras: 'Keras, tf.function',
  torch: 'PyTorch, eager',
  'torch-compiled': 'PyTorch, compiled, channels last, fused Adam',
  ours: 'Morphloom',
};

const row = (cells: readonly string[]): string =>
  `${cells[0].padEnd(46)}${cells
    .slice(1)
    .map((cell) => cell.padStart(13))
    .join('')}\n`;

export function table({ side, batch }: Size, net: Net, all: readonly Figures[]): string {
  const milliseconds = (figures: Figures['decoding'], how: 'one' | 'sixteen'): string =>
    figures === null ? '' : median(figures[how]).toFixed(2);
  const lines = all
    .filter((figures) => figures.net === net)
    .flatMap((it) => [
      row([
        NAMES[it.kind],
        median(it.speeds).toFixed(0),
        it.cpuMilliseconds.toFixed(2),
        it.memory?.peak.toFixed(0) ?? '?',
        it.memory?.files.toFixed(0) ?? '?',
        milliseconds(it.decoding, 'one'),
        milliseconds(it.decoding, 'sixteen'),
      ]),
      ...(it.compiledDecoding === null
        ? []
        : [
            row([
              '  decoding by one compiled call',
              ...['', '', '', ''],
              milliseconds(it.compiledDecoding, 'one'),
              milliseconds(it.compiledDecoding, 'sixteen'),
            ]),
          ]),
    ]);
  return (
    `\n${side} × ${side}, batch ${batch}, fp32, two threads, ${net}\n` +
    row(['', 'pictures/s', 'CPU ms each', 'peak MB', '…in files', 'decode 1 ms', '16 ms']) +
    lines.join('')
  );
}

/** One line: what was asked, what was measured. */
export function bar(what: string, value: number, asked: number, sense: 'least' | 'most'): string {
  const reached = sense === 'least' ? value >= asked : value <= asked;
  const sign = sense === 'least' ? '≥' : '≤';
  return `${what.padEnd(92)}${value.toFixed(2).padStart(8)}   asked ${sign} ${asked}: ${reached ? 'reached' : 'MISSED'}\n`;
}

/** What the comparison was made for. */
export function verdicts({ side }: Size, all: readonly Figures[]): string {
  const find = (kind: Kind, net: Net): Figures | undefined =>
    all.find((figures) => figures.kind === kind && figures.net === net);
  let text = '\n';
  for (const net of NETS) {
    const ours = find('ours', net);
    const bars = { stock: side >= 128 ? 1.9 : 2, keras: 1, 'torch-compiled': 1.15 } as const;
    for (const [kind, asked] of Object.entries(bars) as [Kind, number][]) {
      const other = find(kind, net);
      if (ours === undefined || other === undefined) continue;
      const ratio = median(ours.speeds.map((speed, i) => speed / other.speeds[i]));
      text += bar(`training ${net} at ${side}²: pictures/s of ${NAMES[kind]}, ×`, ratio, asked, 'least');
    }
  }
  for (const net of NETS) {
    const [mine, theirs] = [find('ours', net)?.memory, find('torch', net)?.memory];
    if (mine && theirs)
      text += bar(
        `peak memory, ${net} at ${side}²: that of PyTorch, eager, ×`,
        mine.peak / theirs.peak,
        0.65,
        'most',
      );
  }
  return text + decodingVerdicts(side, find);
}

function decodingVerdicts(side: number, find: (kind: Kind, net: Net) => Figures | undefined): string {
  const ours = find('ours', 'plain');
  const torches = [find('torch', 'plain'), find('torch-compiled', 'plain')].filter((it) => it !== undefined);
  if (ours === undefined || torches.length === 0) return '';
  let text = '';
  for (const [how, asked] of [
    ['one', 2],
    ['sixteen', 1.5],
  ] as const) {
    const fastest = (round: number): number =>
      Math.min(...torches.map((it) => it.decoding?.[how][round] ?? NaN));
    for (const [way, decoding] of [
      ['eager', ours.decoding],
      ['compiled', ours.compiledDecoding],
    ] as const) {
      const ratio = median(decoding?.[how].map((ms, round) => ms / fastest(round)) ?? []);
      text += bar(`decoding ${how} at ${side}², ${way}: time of the faster PyTorch, ×`, ratio, asked, 'most');
    }
  }
  return text;
}
