import type { Command } from 'commander';
import { MorphloomError } from '../../contract/errors.ts';
import {
  evaluateInstrument,
  type EvaluationFigures,
  type EvaluationReport,
} from '../../engine/jobs/evaluate.ts';
import { type InstrumentFlags, withInstrument } from '../open.ts';
import { backendOption, jsonOption, positiveInteger } from '../options.ts';
import { createVoice } from '../terminal.ts';

interface Flags extends InstrumentFlags {
  readonly data?: string;
  readonly metrics?: string;
  readonly samples?: number;
}

const METRICS = ['psnr', 'psnrOfMeanError', 'ssim', 'elbo', 'rate', 'distortion', 'iwae'] as const;
type Metric = (typeof METRICS)[number];
/** Takes as long as decoding each picture hundreds of times: only when it is asked for. */
const DEFAULT_METRICS = METRICS.filter((metric) => metric !== 'iwae');
const IMPORTANCE_SAMPLES = 500;

/** `morphloom eval P`: how well the model does on pictures it knows, and on pictures it does not. */
export function registerEval(program: Command): void {
  program
    .command('eval')
    .description('measure a trained model on pictures it knows and pictures it does not')
    .argument('<project>')
    .option('--data <folder>', "pictures that the model has not seen (default: the project's held-out ones)")
    .option(
      '--metrics <list>',
      `only these, of ${METRICS.join(', ')} (default: all but iwae, which takes long)`,
    )
    .option(
      '--samples <k>',
      `importance samples a picture for iwae, the log-likelihood (default: ${IMPORTANCE_SAMPLES})`,
      positiveInteger,
    )
    .option('--run <id>', 'this run (default: the latest)')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (project: string, flags: Flags) => {
      const voice = createVoice(flags);
      const metrics = parseMetrics(flags.metrics);
      await withInstrument(project, flags, voice, async (instrument) => {
        const report = await evaluateInstrument(instrument, {
          data: flags.data,
          ...(metrics.includes('iwae') && { importanceSamples: flags.samples ?? IMPORTANCE_SAMPLES }),
          onProgress: voice.onProgress,
          signal: voice.signal,
        });
        tell(report, metrics, voice.say);
        voice.json({
          ...report,
          train: choose(report.train, metrics),
          heldout: report.heldout && choose(report.heldout, metrics),
        });
      });
    });
}

function parseMetrics(text: string | undefined): readonly Metric[] {
  if (text === undefined) return DEFAULT_METRICS;
  return text.split(',').map((name) => {
    const metric = METRICS.find((m) => m === name.trim());
    if (metric !== undefined) return metric;
    throw new MorphloomError(
      'usage',
      `There is no metric "${name.trim()}"; there are ${METRICS.join(', ')}.`,
    );
  });
}

const choose = (figures: EvaluationFigures, metrics: readonly Metric[]): Record<string, number | null> => ({
  pictures: figures.pictures,
  ...Object.fromEntries(metrics.map((metric) => [metric, figures[metric] ?? null])),
});

function tell(report: EvaluationReport, metrics: readonly Metric[], say: (line: string) => void): void {
  const units: Record<Metric, string> = {
    psnr: ' dB',
    psnrOfMeanError: ' dB',
    ssim: '',
    elbo: ' nats',
    rate: ' nats',
    distortion: ' nats',
    iwae: ' nats',
  };
  const row = (name: string, figures: EvaluationFigures | null): void => {
    if (figures === null) return say(`  ${name}: none`);
    const shown = metrics.map((m) => `${m} ${figures[m]?.toFixed(m === 'ssim' ? 3 : 2) ?? '–'}${units[m]}`);
    say(`  ${name} (${figures.pictures} pictures): ${shown.join(', ')}`);
  };
  say(`Run ${report.run}, recipe "${report.recipe}", step ${report.step}`);
  row('known', report.train);
  row('held out', report.heldout);
  if (report.ratePerGroup !== undefined) {
    const each = report.ratePerGroup.map((rate) => rate.toFixed(1)).join(', ');
    say(`  rate of each group, from the whole picture to its details: ${each} nats`);
  }
  if (report.fittedPrior !== undefined) {
    const { gaussians, covariance } = report.fittedPrior;
    const what = gaussians === 1 ? 'one Gaussian' : `a mixture of ${gaussians} Gaussians`;
    say(`  the prior, fitted to the known pictures: ${what}, covariance ${covariance}`);
  }
  say(`  ${report.advice}`);
}
