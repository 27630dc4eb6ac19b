import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('wasm-digest.testing.ts', import.meta.url));

test('gradients, updates and answers are the same bits on one thread, two and three', async () => {
  const digests = await Promise.all(
    ['1', '2', '3'].map(async (threads) => {
      const { stdout } = await promisify(execFile)(process.execPath, [script], { env: { ...process.env, MINCHAT_THREADS: threads } });
      return stdout.trim();
    }),
  );
  expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(digests).size).toBe(1);
});
