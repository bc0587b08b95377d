import { EXPORT_FORMATS } from '../../contract/studio/procedures/exports.ts';
import { studio } from './studio.svelte.ts';

const PIECE = 2 * 1024 * 1024;

/** What an export is by its name: a format, or `png` for a contact sheet. */
export type ExportKind = Exclude<(typeof EXPORT_FORMATS)[number], 'sheet'> | 'png';

const FILMS: readonly ExportKind[] = ['mp4', 'webm'];

/** A file's ending says it; a folder of frames has none. */
export function exportKind(name: string): ExportKind {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (ending === 'png') return 'png';
  return (
    (EXPORT_FORMATS.find((format) => format !== 'sheet' && format === ending) as ExportKind | undefined) ??
    'frames'
  );
}

/** Whether it is shown as a film, with its own controls. */
export const isFilm = (name: string): boolean => FILMS.includes(exportKind(name));

/** A finished export as a file of this window's machine, fetched piece by piece. */
export async function readExport(project: string, name: string, signal?: AbortSignal): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (;;) {
    const piece = await studio.ask('exports.read', { project, name, offset, most: PIECE }, signal);
    pieces.push(piece.bytes as Uint8Array<ArrayBuffer>);
    offset += piece.bytes.length;
    if (offset >= piece.total || piece.bytes.length === 0) return new Blob(pieces, { type: piece.type });
  }
}

/** Gives up what is kept for an address, once a film that plays from it has been taken off the page. */
export function releaseSoon(url: string, afterMs = 2000): void {
  setTimeout(() => URL.revokeObjectURL(url), afterMs);
}

/** Hands a file to the browser's downloads. */
export function saveAs(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has to begin with it first.
  releaseSoon(url, 60_000);
}
