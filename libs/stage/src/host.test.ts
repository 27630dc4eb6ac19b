import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { JobRecord, JobState, encode } from '@minchat/contracts';
import { startS3 } from '@minchat/bus/testing';
import { connect } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineStage } from './define.ts';
import { counting, testBench, type Bench } from './test-host.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await testBench();
});
afterEach(() => bench.close());

/** Where an undisturbed run of the counting stage ends. */
function expected(steps: number, seed = 7, start = ''): string {
  let digest = `seed ${seed}${start}`;
  for (let step = 1; step <= steps; step += 1) digest = createHash('sha256').update(`${digest} ${step}`).digest('hex');
  return digest;
}

const failure = async (settings: object, more = {}) => {
  const jobId = await bench.job(settings, more);
  return (await bench.until(jobId, 'failed')).failed?.error;
};

describe('a stage host', () => {
  it('does a job and tells of it', async () => {
    const folder = join(bench.folder, 'start');
    await mkdir(folder);
    await writeFile(join(folder, 'text'), 'here');
    const artifact = await bench.bus.artifacts.put(folder, 'file');
    const host = await bench.host();
    // Else the first one would be no change to whoever is told of changes.
    expect(await host.metrics()).toContain('minchat_jobs_total{kind="count",outcome="failed",service="counter"} 0');
    const jobId = await bench.job({ steps: 20 }, { inputs: [{ name: 'start', artifact }] });
    const event = await bench.until(jobId, 'completed');
    expect(event.completed?.result).toMatchObject({ outputs: [{ name: 'result' }], metrics: [{ name: 'steps', value: 20 }, { name: 'from', value: 0 }] });
    expect(await bench.result(jobId)).toBe(expected(20, 7, 'here'));
    const progress = await bench.until(jobId, 'progress');
    expect(progress.progress).toMatchObject({ totalSteps: 20, metrics: [{ name: 'loss' }] });
    expect(await host.metrics()).toContain('minchat_stage_step{kind="count",service="counter"} 20');
    expect(await bench.bus.jobs.get(jobId)).toMatchObject({ state: JobState.JOB_STATE_COMPLETED, attempt: 1 });
    // Nothing is left of the work but the result.
    await expect.poll(() => readdir(join(bench.folder, 'home', 'work', host.workerId))).toEqual([]);
  });

  it('makes a checkpoint at every step when no time is to lie between them', async () => {
    await bench.host({ CHECKPOINT_SECONDS: '0' });
    const jobId = await bench.job({ steps: 5 });
    await bench.until(jobId, 'completed');
    const steps = bench.events.flatMap(({ checkpointed }) => checkpointed?.checkpoint?.step ?? []);
    expect(steps).toEqual([1, 2, 3, 4, 5]);
  });

  it('leaves no checkpoint behind, not one of a worker either that was killed before it could remove it', async () => {
    const folder = join(bench.folder, 'left');
    await mkdir(folder);
    await writeFile(join(folder, 'state.json'), '{}');
    const left = await bench.bus.artifacts.put(folder, 'checkpoint', { scope: 'job-1' });
    await bench.host({ CHECKPOINT_SECONDS: '0' });
    const jobId = await bench.job({ steps: 3 });
    expect(jobId).toBe('job-1');
    await bench.until(jobId, 'completed');
    const stored = bench.events.flatMap(({ checkpointed }) => checkpointed?.checkpoint?.artifact ?? []);
    expect(stored).toHaveLength(3);
    await expect.poll(() => Promise.all([left, ...stored].map((ref) => bench.bus.artifacts.has(ref)))).toEqual([false, false, false, false]);
  });

  it('keeps the lease while the stage blocks its thread for longer than the lease', async () => {
    await bench.host();
    await bench.host();
    const jobId = await bench.job({ steps: 2, stepMs: 2500 });
    await bench.until(jobId, 'completed');
    expect(await bench.bus.jobs.get(jobId)).toMatchObject({ attempt: 1, failures: 0 });
  });

  it('says at once what is wrong with a job', async () => {
    await bench.host();
    expect(await failure({ stepps: 1 })).toMatchObject({ code: 'MC_STAGE_SETTINGS', message: expect.stringContaining('stepps') as string });
    expect(await failure({ steps: 0 })).toMatchObject({ code: 'MC_STAGE_SETTINGS', message: expect.stringContaining('steps') as string });
    expect(await failure({}, { plugin: '@minchat/not-there' })).toMatchObject({ code: 'MC_PLUGIN_UNKNOWN' });
    const artifact = { kind: 'model', digest: `sha256:${'0'.repeat(64)}`, size: 1 };
    expect(await failure({}, { inputs: [{ name: 'start', artifact }] })).toMatchObject({ code: 'MC_STAGE_INPUT', message: expect.stringContaining('expected a file, found a model') as string });
    expect((await bench.bus.deadLetters()).map(({ error }) => error.split(' ')[0])).toContain('MC_STAGE_SETTINGS');
  });

  it('refuses a plugin that is none, and takes one that is allowed', async () => {
    const none = fileURLToPath(new URL('./fixtures/no-stage.ts', import.meta.url));
    await bench.host({ STAGE_PLUGINS: none });
    expect(await failure({}, { plugin: none })).toMatchObject({ code: 'MC_PLUGIN_INVALID' });
  });

  it('does not start with a plugin that no job could run with', async () => {
    await expect(bench.host({ STAGE_PLUGIN: '@minchat/not-there' })).rejects.toMatchObject({ code: 'MC_PLUGIN_UNKNOWN' });
    const lacking = join(bench.folder, 'lacking.ts');
    await writeFile(lacking, "import 'not-there-at-all';");
    await expect(bench.host({ STAGE_PLUGIN: lacking })).rejects.toMatchObject({ code: 'MC_PLUGIN_UNKNOWN', message: expect.stringContaining(`'not-there-at-all' imported from ${lacking}`) as string });
    await expect(bench.host({ STAGE_PLUGIN: fileURLToPath(new URL('./fixtures/no-stage.ts', import.meta.url)) })).rejects.toMatchObject({ code: 'MC_PLUGIN_INVALID' });
    await expect(bench.host({ STAGE_PLUGIN: counting }, { kinds: ['sft'], defaultPlugin: '@minchat/stage' })).rejects.toMatchObject({ code: 'MC_PLUGIN_INVALID', message: `${counting}: expected a stage of kind sft, found one of kind count` });
  });

  it('lends its packages to a plugin that lies elsewhere', async () => {
    const elsewhere = join(bench.folder, 'elsewhere.ts');
    await writeFile(elsewhere, `
      import { writeFile } from 'node:fs/promises';
      import { z } from 'zod';
      import { defineStage } from '@minchat/stage';
      export default defineStage({
        kind: 'count', description: '', settings: z.object({}), inputs: {}, outputs: { result: { kind: 'file', description: '' } },
        async run(context) {
          await writeFile(context.output('result') + '/digest', 'elsewhere');
          return {};
        },
      });`);
    await bench.host({ STAGE_PLUGIN: elsewhere });
    const jobId = await bench.job({});
    await bench.until(jobId, 'completed');
    expect(await bench.result(jobId)).toBe('elsewhere');
  });

  it('tells everybody which plugin runs when nobody asks for one', async () => {
    await bench.host();
    expect(await bench.bus.plugins.of('count')).toBe(counting);
    const other = pathToFileURL(counting).href;
    await bench.host({ STAGE_PLUGIN: other });
    expect(await bench.bus.plugins.of('count')).toBe(other);
    expect(await bench.bus.plugins.of('none')).toBeUndefined();
  });

  it('tries again after a bug and after a dead thread', async () => {
    await bench.host();
    const bug = await bench.job({ fail: 'bug', failAt: 4, failOnce: true, checkpointEvery: 2 });
    const dead = await bench.job({ fail: 'exit', failAt: 4, failOnce: true, checkpointEvery: 2 });
    await bench.until(bug, 'completed');
    await bench.until(dead, 'completed');
    expect([await bench.result(bug), await bench.result(dead)]).toEqual([expected(10), expected(10)]);
    const tried = bench.events.filter((event) => event.failed).map((event) => [event.failed?.final, event.failed?.error?.code, event.failed?.error?.message]);
    expect(tried).toEqual([
      [false, 'MC_STAGE_FAILED', 'x is not a function'],
      [false, 'MC_STAGE_FAILED', 'the compute thread ended with code 3 before its stage was done'],
    ]);
  });

  it('tells what a stage logged before it tells that the stage ended, well or not', async () => {
    await bench.host({ LOG_LEVEL: 'warn' });
    const jobId = await bench.job({ fail: 'bug', failAt: 4, failOnce: true, checkpointEvery: 2 });
    await bench.until(jobId, 'completed');
    const told = bench.events.filter((event) => event.jobId === jobId).flatMap(({ logged, failed, completed }) => logged?.lines.map(({ message }) => message) ?? (failed ? ['failed'] : completed ? ['completed'] : []));
    expect(told).toEqual(['counting', 'stage failed', 'failed', 'counting', 'completed']);
  });

  it('leaves a job that is cancelled while its implementation is being loaded, and takes the next', async () => {
    const stuck = fileURLToPath(new URL('./fixtures/stuck.ts', import.meta.url));
    await bench.host({ STAGE_PLUGINS: stuck, SHUTDOWN_SECONDS: '600' });
    const jobId = await bench.job({}, { plugin: stuck });
    await expect.poll(async () => (await bench.bus.jobs.get(jobId))?.state, { timeout: 10_000 }).toBe(JobState.JOB_STATE_HELD);
    await bench.bus.cancelJob({ jobId, runId: 'run', stage: 'count', round: 0 });
    await bench.until(await bench.job({ steps: 3 }), 'completed');
  });

  it.each([
    ['progress', 'progress: totalSteps: '],
    ['metric', 'progress: metrics.loss: expected a number'],
    ['result', 'what run() returns: '],
  ])('says what is wrong with what an implementation tells it, and lives on: %s', async (fail, message) => {
    await bench.host();
    const jobId = await bench.job({ fail });
    await expect.poll(() => bench.events.find((event) => event.jobId === jobId && event.failed)?.failed?.error, { timeout: 20_000 }).toMatchObject({ code: 'MC_STAGE_FAILED', message: expect.stringContaining(message) as string });
  });

  it('gives a job up whose workers vanished five times in a row', async () => {
    const job = { jobId: 'poison', runId: 'run', stage: 'count', kind: 'count', plugin: '', seed: 7, settingsJson: '', inputs: [], createdAtMs: 1, round: 0 };
    for (let tries = 0; tries < 5; tries += 1) {
      await expect.poll(async () => (await bench.bus.jobs.take(job, `vanishing-${tries}`, 1)).outcome).toBe('taken');
    }
    await bench.bus.publishJob(job);
    await bench.host();
    expect((await bench.until('poison', 'failed')).failed).toMatchObject({ final: true, error: { code: 'MC_STAGE_FAILED', message: expect.stringContaining('5 tries') as string } });
    await expect.poll(async () => (await bench.bus.deadLetters()).map((letter) => letter.job.jobId)).toEqual(['poison']);
  });

  it('stops a cancelled job and leaves it cancelled', async () => {
    await bench.host();
    const jobId = await bench.job({ steps: 100_000 });
    await bench.until(jobId, 'progress');
    await bench.bus.cancelJob({ jobId, runId: 'run', stage: 'count', round: 0 });
    const next = await bench.job({ steps: 1 });
    await bench.until(next, 'completed');
    expect(await bench.bus.jobs.get(jobId)).toMatchObject({ state: JobState.JOB_STATE_CANCELLED });
    expect(bench.events.some((event) => event.jobId === jobId && (event.completed ?? event.failed))).toBe(false);
  });

  it('has a cancelled job go on from where it was stopped when its run is resumed', async () => {
    await bench.host();
    const job = { runId: 'run', stage: 'count', kind: 'count', seed: 7, settingsJson: JSON.stringify({ steps: 300, stepMs: 10 }) };
    const jobId = await bench.job({ steps: 300, stepMs: 10 });
    await bench.until(jobId, 'progress');
    await bench.bus.cancelJob({ jobId, runId: 'run', stage: 'count', round: 0 });
    const { checkpointed } = await bench.until(jobId, 'checkpointed');
    const step = checkpointed?.checkpoint?.step ?? 0;
    expect(step).toBeGreaterThan(0);
    expect(await bench.bus.jobs.get(jobId)).toMatchObject({ state: JobState.JOB_STATE_CANCELLED, checkpoint: { step } });
    await bench.bus.publishJob({ ...job, jobId, round: 1 });
    const { completed } = await bench.until(jobId, 'completed');
    expect(completed?.result?.metrics).toContainEqual({ name: 'from', value: step });
    expect(await bench.result(jobId)).toBe(expected(300));
  });

  it('begins anew where another implementation goes on with the job: a checkpoint is of the one that wrote it', async () => {
    const other = join(bench.folder, 'other.ts');
    await writeFile(other, `export { default } from ${JSON.stringify(counting)};\n`);
    const first = await bench.host();
    const jobId = await bench.job({ steps: 300, stepMs: 10 });
    await bench.until(jobId, 'progress');
    await first.stop();
    expect((await bench.bus.jobs.get(jobId))?.checkpoint).toMatchObject({ plugin: counting });
    await bench.host({ STAGE_PLUGIN: other });
    const { completed } = await bench.until(jobId, 'completed');
    expect(completed?.result?.metrics).toContainEqual({ name: 'from', value: 0 });
    const started = bench.events.flatMap((event) => event.started ?? []);
    expect(started).toMatchObject([{ plugin: counting, fromStep: 0 }, { plugin: other, fromStep: 0 }]);
    await expect.poll(() => bench.events.flatMap((event) => event.logged?.lines ?? []).map(({ level, message }) => [level, message])).toContainEqual(['warn', `the checkpoint is of ${counting}: ${other} starts from the beginning`]);
    expect(await bench.result(jobId)).toBe(expected(300));
  });

  it('begins a job again that waited only when its try before has ended', async () => {
    const told: string[] = [];
    const waiting = defineStage({
      kind: 'count',
      description: 'Waits, and takes its time to stop.',
      settings: z.strictObject({}),
      inputs: {},
      outputs: { result: { kind: 'file', description: 'text' } },
      async run(context) {
        if (told.length > 0) {
          told.push('begun again');
          await writeFile(join(context.output('result'), 'digest'), 'here');
          return {};
        }
        told.push('begun');
        context.progress({ step: 0, totalSteps: 1, waiting: true });
        await once(context.signal, 'abort');
        await sleep(500);
        told.push('ended');
        throw context.signal.reason;
      },
    });
    await bench.host({}, { stages: [waiting] });
    const jobId = await bench.job({});
    await bench.until(jobId, 'progress');
    await bench.bus.cancelJob({ jobId, runId: 'run', stage: 'count', round: 0 });
    await bench.job({}, { jobId, round: 1 });
    await bench.until(jobId, 'completed');
    expect(told).toEqual(['begun', 'ended', 'begun again']);
  });

  it('lets another implementation take the place of a stage that the service has itself, for one run or for all', async () => {
    const stage = (kind: string) => defineStage({
      kind,
      description: 'Tells who it is.',
      settings: z.object({}),
      inputs: {},
      outputs: { result: { kind: 'file', description: 'text' } },
      async run(context) {
        await writeFile(join(context.output('result'), 'digest'), `the ${kind} of the service`);
        return {};
      },
    });
    const stages = [stage('count'), stage('other')];
    const made = async (more: object = {}) => {
      const jobId = await bench.job({}, more);
      await bench.until(jobId, 'completed');
      return bench.result(jobId);
    };
    const first = await bench.host({ STAGE_PLUGINS: counting }, { kinds: ['count', 'other'], stages });
    expect([await made(), await made({ kind: 'other' })]).toEqual(['the count of the service', 'the other of the service']);
    expect(await made({ plugin: counting })).toMatch(/^[0-9a-f]{64}$/);
    await first.stop();
    await bench.host({ STAGE_PLUGIN: counting }, { kinds: ['count', 'other'], stages });
    expect(await made()).toMatch(/^[0-9a-f]{64}$/);
    expect(await made({ kind: 'other' })).toBe('the other of the service');
    expect([await bench.bus.plugins.of('count'), await bench.bus.plugins.of('other')]).toEqual([counting, 'counter']);
  });

  it('throws the result of a worker away whose lease was lost', async () => {
    await bench.host();
    const jobId = await bench.job({ steps: 100, stepMs: 30, deaf: true });
    await bench.until(jobId, 'progress');
    // Somebody else takes over, as after a pause of the whole process.
    const record = await bench.bus.jobs.get(jobId);
    const raw = await connect({ servers: bench.nats.url });
    const kv = await raw.jetstream().views.kv('jobs');
    await kv.put(jobId, encode(JobRecord, { ...record, workerId: 'other', attempt: 2, leaseMs: 600_000 }));
    await raw.close();
    const next = await bench.job({ steps: 1 });
    await bench.until(next, 'completed');
    expect(await bench.bus.jobs.get(jobId)).toMatchObject({ workerId: 'other', state: JobState.JOB_STATE_HELD });
    expect(bench.events.some((event) => event.jobId === jobId && event.completed)).toBe(false);
  });

  it('hands its job back when it is stopped, and another goes on from there', async () => {
    const first = await bench.host();
    const jobId = await bench.job({ steps: 300, stepMs: 10 });
    await bench.until(jobId, 'progress');
    await first.stop();
    const released = await bench.until(jobId, 'released');
    expect(released.released?.step).toBeGreaterThan(0);
    await bench.host();
    const { completed } = await bench.until(jobId, 'completed');
    expect(completed?.result?.metrics).toContainEqual({ name: 'from', value: released.released?.step });
    expect(await bench.result(jobId)).toBe(expected(300));
    expect(await bench.bus.jobs.get(jobId)).toMatchObject({ attempt: 2, failures: 0 });
  });

  it('publishes the event again when it was lost behind the stored result', async () => {
    const { jobs } = bench.bus;
    const job = { jobId: 'lost', runId: 'run', stage: 'count', kind: 'count', plugin: '', seed: 7, settingsJson: '', inputs: [], createdAtMs: 1, round: 0 };
    const taken = await jobs.take(job, 'crashed', 1000);
    if (taken.outcome !== 'taken') throw new Error(taken.outcome);
    await jobs.complete(taken.lease, { outputs: [], metrics: [{ name: 'steps', value: 3 }] });
    await bench.bus.publishJob(job);
    await bench.host();
    expect((await bench.until('lost', 'completed')).completed?.result?.metrics).toEqual([{ name: 'steps', value: 3 }]);
    expect(bench.events.some((event) => event.started)).toBe(false);
  });
});

describe('a service process', () => {
  it('leaves a cancelled job that waits for a store that does not answer, and takes the next', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    bench.spawn({ ARTIFACT_STORE: 's3://models', AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', SHUTDOWN_SECONDS: '1' });
    const artifact = { kind: 'file', digest: `sha256:${'0'.repeat(64)}`, size: 1 };
    const jobId = await bench.job({}, { inputs: [{ name: 'start', artifact }] });
    await bench.until(jobId, 'started');
    await bench.bus.cancelJob({ jobId, runId: 'run', stage: 'count', round: 0 });
    const next = await bench.job({ steps: 5, output: false, checkpointEvery: 0 });
    await bench.until(next, 'progress');
    expect(await bench.bus.jobs.get(jobId)).toMatchObject({ state: JobState.JOB_STATE_CANCELLED });
    silent.closeAllConnections();
    silent.close();
  });

  it('makes a home that nobody else may read, also alone', async () => {
    const home = join(bench.folder, 'alone');
    bench.spawn({ MINCHAT_HOME: home });
    await bench.until(await bench.job({ steps: 1 }), 'completed');
    expect((await stat(home)).mode & 0o777).toBe(0o700);
  });

  it('killed in mid-job is followed by another, from its checkpoint, to the same end', async () => {
    const first = bench.spawn();
    const jobId = await bench.job({ steps: 200, stepMs: 10, checkpointEvery: 20 });
    const { checkpointed } = await bench.until(jobId, 'checkpointed');
    first.kill('SIGKILL');
    await once(first, 'exit');
    bench.spawn();
    const { completed } = await bench.until(jobId, 'completed');
    expect(completed?.result?.metrics.find(({ name }) => name === 'from')?.value).toBeGreaterThanOrEqual(checkpointed?.checkpoint?.step ?? Infinity);
    expect(await bench.result(jobId)).toBe(expected(200));
    expect(await bench.bus.jobs.get(jobId)).toMatchObject({ attempt: 2 });
  });

  it('asked to stop checkpoints, hands back, and exits with 0', async () => {
    const first = bench.spawn();
    const jobId = await bench.job({ steps: 5000, stepMs: 10 });
    await bench.until(jobId, 'progress');
    first.kill('SIGTERM');
    const [code] = (await once(first, 'exit')) as [number];
    expect(code).toBe(0);
    expect((await bench.until(jobId, 'released')).released?.step).toBeGreaterThan(0);
    expect(await bench.bus.jobs.get(jobId)).toMatchObject({ state: JobState.JOB_STATE_RELEASED, failures: 0 });
  });

  it('outlives a kill of nats-server in mid-job', async () => {
    bench.spawn();
    const jobId = await bench.job({ steps: 300, stepMs: 10, checkpointEvery: 50 });
    await bench.until(jobId, 'checkpointed');
    await bench.nats.restart('SIGKILL');
    await bench.until(jobId, 'completed');
    expect(await bench.result(jobId)).toBe(expected(300));
    expect(await bench.bus.jobs.get(jobId)).toMatchObject({ attempt: 1 });
  });

  it('loses no progress while the artifact store is away', async () => {
    const folder = join(bench.folder, 's3');
    const s3 = await startS3(folder);
    bench.spawn({ ARTIFACT_STORE: 's3://models', AWS_ENDPOINT_URL_S3: s3.url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_MAX_ATTEMPTS: '1' });
    const jobId = await bench.job({ steps: 400, stepMs: 10, checkpointEvery: 20 });
    await bench.until(jobId, 'checkpointed');
    await s3.stop();
    const before = bench.events.findLast((event) => event.progress)?.progress?.step ?? 0;
    await expect.poll(() => bench.events.findLast((event) => event.progress)?.progress?.step, { timeout: 20_000 }).toBeGreaterThan(before + 60);
    const back = await startS3(folder, Number(new URL(s3.url).port));
    const { completed } = await bench.until(jobId, 'completed');
    expect(completed?.result?.metrics).toContainEqual({ name: 'from', value: 0 });
    expect(await bench.bus.jobs.get(jobId)).toMatchObject({ attempt: 1, failures: 0 });
    await back.stop();
  });

  it('ends when nats-server comes back without its store, and a new one starts afresh', async () => {
    const first = bench.spawn();
    const jobId = await bench.job({ steps: 300, stepMs: 10 });
    await bench.until(jobId, 'progress');
    await bench.nats.kill();
    await rm(join(bench.nats.storeFolder, 'jetstream'), { recursive: true });
    await bench.nats.start();
    expect(await once(first, 'exit')).toEqual([75, null]);
    bench.spawn();
    await expect.poll(() => bench.bus.plugins.of('count').catch(() => undefined), { timeout: 20_000 }).toBe(counting);
    const next = await bench.job({ steps: 3 });
    await expect.poll(() => bench.result(next).catch(() => ''), { timeout: 20_000 }).toBe(expected(3));
  });

  it('without NATS ends with a code of its own, and at once when asked to', async () => {
    const waiting = bench.spawn({ NATS_URL: 'nats://127.0.0.1:1', NATS_WAIT_SECONDS: '0.2' });
    expect(await once(waiting, 'exit')).toEqual([69, null]);
    const wrong = bench.spawn({ JOB_LEASE_MS: 'soon' });
    expect(await once(wrong, 'exit')).toEqual([78, null]);
    const taken = new URL(bench.nats.url).port;
    expect(await once(bench.spawn({ HEALTH_PORT: taken }), 'exit')).toEqual([69, null]);
  });
});
