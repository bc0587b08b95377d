import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The window's bundle: one for the desktop and the browser. It asks nothing of the place it is served from. */
export default defineConfig({
  root: here('.'),
  base: './',
  // Explicit, since the root of this build is not the root of the package.
  plugins: [svelte({ configFile: here('./svelte.config.js') })],
  build: {
    outDir: here('../../dist/renderer'),
    emptyOutDir: true,
    target: 'chrome108',
    // Nothing is inlined: the content security policy allows no data: fonts.
    assetsInlineLimit: 0,
    // The preload helper would be an inline script.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
});
