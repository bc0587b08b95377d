import type { OnProgress, Progress } from '../contract/progress.ts';

/** Where a verb speaks: one JSON document (or JSON Lines) on stdout, or words for people; progress on stderr. */
export interface Voice {
  /** A line for people; silent under `--json`. */
  readonly say: (line: string) => void;
  /** The result: one line of JSON under `--json`, nothing otherwise. */
  readonly json: (value: unknown) => void;
  /** Draws progress on stderr: one rewritten line on a terminal, a line now and then elsewhere. */
  readonly onProgress: OnProgress;
  /** Ends a progress line, if one is open. */
  readonly settle: () => void;
  /** Aborted by the first Ctrl-C (or SIGTERM); the second one kills, as everywhere. */
  readonly signal: AbortSignal;
}

const QUIET_INTERVAL_MS = 5000;
const REDRAW_INTERVAL_MS = 100;

function format({ stage, done, total, unit, note }: Progress): string {
  const amount =
    unit === 'bytes'
      ? `${(done / 1e6).toFixed(0)}${total === null ? '' : ` of ${(total / 1e6).toFixed(0)}`} MB`
      : `${Math.round(done)}${total === null ? '' : ` of ${Math.round(total)}`} ${unit}`;
  const percent = total === null || total === 0 ? '' : ` ${Math.floor((100 * done) / total)}%`;
  return `${stage}:${percent} ${amount}${note === undefined ? '' : ` · ${note}`}`;
}

export function createVoice(options: { json?: boolean | undefined }): Voice {
  const json = options.json === true;
  const live = process.stderr.isTTY && !json;
  let lastDraw = 0;
  let lastStage = '';
  let open = false;

  const settle = (): void => {
    if (open) process.stderr.write('\n');
    open = false;
  };

  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);

  return {
    say: (line) => {
      settle();
      if (!json) process.stdout.write(`${line}\n`);
    },
    json: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    onProgress: (progress) => {
      const now = Date.now();
      const complete = progress.total !== null && progress.done >= progress.total;
      const newStage = progress.stage !== lastStage;
      if (live) {
        if (!complete && !newStage && now - lastDraw < REDRAW_INTERVAL_MS) return;
        if (newStage) settle();
        process.stderr.write(`\r\u001b[2K${format(progress)}`);
        open = true;
      } else {
        if (!newStage && now - lastDraw < QUIET_INTERVAL_MS) return;
        process.stderr.write(`${format(progress)}\n`);
      }
      lastDraw = now;
      lastStage = progress.stage;
    },
    settle,
    signal: abort.signal,
  };
}
