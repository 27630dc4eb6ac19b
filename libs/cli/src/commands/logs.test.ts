import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { connectBus, rpc, type Bus } from '@minchat/bus';
import { startNatsServer, type TestNats } from '@minchat/bus/testing';
import { RunStatus, StageStatus, type Init, type RunRecord } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { createLogger } from '@minchat/telemetry';
import { afterAll, beforeAll, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
let folder: string;
let nats: TestNats;
let bus: Bus;
const runs: Init<RunRecord>[] = [];
/** So old that no list has it. */
const old: Init<RunRecord> = { runId: 'old-1', name: 'old', specJson: '{"seed":1}', status: RunStatus.RUN_STATUS_COMPLETED };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-logs-'));
  nats = await startNatsServer();
  bus = await connectBus({ url: nats.url, name: 'test', log: createLogger('test', { level: 'silent' }), cacheFolder: folder });
  bus.serve(rpc.listRuns, async () => ({ runs }));
  bus.serve(rpc.getRun, async ({ runId }) => {
    const found = [...runs, old].find((run) => run.runId === runId);
    if (found === undefined) throw new MinchatError('MC_NOT_FOUND', `there is no run ${runId}`);
    return found;
  });
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
  await rm(folder, { recursive: true });
});

const addRun = (runId: string, status: RunStatus, createdAtMs: number): Init<RunRecord> => {
  const stages = ['data', 'sft'].map((stage) => ({ stage, kind: stage, status: StageStatus.STAGE_STATUS_COMPLETED, startedAtMs: 1, finishedAtMs: 2 }));
  const run = { runId, name: runId.split('-')[0] ?? '', specJson: '{"seed":1}', status, createdAtMs, stages };
  runs.unshift(run);
  return run;
};
const say = (runId: string, stage: string, level: string, message: string, fieldsJson = ''): Promise<void> =>
  bus.publishEvent({ runId, jobId: 'j', stage, logged: { lines: [{ atMs: 1_000_000, level, message, fieldsJson }] } });

const start = (...args: string[]) => {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, NATS_URL: nats.url, MINCHAT_HOME: folder } });
  return { child, ended: Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(([stdout, stderr, [code]]) => ({ stdout, stderr, code: code as unknown })) };
};
const minchat = (...args: string[]) => start(...args).ended;

it('finds a run by its id also where it is too old for a list', async () => {
  await say('old-1', 'sft', 'info', 'long ago');
  expect(await minchat('logs', 'old-1')).toMatchObject({ code: 0, stdout: expect.stringContaining('long ago') as string });
  expect(await minchat('status', 'old-2')).toMatchObject({ code: 66, stderr: expect.stringContaining('there is no run old-2') as string });
});

it('prints what stages logged and what happened to them, of a run by its name', async () => {
  addRun('past-1', RunStatus.RUN_STATUS_COMPLETED, 1);
  await bus.publishEvent({ runId: 'past-1', jobId: 'j', stage: 'data', started: { attempt: 1, plugin: 'mine' } });
  await say('past-1', 'sft', 'warn', 'odd texts', '{"cut":3}');
  await bus.publishEvent({ runId: 'past-1', jobId: 'j', stage: 'sft', failed: { error: { code: 'MC_STAGE_FAILED', message: 'broken' }, attempt: 1 } });
  const { code, stdout } = await minchat('logs', 'past');
  expect(code).toBe(0);
  expect(stdout.trim().split('\n').map((line) => line.replace(/^\S+ /, ''))).toEqual([
    'data      event started attempt=1 plugin=mine', 'sft       warn  odd texts cut=3', 'sft       error broken code=MC_STAGE_FAILED attempt=1',
  ]);
  expect(stdout).toContain('1970-01-01T00:16:40.000Z sft');
  expect(JSON.parse((await minchat('logs', 'latest', 'data', '--json')).stdout)).toMatchObject([{ stage: 'data', level: 'event', message: 'started', fields: { plugin: 'mine' } }]);
});

it.skipIf(!existsSync('/dev/full'))('tells that its output could not be written, and is no success then', async () => {
  addRun('long-1', RunStatus.RUN_STATUS_COMPLETED, 2);
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [main, 'status', 'long', '--json'], { stdio: ['ignore', full, 'pipe'], env: { ...process.env, NATS_URL: nats.url, MINCHAT_HOME: folder } });
  closeSync(full);
  const [stderr, [code]] = await Promise.all([text(child.stderr as Readable), once(child, 'exit')]);
  expect(code).toBe(74);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'MC_DISK_FULL' } });
});

it('tells of a run and of a stage that there is not what there is', async () => {
  addRun('named-1', RunStatus.RUN_STATUS_COMPLETED, 2);
  expect(await minchat('logs', 'nmaed-1')).toMatchObject({ code: 66, stderr: expect.stringContaining('there is no run nmaed-1; did you mean "named-1"?') as string });
  expect(await minchat('logs', 'named', 'sftt')).toMatchObject({ code: 66, stderr: expect.stringContaining('no stage "sftt"; did you mean "sft"?') as string });
  expect(await minchat('logs', 'named')).toEqual({ code: 0, stdout: '', stderr: '' });
});

it('follows a run until it has ended, and status --watch ends as the run does', async () => {
  const run = addRun('live-1', RunStatus.RUN_STATUS_RUNNING, 3);
  await say('live-1', 'sft', 'info', 'before');
  const logs = start('logs', 'live', '--follow');
  const watch = start('status', 'live', '--watch');
  await Promise.all([once(logs.child.stdout, 'data'), once(watch.child.stdout, 'data')]);
  await say('live-1', 'sft', 'info', 'after');
  runs[0] = { ...run, status: RunStatus.RUN_STATUS_CANCELLED };
  await bus.publishEvent({ runId: 'live-1', stage: 'run', runChanged: { status: 'cancelled' } });
  expect((await logs.ended).stdout).toMatch(/before\n.*after\n.*cancelled\n$/);
  expect((await logs.ended).code).toBe(0);
  expect(await watch.ended).toMatchObject({ code: 65, stderr: expect.stringContaining('run live-1 was cancelled') as string });
});
