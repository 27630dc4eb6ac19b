import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Each package runs this configuration from its own folder: tests stand beside the sources.
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    globalSetup: fileURLToPath(new URL('scripts/test-environment.mjs', import.meta.url)),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: tests that compute must not fight each other for them.
    maxWorkers: 2,
    pool: 'forks',
    // scripts/test.mjs adds up the figures of all packages.
    reporters: process.env['MINCHAT_TEST_RESULTS'] === '1' ? ['default', ['json', { outputFile: 'dist/test-results.json' }]] : ['default'],
  },
});
