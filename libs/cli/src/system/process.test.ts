import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { processStart, startByPs } from './process.ts';

it.each([['/proc', processStart], ['ps', startByPs]])('%s tells processes apart that have an id one after the other', async (_, startOf) => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const began = startOf(pid);
  expect(began).toMatch(/\d/);
  expect(startOf(pid)).toBe(began);
  // The first of all processes began at another moment.
  expect(startOf(1)).not.toBe(began);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(startOf(pid)).toBeUndefined();
});
