import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A native addon may be loaded once a process only; and two cores carry two test files at a time.
    pool: 'forks',
    maxWorkers: 2,
    // Else each operation waits for a thread that waits for the other file. What must be the same by as many threads as
    // users have says so itself (test/engine/compute/all-threads.ts).
    env: { TF_NUM_INTRAOP_THREADS: '1' },
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});
