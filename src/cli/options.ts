import { InvalidArgumentError, Option } from 'commander';
import { BACKENDS } from '../engine/compute/select.ts';

/** Option parsers that verbs share. Each throws commander's own error, which ends in exit code 2. */

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('It is a number above 0.');
  return value;
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It is a whole number from 1 on.');
  return value;
}

export function seed(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError('It is a whole number from 0 on.');
  }
  return value;
}

/** "8x6": columns by rows. */
export function grid(text: string): { columns: number; rows: number } {
  const [, columns, rows] = /^(\d{1,3})[x×](\d{1,3})$/i.exec(text.trim()) ?? [];
  if (columns === undefined || Number(columns) < 1 || Number(rows) < 1) {
    throw new InvalidArgumentError('It is columns x rows, as 8x8.');
  }
  return { columns: Number(columns), rows: Number(rows) };
}

export const collect = (value: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  value,
];

export const backendOption = (): Option =>
  new Option('--backend <name>', 'compute with this one (default: the best that works)').choices(BACKENDS);

export const jsonOption = (): Option => new Option('--json', 'one JSON document on stdout');
