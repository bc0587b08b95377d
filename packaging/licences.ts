import * as fs from 'node:fs/promises';
import * as path from 'node:path';

/** What a package says of itself, and what its licences say. */
export interface Licensed {
  readonly name: string;
  readonly version: string;
  /** As its package.json names it, an SPDX expression. */
  readonly licence: string;
  readonly text: string;
}

/** Packages that carry no text of their licence, and where it was taken from. */
export interface Exception {
  readonly reason: string;
  /** A file of packaging/texts, in which `{holder}` stands for who holds the copyright. */
  readonly text?: string;
  readonly holder?: string;
  /** Or a file of the package itself, whose part from the heading "License" on it is. */
  readonly section?: string;
}

/** Texts that have to go along besides: what a package's licence names but its files do not hold. */
export interface Addition {
  readonly reason: string;
  readonly texts: readonly string[];
}

const IS_TEXT = /^(licen[cs]e|copying|notice|third[-_]?party)/i;

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string | { readonly type?: string };
  readonly licenses?: readonly { readonly type?: string }[];
  readonly dependencies?: Readonly<Record<string, string>>;
}

const readManifest = async (folder: string): Promise<Manifest> =>
  JSON.parse(await fs.readFile(path.join(folder, 'package.json'), 'utf8')) as Manifest;

function licenceOf({ license, licenses }: Manifest): string {
  const named = typeof license === 'string' ? license : license?.type;
  return named ?? licenses?.map(({ type }) => type ?? '?').join(' OR ') ?? 'not named';
}

/**
 * The licences of the packages in these folders, one for each name and version.
 * @throws Error that names every package without a text for which there is no exception, and every exception
 * that is not needed any more
 */
export async function gatherLicences(
  folders: readonly string[],
  texts: string,
  exceptions: Readonly<Record<string, Exception>>,
  additions: Readonly<Record<string, Addition>> = {},
): Promise<Licensed[]> {
  const found = new Map<string, Licensed>();
  const lacking: string[] = [];
  const used = new Set<string>();
  for (const folder of folders) {
    const manifest = await readManifest(folder);
    const name = manifest.name ?? path.basename(folder);
    const version = manifest.version ?? '';
    const parts = await textsIn(folder);
    if (parts.length === 0) {
      const exception = exceptions[name];
      if (exception === undefined) {
        lacking.push(`${name} ${version} (${licenceOf(manifest)})`);
        continue;
      }
      used.add(name);
      parts.push(await exceptionalText(folder, texts, exception));
    }
    for (const text of additions[name]?.texts ?? [])
      parts.push(await fs.readFile(path.join(texts, text), 'utf8'));
    found.set(`${name} ${version}`, {
      name,
      version,
      licence: licenceOf(manifest),
      text: parts.map((part) => part.trim()).join('\n\n'),
    });
  }
  const idle = Object.keys(exceptions).filter((name) => !used.has(name));
  if (lacking.length > 0) throw new Error(`No text of a licence is in: ${lacking.join(', ')}.`);
  if (idle.length > 0)
    throw new Error(`An exception for a licence is not needed any more: ${idle.join(', ')}.`);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The texts that lie at the top of a package. */
async function textsIn(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && IS_TEXT.test(entry.name) && !/\.(c|m)?js$/.test(entry.name),
  );
  return Promise.all(files.map(({ name }) => fs.readFile(path.join(folder, name), 'utf8')));
}

async function exceptionalText(
  folder: string,
  texts: string,
  { text, holder, section }: Exception,
): Promise<string> {
  if (section !== undefined) {
    const whole = await fs.readFile(path.join(folder, section), 'utf8');
    const heading = /^#* *licen[cs]e\b.*$/im.exec(whole);
    if (heading === null) throw new Error(`"${path.join(folder, section)}" has no heading "License".`);
    return whole.slice(heading.index);
  }
  const general = await fs.readFile(path.join(texts, text ?? ''), 'utf8');
  return general.replace('{holder}', holder ?? '');
}

/** The file that goes along: each text once, under the packages that it is of. */
export function thirdPartyText(packages: readonly Licensed[]): string {
  const byText = new Map<string, Licensed[]>();
  for (const one of packages) byText.set(one.text, [...(byText.get(one.text) ?? []), one]);
  const rule = '='.repeat(80);
  const parts = [...byText].map(([text, of]) => {
    const names = of.map(({ name, version, licence }) => `${name} ${version} (${licence})`);
    return `${rule}\n${names.join('\n')}\n${rule}\n\n${text}\n`;
  });
  return `Morphloom contains the work of others. These are their licences.\n\n${parts.join('\n')}`;
}

/**
 * The packages that are bundled into the window, the preload and main, with all that they depend on: those
 * that the sources there name, which are no files of the app any more.
 */
export async function bundledPackages(root: string): Promise<string[]> {
  const named = new Set<string>();
  for (const room of ['renderer', 'preload', 'main', 'contract', 'core']) {
    const folder = path.join(root, 'src', room);
    for (const entry of await fs.readdir(folder, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile() || !/(?<!config)\.(ts|svelte|css)$/.test(entry.name)) continue;
      const source = await fs.readFile(path.join(entry.parentPath, entry.name), 'utf8');
      for (const [, name] of source.matchAll(
        /(?:from|import)\s*\(?\s*['"]((?:@[^/'"]+\/)?[^./'"][^/'"]*)/g,
      )) {
        if (name !== undefined && !name.includes(':') && name !== 'electron') named.add(name);
      }
    }
  }
  const folders = new Set<string>();
  const waiting = [...named].map((name) => ({ name, from: root }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const folder = await installedFolder(next.name, next.from);
    if (folder === null || folders.has(folder)) continue;
    folders.add(folder);
    for (const name of Object.keys((await readManifest(folder)).dependencies ?? {}))
      waiting.push({ name, from: folder });
  }
  return [...folders].sort();
}

/** Where Node would find a package from `from`. */
async function installedFolder(name: string, from: string): Promise<string | null> {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const here = path.join(folder, 'node_modules', name);
    const isThere = await fs.access(path.join(here, 'package.json')).then(
      () => true,
      () => false,
    );
    if (isThere) return here;
    if (path.dirname(folder) === folder) return null;
  }
}
