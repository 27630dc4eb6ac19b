import { defineConfig, mergeConfig } from 'vitest/config';
import shared from '../vitest.config.ts';

// Whole systems: one file at a time, since each starts every service.
export default mergeConfig(shared, defineConfig({ test: { fileParallelism: false, testTimeout: 300_000, hookTimeout: 180_000 } }));
