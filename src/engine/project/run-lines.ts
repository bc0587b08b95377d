import * as fs from 'node:fs/promises';
import * as fsSync from 'node:fs';
import * as path from 'node:path';
import { z } from 'zod';
import type { TrainingLine } from '../../contract/training.ts';
import { exists, replaceFile } from '../node/files.ts';
import { parseJsonLines, readJsonLines } from './json.ts';

/** As much of a line of figures as the run's folder itself goes by. */
const lineSchema = z.looseObject({ step: z.number() });

/** Enough for the newest validation, of which a run has twenty, to be among the last lines as a rule. */
const TAIL_BYTES = 256 * 1024;

/** A run's figures as it trained: `metrics.jsonl`. */
export class RunLines {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = path.join(folder, 'metrics.jsonl');
  }

  add(line: TrainingLine): void {
    fsSync.appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  /** The figures written so far; a line that is damaged is left out. */
  async all(): Promise<TrainingLine[]> {
    const lines = await readJsonLines(this.#file, lineSchema);
    return lines.filter((line) => line !== null) as unknown as TrainingLine[];
  }

  /** The newest figures, and the newest that a validation came with, read from the file's end only. */
  async newest(): Promise<{ last: TrainingLine | undefined; validated: TrainingLine | undefined }> {
    const text = await readEnd(this.#file, TAIL_BYTES);
    const lines = parseJsonLines(text, lineSchema).filter(
      (line) => line !== null,
    ) as unknown as TrainingLine[];
    return {
      last: lines.at(-1),
      validated: [...lines].reverse().find(({ validation }) => validation !== undefined),
    };
  }

  /** Forgets the lines of steps that will be taken again. */
  async rewind(step: number): Promise<void> {
    if (!(await exists(this.#file))) return;
    const kept = (await this.all()).filter((line) => line.step <= step);
    await replaceFile(this.#file, kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
}

async function readEnd(file: string, most: number): Promise<string> {
  const handle = await fs.open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return '';
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, most));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
