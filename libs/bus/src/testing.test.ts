import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('leaves no server and no store behind a process that is killed', async () => {
  const program = `import { startNatsServer } from '${new URL('testing.ts', import.meta.url).href}';
    const nats = await startNatsServer();
    await nats.restart();
    console.log(JSON.stringify({ pid: nats.pid, folder: nats.storeFolder }));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { pid, folder } = JSON.parse(line.toString()) as { pid: number; folder: string };
  expect([isThere(pid), existsSync(folder)]).toEqual([true, true]);
  child.kill('SIGKILL');
  await expect.poll(() => [isThere(pid), existsSync(folder)], { timeout: 10_000 }).toEqual([false, false]);
});
