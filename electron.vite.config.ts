import { fileURLToPath } from 'node:url';
import { defineConfig } from 'electron-vite';
import renderer from './src/renderer/vite.config.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** CommonJS, and never `import()`: a packed app's main and a sandboxed preload can load nothing else. */
const commonJs = (name: string): object => ({
  input: { [name]: here(`./src/${name}/${name}.ts`) },
  output: { format: 'cjs', entryFileNames: '[name].cjs', dynamicImportInCjs: false },
});

/** One build runs in every Electron from 22 (which tests can have anywhere) to the one that users get. */
export default defineConfig({
  main: {
    define: { 'import.meta.dirname': '__dirname' },
    build: {
      outDir: here('./dist/main'),
      target: 'node16',
      rolldownOptions: commonJs('main'),
    },
  },
  preload: {
    build: {
      outDir: here('./dist/preload'),
      target: 'node16',
      // Sandboxed, it can require nothing but electron.
      externalizeDeps: false,
      rolldownOptions: commonJs('preload'),
    },
  },
  renderer,
});
