import * as fs from 'node:fs/promises';
import { build, type Plugin } from 'esbuild';

const CODE = /\.(c|m)?js$/;

/** Files are followed, never transformed; what is not installed, or found at run time only, is left alone. */
const follow: Plugin = {
  name: 'follow',
  setup(context) {
    context.onResolve({ filter: /.*/ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
      if (pluginData === follow.name || kind === 'entry-point') return undefined;
      const found = await context.resolve(path, { kind, resolveDir, importer, pluginData: follow.name });
      return found.errors.length > 0 ? { path, external: true } : found;
    });
    context.onLoad({ filter: /.*/ }, async ({ path }) => {
      if (!CODE.test(path)) return { contents: '', loader: 'empty' };
      const source = await fs.readFile(path, 'utf8');
      // A name put together at run time would be taken for a pattern of files.
      return { contents: source.replaceAll(/\brequire\(\s*`/g, 'atRunTime(`'), loader: 'js' };
    });
  },
};

/**
 * The files that `entries` can load by `require` and `import`, themselves among them, as Node resolves them.
 * @param entries files, or names of packages
 * @returns paths relative to `root`, sorted, with `/`
 */
export async function reachableFiles(root: string, entries: readonly string[]): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...entries],
    outdir: 'nowhere',
    write: false,
    bundle: true,
    metafile: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    conditions: [],
    plugins: [follow],
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs).sort();
}
