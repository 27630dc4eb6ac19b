import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rpc } from '@minchat/bus';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connect } from '../connection.ts';
import { lockHome, runningSystem } from './lock.ts';
import { freePort, processStart } from './process.ts';
import { Supervisor } from './supervisor.ts';

let home: string;
const events: string[] = [];
const supervisors: Supervisor[] = [];

const start = async (services: readonly string[] = ['coordinator']): Promise<Supervisor> => {
  const supervisor = new Supervisor({ home, services, onEvent: (message) => events.push(message) });
  supervisors.push(supervisor);
  await supervisor.start();
  return supervisor;
};

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'minchat-up-'));
  vi.stubEnv('MINCHAT_HOME', home);
  vi.stubEnv('MINCHAT_NATS_PORT', '0');
  vi.stubEnv('NATS_URL', '');
});
afterEach(async () => {
  await Promise.all(supervisors.splice(0).map((supervisor) => supervisor.stop()));
  events.length = 0;
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

it('starts NATS and services that answer, starts again what is killed, and leaves nothing behind', async () => {
  const supervisor = await start();
  expect(await supervisor.readiness()).toEqual({ coordinator: true });
  expect((await runningSystem(home))?.natsUrl).toBe(supervisor.natsUrl);
  const before = supervisor.pids();
  for (const pid of Object.values(before)) process.kill(pid, 'SIGKILL');
  await expect.poll(() => events.filter((event) => event.includes('SIGKILL')).length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
  await expect.poll(() => supervisor.readiness(), { timeout: 25_000 }).toEqual({ coordinator: true });
  const bus = await connect();
  expect((await bus.call(rpc.listRuns, {})).runs).toEqual([]);
  await bus.close();
  const after = supervisor.pids();
  expect(Object.keys(after)).toEqual(['nats-server', 'coordinator']);
  await supervisor.stop();
  for (const pid of [...Object.values(before), ...Object.values(after)]) expect(processStart(pid)).toBeUndefined();
  expect(await runningSystem(home)).toBeUndefined();
  expect(await readFile(join(home, 'logs', 'coordinator.log'), 'utf8')).toContain('"msg":"ready"');
}, 60_000);

it('starts again what ends with a log that has grown large, and keeps that log beside the new one', async () => {
  const supervisor = await start();
  const log = join(home, 'logs', 'coordinator.log');
  await writeFile(log, 'x'.repeat(11 * 1024 * 1024), { flag: 'a' });
  process.kill(supervisor.pids()['coordinator'] ?? 0, 'SIGKILL');
  await expect.poll(() => events.join(), { timeout: 10_000 }).toContain('coordinator ended (SIGKILL)');
  await expect.poll(() => supervisor.readiness(), { timeout: 25_000 }).toEqual({ coordinator: true });
  expect((await stat(log)).size).toBeLessThan(1024 * 1024);
  expect((await stat(`${log}.1`)).size).toBeGreaterThan(10 * 1024 * 1024);
}, 60_000);

it('starts again what ends while nothing can be written about it', async () => {
  const supervisor = await start();
  // Where what other commands are told of the system is drafted: as if the disk were full.
  const draft = join(home, `up.json.${process.pid}`);
  await mkdir(draft);
  const before = supervisor.pids()['coordinator'] ?? 0;
  process.kill(before, 'SIGKILL');
  await expect.poll(() => supervisor.pids()['coordinator'], { timeout: 10_000 }).not.toBe(before);
  await expect.poll(() => supervisor.readiness(), { timeout: 25_000 }).toEqual({ coordinator: true });
  await rm(draft, { recursive: true });
  const second = supervisor.pids()['coordinator'] ?? 0;
  process.kill(second, 'SIGKILL');
  await expect.poll(() => supervisor.pids()['coordinator'], { timeout: 10_000 }).not.toBe(second);
  await expect.poll(async () => (await runningSystem(home))?.children.find(({ name }) => name === 'coordinator')?.pid).toBe(supervisor.pids()['coordinator']);
  await expect.poll(() => supervisor.readiness(), { timeout: 25_000 }).toEqual({ coordinator: true });
}, 90_000);

it('tells once of a service that is not ready, however often it has ended', async () => {
  const supervisor = await start();
  const pid = (): number => supervisor.pids()['coordinator'] ?? 0;
  for (let round = 0; round < 3; round += 1) {
    const before = pid();
    process.kill(before, 'SIGKILL');
    await expect.poll(pid, { timeout: 20_000 }).not.toBe(before);
    process.kill(pid(), 'SIGSTOP');
  }
  try {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
    await expect.poll(() => events.filter((event) => event.includes('is not ready yet')).length, { timeout: 10_000 }).toBeGreaterThan(0);
    await sleep(500);
    expect(events.filter((event) => event.includes('is not ready yet'))).toHaveLength(1);
  } finally {
    vi.useRealTimers();
    process.kill(pid(), 'SIGCONT');
  }
}, 60_000);

it('makes a home that nobody else may read', async () => {
  const before = process.umask(0o022);
  home = join(home, 'new');
  await start([]);
  process.umask(before);
  expect((await stat(home)).mode & 0o777).toBe(0o700);
});

it('refuses a second one in the same home', async () => {
  await start([]);
  await expect(start([])).rejects.toMatchObject({ code: 'MC_CONFLICT', message: expect.stringContaining('is up in') });
});

it('shows nobody the password that stands in the address of NATS', async () => {
  const { natsUrl } = await start([]);
  const withPassword = natsUrl.replace('//', '//me:secret@');
  vi.stubEnv('NATS_URL', withPassword);
  home = join(home, 'other');
  await start([]);
  await expect(start([])).rejects.toMatchObject({ message: expect.stringMatching(/nats:\/\/\*\*\*@127/) });
  // Other commands connect with it, and are of the same user.
  expect((await runningSystem(home))?.natsUrl).toBe(withPassword);
  expect((await stat(join(home, 'up.json'))).mode & 0o777).toBe(0o600);
});

it('takes over a home whose owner was killed, ending the children it left', async () => {
  const orphan = await start([]);
  const pid = orphan.pids()['nats-server'] ?? 0;
  // As a killed owner leaves it: the files are there, the owner is not.
  const about = JSON.parse(await readFile(join(home, 'up.json'), 'utf8')) as Record<string, unknown>;
  await writeFile(join(home, 'up.json'), JSON.stringify({ ...about, pid: 2 ** 22 + 1 }));
  await writeFile(join(home, 'up.lock'), JSON.stringify({ pid: 2 ** 22 + 1, start: '1' }));
  const lock = await lockHome(home);
  // Gone before the home is ours: its port and its store are free.
  expect(processStart(pid)).toBeUndefined();
  await lock.release();
});

it('is taken over by one only of many that meet the lock of a dead one at once', async () => {
  const dead = { pid: 2 ** 22 + 1, start: '1' };
  for (let round = 0; round < 100; round += 1) {
    await writeFile(join(home, 'up.lock'), JSON.stringify(dead));
    // One that was killed while it took over.
    if (round % 2 === 1) await writeFile(join(home, 'up.lock.next'), JSON.stringify(dead));
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockHome(home)));
    const locks = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(locks).toHaveLength(1);
    for (const one of tries) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'MC_CONFLICT' });
    await locks[0]?.release();
    expect(await readdir(home)).toEqual([]);
  }
});

it('says which port is taken', async () => {
  const port = await freePort();
  const other: Server = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  vi.stubEnv('MINCHAT_NATS_PORT', String(port));
  await expect(start([])).rejects.toMatchObject({ code: 'MC_PORT_TAKEN', message: `port ${port}, for NATS, is taken by another program` });
  other.close();
  // What was begun is undone.
  vi.stubEnv('MINCHAT_NATS_PORT', '0');
  await start([]);
});

it('says soon that there is a nats-server which does not run, and where to read why', async () => {
  await mkdir(join(home, 'bin'));
  await writeFile(join(home, 'bin', 'nats-server'), '#!/bin/sh\necho "flag provided but not defined: -store_dir" >&2\nexit 1\n', { mode: 0o755 });
  vi.stubEnv('PATH', `${join(home, 'bin')}:${process.env['PATH']}`);
  const log = join(home, 'logs', 'nats-server.log');
  await expect(start([])).rejects.toMatchObject({ code: 'MC_NATS_UNAVAILABLE', message: 'nats-server ended 4 times before it was ready (exit code 1)', hint: expect.stringContaining(`Read ${log}`) });
  expect(await readFile(log, 'utf8')).toContain('not defined');
});

it('says which port is none, before anything starts', async () => {
  vi.stubEnv('GATEWAY_PORT', '80800');
  await expect(start([])).rejects.toMatchObject({ code: 'MC_CONFIG_INVALID', message: expect.stringContaining('GATEWAY_PORT=80800') });
});

it('names the address that the gateway listens on', async () => {
  vi.stubEnv('GATEWAY_HOST', 'localhost');
  vi.stubEnv('GATEWAY_PORT', '0');
  const supervisor = await start(['gateway']);
  expect(supervisor.gatewayUrl).toMatch(/^http:\/\/localhost:\d+$/);
  expect((await fetch(`${supervisor.gatewayUrl}/api/session`)).status).toBe(200);
  expect((await runningSystem(home))?.gatewayUrl).toBe(supervisor.gatewayUrl);
});

it('asks its services how they are where they tell it, whatever they would be told alone', async () => {
  vi.stubEnv('HEALTH_HOST', '::1');
  expect(await (await start()).readiness()).toEqual({ coordinator: true });
});

it('takes a port that is free at the address of the gateway, whoever has it at another', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  vi.stubEnv('GATEWAY_HOST', '::1');
  vi.stubEnv('GATEWAY_PORT', String(port));
  const supervisor = await start(['gateway']);
  expect((await fetch(`http://[::1]:${port}/api/session`)).status).toBe(200);
  await supervisor.stop();
  other.close();
});

it.each(['coordinator', 'inference', 'prompt-store', 'evaluator'])('tells why %s does not start', async (service) => {
  vi.stubEnv('LOG_LEVEL', 'loud');
  await expect(start([service])).rejects.toMatchObject({ code: 'MC_CONFIG_INVALID', message: expect.stringContaining('LOG_LEVEL=loud') });
});

it.each([
  ['evaluator', 'MINCHAT_BACKEND', 'tpu'],
  ['inference', 'MINCHAT_THREADS', 'all'],
  ['gateway', 'GATEWAY_PORT', 'http'],
  ['gateway', 'GATEWAY_HOST', '192.0.2.1'],
  ['gateway', 'GATEWAY_HOST', 'nowhere.invalid'],
  ['coordinator', 'MINCHAT_NATS_PORT', '70000'],
])('%s does not start with %s=%s, and that is told', async (service, variable, value) => {
  vi.stubEnv(variable, value);
  vi.stubEnv('GATEWAY_AUTH', 'required');
  await expect(start([service])).rejects.toMatchObject({ code: 'MC_CONFIG_INVALID', message: expect.stringContaining(`${variable}=${value}`) });
});
