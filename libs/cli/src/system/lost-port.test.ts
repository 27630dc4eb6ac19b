import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type * as processes from './process.ts';
import { Supervisor } from './supervisor.ts';

/** Ports that are given out first: a race that is lost cannot be had otherwise. */
const first = vi.hoisted((): number[] => []);
vi.mock('./process.ts', async (original) => {
  const real = await original<typeof processes>();
  return { ...real, freePort: async () => first.shift() ?? (await real.freePort()) };
});
afterEach(() => vi.unstubAllEnvs());

it('starts a service on another port when its own was taken before it could listen', async () => {
  const home = await mkdtemp(join(tmpdir(), 'minchat-port-'));
  const other = createServer().listen(0);
  await once(other, 'listening');
  vi.stubEnv('NATS_URL', '');
  const { freePort } = await vi.importActual<typeof processes>('./process.ts');
  first.push(await freePort(), (other.address() as AddressInfo).port);
  vi.stubEnv('MINCHAT_NATS_PORT', '0');
  const events: string[] = [];
  const supervisor = new Supervisor({ home, services: ['coordinator'], onEvent: (message) => events.push(message) });
  await supervisor.start();
  expect(events.join()).toContain('HEALTH_PORT');
  expect(await supervisor.readiness()).toEqual({ coordinator: true });
  await supervisor.stop();
  other.close();
  await rm(home, { recursive: true, force: true });
});
