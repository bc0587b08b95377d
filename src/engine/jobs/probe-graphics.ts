import type { BackendInfo } from '../compute/select.ts';
import { findAdapter, measureSpeed } from '../compute/trial-helper.ts';
import { rounded, tryAdapter, type Speed, type Trial } from '../compute/trial.ts';
import type { AdapterFacts } from '../compute/webgpu.ts';

export interface GraphicsReport {
  /** What WebGPU reaches, or a sentence that says why nothing. */
  readonly card: AdapterFacts | string;
  /** How it trains beside the processor; null where that was not asked. */
  readonly trial: Trial | null;
}

/** Looks for a graphics card; one that was asked for by name is timed, even where the processor imitates it. */
export async function probeGraphics(
  backend: BackendInfo | null,
  signal?: AbortSignal,
): Promise<GraphicsReport> {
  if (backend?.trial !== undefined) return { card: backend.trial.adapter, trial: backend.trial };
  if (backend?.adapter === undefined) return { card: await findAdapter(signal), trial: null };
  const trial = await tryAdapter(backend.adapter, 'tensorflow', (name, workload) =>
    measureSpeed(name, workload, signal),
  );
  return { card: backend.adapter, trial };
}

/** The report in lines for people. */
export function describeGraphics({ card, trial }: GraphicsReport): string[] {
  if (typeof card === 'string') return [card];
  const { name, driver, software, by } = card;
  const used = software ? 'imitated by the processor, so used only where it is asked for' : 'by WebGPU';
  const lines = [`${name} (${[driver, by].filter(Boolean).join(', ')}), ${used}`];
  if (trial !== null) {
    const { size, batch } = trial.workload;
    lines.push(
      `Training sketch at ${size} × ${size}, ${batch} at a time: webgpu ${spoken(trial.webgpu)}, ${trial.cpuBackend} ${spoken(trial.cpu)}`,
    );
  }
  return lines;
}

const spoken = (speed: Speed): string =>
  typeof speed === 'number' ? `${rounded(speed)} pictures/s` : `failed (${speed.replace(/\.$/, '')})`;
