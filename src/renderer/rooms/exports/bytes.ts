import { studio } from '../../lib/studio.svelte.ts';

const PIECE = 2 * 1024 * 1024;

/** A finished export as a file of this window's machine. */
export async function fetchExport(
  project: string,
  name: string,
  options: { signal?: AbortSignal; onPart?: (part: number) => void } = {},
): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (;;) {
    const piece = await studio.ask('exports.read', { project, name, offset, most: PIECE }, options.signal);
    pieces.push(piece.bytes as Uint8Array<ArrayBuffer>);
    offset += piece.bytes.length;
    options.onPart?.(piece.total === 0 ? 1 : offset / piece.total);
    if (offset >= piece.total || piece.bytes.length === 0) return new Blob(pieces, { type: piece.type });
  }
}

/** Hands a file to the browser's downloads. */
export function saveAs(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has to begin with it first.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
