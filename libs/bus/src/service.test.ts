import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nodeFlags } from '@minchat/config';
import { expect, it } from 'vitest';
import { startNatsServer } from './testing.ts';

/** A service whose start waits for something that does not come. */
const stuck = `
  import { runService } from '@minchat/bus';
  import { commonEnv, readEnv } from '@minchat/config';
  import { z } from 'zod';
  await runService({
    name: 'stuck',
    readSettings: () => readEnv(z.object(commonEnv)),
    start({ log }) {
      log.info('starts');
      setInterval(() => undefined, 1000);
      return new Promise(() => undefined);
    },
    stopSeconds: () => 0.1,
  });
`;

it('a service ends when it is asked to, also when its start does not', async () => {
  await using nats = await startNatsServer();
  await using home = await mkdtempDisposable(join(tmpdir(), 'minchat-stuck-'));
  const child = spawn(process.execPath, [...nodeFlags, '--input-type=module', '--eval', stuck], {
    env: { ...process.env, NATS_URL: nats.url, MINCHAT_HOME: home.path, HEALTH_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const ended = once(child, 'exit');
    for await (const line of createInterface(child.stdout)) if (line.includes('"starts"')) child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});
