import { studio } from '../../lib/studio.svelte.ts';

const PIECE = 1024 * 1024;

/** A finished export, fetched piece by piece. */
export async function readExport(project: string, name: string, signal: AbortSignal): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (;;) {
    const piece = await studio.ask('exports.read', { project, name, offset, most: PIECE }, signal);
    pieces.push(piece.bytes as Uint8Array<ArrayBuffer>);
    offset += piece.bytes.length;
    if (offset >= piece.total || piece.bytes.length === 0) return new Blob(pieces, { type: piece.type });
  }
}
