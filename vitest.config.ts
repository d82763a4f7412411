import { defineConfig } from 'vitest/config';

/** Tests that run the whole product in many processes, or use all cores by themselves. */
const FOLDERS = ['integration', 'demo', 'drills', 'simulation', 'soak', 'console', 'readme'];
const WHOLE = FOLDERS.map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    // Against a test that hangs, and for no other end: a slow machine may take its time.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    coverage: { include: ['lib/**', 'functions/**'] },
    projects: [
      {
        extends: true,
        test: { name: 'parts', include: ['test/**/*.test.ts'], exclude: WHOLE, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        // Two at a time: more would only wait for each other, and their limits are for a machine that is theirs.
        test: { name: 'whole', include: WHOLE, maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
