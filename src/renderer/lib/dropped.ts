/** A file of the machine that the browser runs on. */
export interface DroppedFile {
  /** Below what was dropped, with slashes. */
  readonly path: string;
  readonly file: File;
}

/** Endings of what may hold pictures, or says something about them; the rest is not worth sending. */
const USEFUL =
  /\.(jpe?g|png|webp|avif|gif|tiff?|svg|bmp|heic|heif|jxl|psd|zip|csv|tsv|idx\d-ubyte|ubyte|gz)$/i;

/** Files of a drop, folders walked through; `name` is what to call them together. */
export async function droppedFiles(
  transfer: DataTransfer,
): Promise<{ name: string; files: readonly DroppedFile[] }> {
  // Entries must be taken at once: the transfer is empty after the event.
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  if (entries.length === 0) return chosenFiles([...transfer.files]);
  const files: DroppedFile[] = [];
  for (const entry of entries) await walk(entry, '', files);
  const [first] = entries;
  const name = first !== undefined && first.isDirectory ? first.name : 'Pictures';
  // One folder: its own name is that of the upload already.
  const strip = entries.length === 1 && first?.isDirectory ? first.name.length + 1 : 0;
  return {
    name,
    files: files
      .filter(({ path }) => USEFUL.test(path))
      .map(({ path, file }) => ({ path: path.slice(strip), file })),
  };
}

/** Files of a chooser; those of a folder have their path in it. */
export function chosenFiles(chosen: readonly File[]): { name: string; files: readonly DroppedFile[] } {
  const name = chosen[0]?.webkitRelativePath.split('/')[0];
  const files = chosen
    .map((file) => ({ path: file.webkitRelativePath.split('/').slice(1).join('/') || file.name, file }))
    .filter(({ path }) => USEFUL.test(path));
  return { name: name === undefined || name === '' ? 'Pictures' : name, files };
}

async function walk(entry: FileSystemEntry, folder: string, into: DroppedFile[]): Promise<void> {
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    into.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader hands out a hundred at a time, and an empty list at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const inside of some) await walk(inside, `${path}/`, into);
  }
}
