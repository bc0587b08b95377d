import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Suites of minutes: `npm run test:slow`. */
export default defineConfig({
  test: { ...base.test, include: ['test/**/*.slow.ts'], testTimeout: 1_800_000, hookTimeout: 600_000 },
});
