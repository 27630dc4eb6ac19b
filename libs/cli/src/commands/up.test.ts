import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from '../paths.ts';
import { processStart } from '../system/process.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
let home: string;
let up: ChildProcess;

interface Started { name: string; pid: number }
const started = async (): Promise<Started[]> =>
  readFile(join(home, 'up.json'), 'utf8').then((text) => (JSON.parse(text) as { children: Started[] }).children, () => []);

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'minchat-stop-'));
});
const start = ([program, ...args]: readonly [string, ...string[]] = [process.execPath, main, 'up'], more: Readonly<Record<string, string>> = {}, stderr: 'inherit' | 'ignore' = 'inherit'): void => {
  const env = { ...process.env, ...more, MINCHAT_HOME: home, MINCHAT_NATS_PORT: '0', GATEWAY_PORT: '0', NATS_URL: '' };
  up = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', stderr] });
};
afterEach(async () => {
  // What a test that fails would leave.
  for (const { pid } of await started()) if (processStart(pid) !== undefined) process.kill(pid, 'SIGKILL');
  up.kill('SIGKILL');
  await rm(home, { recursive: true, force: true });
});

/** What it has started, in the middle of starting. */
const whileItStarts = async (): Promise<Started[]> => {
  await expect.poll(async () => (await started()).length, { timeout: 60_000 }).toBeGreaterThan(1);
  return started();
};

const expectItEndsOn = async (signal: NodeJS.Signals): Promise<void> => {
  const ended = once(up, 'exit');
  up.kill(signal);
  expect(await ended).toEqual([0, null]);
};

const expectNothingLeft = async (children: readonly Started[]): Promise<void> => {
  expect(children.filter(({ pid }) => processStart(pid) !== undefined)).toEqual([]);
  expect(await started()).toEqual([]);
};

const expectItAnswers = async (): Promise<void> => {
  const env = { ...process.env, MINCHAT_HOME: home, NATS_URL: '' };
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'status', '--json'], { env });
  expect(JSON.parse(stdout)).toEqual([]);
};

it.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing behind when it gets a %s while it starts', async (signal) => {
  start();
  const children = await whileItStarts();
  await expectItEndsOn(signal);
  await expectNothingLeft(children);
}, 120_000);

it.skipIf(process.platform !== 'linux')('stops in order when its terminal ends', async () => {
  start(['script', '-qec', `"${process.execPath}" "${main}" up`, '/dev/null']);
  const children = await whileItStarts();
  up.kill('SIGKILL');
  await expect.poll(started, { timeout: 60_000 }).toEqual([]);
  await expectNothingLeft(children);
}, 120_000);

it('goes on when a terminal ends that it was taken off, as by nohup', async () => {
  start(['nohup', process.execPath, main, 'up'], {}, 'ignore');
  await whileItStarts();
  up.kill('SIGHUP');
  await expectItAnswers();
  await expectItEndsOn('SIGTERM');
}, 120_000);

it('is waited for by a command that is given while it starts', async () => {
  start();
  await whileItStarts();
  await expectItAnswers();
  await expectItEndsOn('SIGTERM');
}, 120_000);

it('is waited for by a command while its NATS answers late, as on a machine that is busy', async () => {
  start();
  let said = '';
  up.stdout?.on('data', (chunk) => (said += String(chunk)));
  await expect.poll(() => said, { timeout: 60_000 }).toContain('Ready');
  const { pid = 0 } = (await started()).find(({ name }) => name === 'nats-server') ?? {};
  process.kill(pid, 'SIGSTOP');
  const answers = expectItAnswers();
  await Promise.race([answers, sleep(8000)]).finally(() => process.kill(pid, 'SIGCONT'));
  await answers;
  await expectItEndsOn('SIGTERM');
}, 120_000);

it.skipIf(process.platform !== 'linux')('is told of at a terminal while a command waits for it', async () => {
  await writeFile(join(home, 'up.json'), JSON.stringify({ pid: process.pid, start: processStart(process.pid), children: [] }));
  start(['script', '-qec', `"${process.execPath}" "${main}" status`, '/dev/null']);
  let said = '';
  up.stdout?.on('data', (chunk) => (said += String(chunk)));
  await expect.poll(() => said, { timeout: 30_000 }).toContain(`Waiting for the minchat that starts in ${home} (process ${process.pid})`);
}, 60_000);

it('stops when npm is told to', async () => {
  start(['npm', 'run', 'minchat', '--', 'up']);
  const children = await whileItStarts();
  await expectItEndsOn('SIGTERM');
  await expectNothingLeft(children);
}, 120_000);

it('stops in order when nobody reads what it says any more', async () => {
  start();
  // Its first line says that it starts; what it has to say next finds no reader.
  await once(up.stdout ?? up, 'data');
  up.stdout?.destroy();
  const children = await whileItStarts();
  expect(await once(up, 'exit')).toEqual([0, null]);
  await expectNothingLeft(children);
}, 120_000);

it('is ready where programs are told to go by a proxy', async () => {
  const proxy = 'http://127.0.0.1:1';
  start(undefined, { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, http_proxy: proxy, NO_PROXY: '', no_proxy: '' });
  let said = '';
  up.stdout?.on('data', (chunk) => (said += String(chunk)));
  await expect.poll(() => said, { timeout: 60_000 }).toContain('Ready');
  await expectItEndsOn('SIGTERM');
}, 120_000);
