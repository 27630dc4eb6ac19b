import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { connectBus, rpc, type Bus } from '@minchat/bus';
import { startNatsServer, type TestNats } from '@minchat/bus/testing';
import { MinchatError } from '@minchat/errors';
import { createLogger } from '@minchat/telemetry';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder: string;
let nats: TestNats;
let bus: Bus;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-delete-'));
  nats = await startNatsServer();
  bus = await connectBus({ url: nats.url, name: 'test', log: createLogger('test', { level: 'silent' }), cacheFolder: folder });
  bus.serve(rpc.deleteRuns, async ({ runIds }) => {
    const unknown = runIds.find((id) => id !== 'mine-1');
    if (unknown !== undefined) throw new MinchatError('MC_NOT_FOUND', `there is no run ${unknown}`);
    return { artifacts: 2, bytes: 1024 };
  });
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
  await rm(folder, { recursive: true });
});

async function minchat(...args: string[]): Promise<{ stdout: string; stderr: string; code: unknown }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../main.ts', import.meta.url)), ...args], { env: { ...process.env, NATS_URL: nats.url, MINCHAT_HOME: folder } });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { stdout, stderr, code: code as unknown };
}

it('says that runs are deleted by their ids where it was given a name, which all other commands take', async () => {
  expect(await minchat('delete', 'mine')).toMatchObject({ code: 66, stderr: expect.stringMatching(/^MC_NOT_FOUND: there is no run mine\n.* id/) as string });
});

it('says of what is too new to be removed that a later gc takes it', async () => {
  for (const args of [['delete', 'mine-1'], ['gc'], ['gc', '--dry-run']]) expect((await minchat(...args)).stdout).toContain('2 artifacts of 1.0 KiB. What was stored within the last hour stays; `npm run minchat -- gc` takes it later.');
});
