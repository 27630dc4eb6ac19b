import { setTimeout as after } from 'node:timers/promises';
import { Job, JobState, encode, type Init } from '@minchat/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type NatsConnection } from 'nats';
import { createJobRecords } from './job-records.ts';
import { createRunRecords } from './run-records.ts';
import { testBus } from './test-bus.ts';
import { startNatsServer, type TestNats } from './testing.ts';
import type { Bus, Taken } from './types.ts';

let nats: TestNats;
let bus: Bus;
beforeAll(async () => {
  nats = await startNatsServer();
  bus = await testBus(nats.url);
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

const signal = new AbortController().signal;
let count = 0;
function newJob(kind = 'sft'): Init<Job> & Job {
  count += 1;
  return { jobId: `job-${count}`, runId: 'run', stage: 'sft', kind, plugin: '', seed: 1, settingsJson: '', inputs: [], createdAtMs: 1, round: 0 };
}
/** The bucket of the records, of another connection. */
const jobsOf = async (raw: NatsConnection) => ({ name: 'jobs', kv: await raw.jetstream().views.kv('jobs'), manager: await raw.jetstreamManager() });
function leaseOf(taken: Taken) {
  if (taken.outcome !== 'taken') throw new Error(`expected taken, found ${taken.outcome}`);
  return taken.lease;
}

describe('job queue', () => {
  it('gives each job to one worker, and publishes it once per round', async () => {
    const queue = await bus.jobQueue('once');
    const job = newJob('once');
    expect(await bus.publishJob(job)).toEqual({ duplicate: false });
    expect(await bus.publishJob(job)).toEqual({ duplicate: true });
    const delivery = await queue.next(signal);
    expect(delivery?.job).toEqual(job);
    await delivery?.ack();
    // After the ack the server still knows the message id; our mark outlives that.
    expect(await bus.publishJob(job)).toEqual({ duplicate: true });
    expect(await bus.publishJob({ ...job, round: 1 })).toEqual({ duplicate: false });
    const again = await queue.next(signal);
    expect(again?.job.jobId).toBe(job.jobId);
    await again?.ack();
    const none = new AbortController();
    const waiting = queue.next(none.signal);
    none.abort();
    expect(await waiting).toBeUndefined();
  });

  it('delivers again what was given back or fell silent, and stays quiet while its worker beats', async () => {
    const queue = await bus.jobQueue('again', 600);
    await bus.publishJob(newJob('again'));
    const first = await queue.next(signal);
    expect(first?.delivery).toBe(1);
    first?.nak();
    const second = await queue.next(signal);
    expect(second?.delivery).toBe(2);
    // Silent: after the ack wait the server delivers it to whoever asks.
    const third = await queue.next(signal);
    expect(third?.delivery).toBe(3);
    const beat = setInterval(() => third?.working(), queue.ackWaitMs / 3);
    const impatient = AbortSignal.timeout(1500);
    expect(await queue.next(impatient)).toBeUndefined();
    clearInterval(beat);
    await third?.ack();
  });

  it('is counted from the first job on, where no worker has started yet, until the job is acknowledged', async () => {
    const raw = await connect({ servers: nats.url });
    const manager = await raw.jetstreamManager();
    // What workers are started by: KEDA's lag of a consumer.
    const lag = async () => {
      const { num_pending: pending, num_ack_pending: unacked } = await manager.consumers.info('JOBS', 'jobs-counted');
      return pending + unacked;
    };
    const job = newJob('counted');
    await bus.publishJob(job);
    expect(await lag()).toBe(1);
    // A worker's own ack wait stays, whoever publishes.
    const queue = await bus.jobQueue('counted', 40_000);
    const first = await queue.next(signal);
    expect(await lag()).toBe(1);
    await bus.publishJob(newJob('counted'));
    expect(await lag()).toBe(2);
    expect((await manager.consumers.info('JOBS', 'jobs-counted')).config.ack_wait).toBe(40_000 * 1e6);
    // Handed back, as when its worker is stopped; tried again later, as after a failure.
    first?.nak();
    expect(await lag()).toBe(2);
    for (let i = 0; i < 2; i += 1) (await queue.next(signal))?.nak(60_000);
    expect(await lag()).toBe(2);
    // Lost with no worker to make it anew: whoever publishes a job again, as the coordinator does of those that wait, does.
    await manager.consumers.delete('JOBS', 'jobs-counted');
    expect(await bus.publishJob(job)).toEqual({ duplicate: true });
    expect(await lag()).toBe(2);
    for (let i = 0; i < 2; i += 1) await (await queue.next(signal))?.ack();
    expect(await lag()).toBe(0);
    await raw.close();
  });

  it('is given a job again that the server lost', async () => {
    await using own = await startNatsServer();
    await using busOfOwn = await testBus(own.url);
    const job = newJob('gone');
    await busOfOwn.publishJob(job);
    const raw = await connect({ servers: own.url });
    await (await raw.jetstreamManager()).streams.purge('JOBS');
    await raw.close();
    // What it knew of the job's id goes with it.
    await own.restart();
    expect(await busOfOwn.publishJob(job)).toEqual({ duplicate: false });
    expect(await busOfOwn.publishJob(job)).toEqual({ duplicate: true });
    expect((await (await busOfOwn.jobQueue('gone')).next(signal))?.job).toEqual(job);
  });

  it('is given a job again whose place in the queue another has, as after a loss of the last writes', async () => {
    const [lost, other] = [newJob('placed'), newJob('placed')];
    await bus.publishJob(other);
    const raw = await connect({ servers: nats.url });
    const marks = await raw.jetstream().views.kv('published');
    await marks.put(`job.${lost.jobId}.${lost.round ?? 0}`, (await marks.get(`job.${other.jobId}.${other.round ?? 0}`))?.string() ?? expect.fail());
    await raw.close();
    expect(await bus.publishJob(lost)).toEqual({ duplicate: false });
    expect(await bus.publishJob(other)).toEqual({ duplicate: true });
  });

  it('takes the mark of an older version, which does not say where the job is, for published', async () => {
    const job = newJob('marked');
    const raw = await connect({ servers: nats.url });
    await (await raw.jetstream().views.kv('published')).put(`job.${job.jobId}.${job.round ?? 0}`, 'jobs.marked');
    expect(await bus.publishJob(job)).toEqual({ duplicate: true });
    await raw.close();
  });

  it('goes on when the server has lost its consumer', async () => {
    const queue = await bus.jobQueue('lost');
    const taken = queue.next(AbortSignal.timeout(20_000));
    const raw = await connect({ servers: nats.url });
    await (await raw.jetstreamManager()).consumers.delete('JOBS', 'jobs-lost');
    await raw.close();
    const job = newJob('lost');
    await bus.publishJob(job);
    expect((await taken)?.job).toEqual(job);
  });

  it('moves what is no job, and what was given up, to DLQ', async () => {
    const queue = await bus.jobQueue('bad');
    const raw = await connect({ servers: nats.url });
    await raw.jetstream().publish('jobs.bad', new Uint8Array([1, 2, 3]));
    await raw.close();
    const job = newJob('bad');
    await bus.publishJob(job);
    const delivery = await queue.next(signal);
    expect(delivery?.job.jobId).toBe(job.jobId);
    await delivery?.deadLetter(new Error('gave up'));
    const letters = await bus.deadLetters();
    expect(letters).toHaveLength(1);
    expect(letters[0]).toMatchObject({ job, error: 'MC_INTERNAL gave up' });
  });
});

it('leaves a job of a newer version to a worker of that version', async () => {
  const queue = await bus.jobQueue('newer');
  const raw = await connect({ servers: nats.url });
  // Field 1000, a number.
  await raw.jetstream().publish('jobs.newer', Uint8Array.from([...encode(Job, newJob('newer')), 0xc0, 0x3e, 1]));
  const known = newJob('newer');
  await bus.publishJob(known);
  const letters = (await bus.deadLetters()).length;
  const delivery = await queue.next(signal);
  expect(delivery?.job.jobId).toBe(known.jobId);
  await delivery?.ack();
  expect(await bus.deadLetters()).toHaveLength(letters);
  const { state } = await (await raw.jetstreamManager()).streams.info('JOBS', { subjects_filter: 'jobs.newer' });
  expect(state.subjects).toEqual({ 'jobs.newer': 1 });
  await raw.close();
});

describe('job records', () => {
  it('let one worker hold a job, and the next one after release, from its checkpoint', async () => {
    const job = newJob();
    const lease = leaseOf(await bus.jobs.take(job, 'a', 60_000));
    expect(await bus.jobs.take(job, 'b', 60_000)).toMatchObject({ outcome: 'held', record: { workerId: 'a' } });
    const checkpoint = { step: 7, plugin: 'a', artifact: { kind: 'checkpoint', digest: `sha256:${'0'.repeat(64)}`, size: 1, scope: job.jobId } };
    await bus.jobs.checkpoint(lease, checkpoint);
    await bus.jobs.release(lease);
    const next = leaseOf(await bus.jobs.take(job, 'b', 60_000));
    expect(next.record).toMatchObject({ attempt: 2, failures: 0, checkpoint });
  });

  it('fence off a stale worker: no checkpoint, result or release of it is written', async () => {
    const job = newJob();
    const stale = leaseOf(await bus.jobs.take(job, 'a', 200));
    // The worker stands still; its lease runs out, another takes over.
    await expect.poll(async () => (await bus.jobs.take(job, 'b', 60_000)).outcome).toBe('taken');
    const checkpoint = { step: 1, plugin: 'a', artifact: { kind: 'checkpoint', digest: `sha256:${'1'.repeat(64)}`, size: 1, scope: '' } };
    await expect(bus.jobs.renew(stale)).rejects.toMatchObject({ code: 'MC_LEASE_LOST' });
    await expect(bus.jobs.checkpoint(stale, checkpoint)).rejects.toMatchObject({ code: 'MC_LEASE_LOST' });
    await expect(bus.jobs.complete(stale, { outputs: [], metrics: [] })).rejects.toMatchObject({ code: 'MC_LEASE_LOST' });
    await expect(bus.jobs.release(stale)).rejects.toMatchObject({ code: 'MC_LEASE_LOST' });
    expect(await bus.jobs.get(job.jobId)).toMatchObject({ workerId: 'b', state: JobState.JOB_STATE_HELD, attempt: 2, failures: 1 });
  });

  it('a lease that ran out but was not taken goes on', async () => {
    const job = newJob();
    const lease = leaseOf(await bus.jobs.take(job, 'a', 1));
    await bus.jobs.renew(lease);
    await bus.jobs.complete(lease, { outputs: [], metrics: [{ name: 'loss', value: 1 }] });
    await expect(bus.jobs.release(lease)).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    expect(await bus.jobs.take(job, 'b', 1000)).toMatchObject({ outcome: 'over', record: { result: { metrics: [{ name: 'loss', value: 1 }] } } });
  });

  it('of a worker that is gone go to another though its clock was ahead', async () => {
    const raw = await connect({ servers: nats.url });
    const job = newJob();
    leaseOf(await createJobRecords(await jobsOf(raw), () => Date.now() + 3_600_000).take(job, 'ahead', 300));
    const taken = await bus.jobs.take(job, 'b', 60_000);
    expect(taken.outcome).toBe('held');
    expect(taken.outcome === 'held' && taken.untilMs).toBeLessThanOrEqual(Date.now() + 300);
    await expect.poll(async () => (await bus.jobs.take(job, 'b', 60_000)).outcome).toBe('taken');
    await raw.close();
  });

  it.each([-3_600_000, 3_600_000])('tell when a worker was last heard of whose clock is %i ms ahead', async (ahead) => {
    const raw = await connect({ servers: nats.url });
    const job = newJob();
    leaseOf(await createJobRecords(await jobsOf(raw), () => Date.now() + ahead).take(job, 'a', 60_000));
    const { renewedAtMs = NaN } = (await bus.jobs.get(job.jobId)) ?? {};
    expect(Math.abs(renewedAtMs - Date.now())).toBeLessThan(60_000);
    await raw.close();
  });

  it('are listed while others are written and deleted: nothing waits for what is not there any more', async () => {
    const jobs = Array.from({ length: 9 }, newJob);
    for (let round = 0; round < 150; round += 1) {
      const lists = Array.from({ length: 3 }, (_, i) => after(2 * i).then(() => bus.jobs.list()));
      const changes = jobs.map((job, i) => after((i + round) % 7).then((): Promise<unknown> => (i % 2 === round % 2 ? bus.jobs.delete(job.jobId) : bus.jobs.cancel({ ...job, round }))));
      expect(await Promise.race([Promise.all([...lists, ...changes]).then(() => 'listed'), after(10_000, 'still waiting', { ref: false })])).toBe('listed');
    }
  }, 60_000);

  it('of many that take at once, one gets it', async () => {
    const job = newJob();
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) => bus.jobs.take(job, `w${i}`, 60_000)));
    expect(outcomes.filter(({ outcome }) => outcome === 'taken')).toHaveLength(1);
  });

  it('writes of one lease at once go one after the other', async () => {
    const lease = leaseOf(await bus.jobs.take(newJob(), 'a', 60_000));
    await Promise.all([bus.jobs.renew(lease), bus.jobs.renew(lease), bus.jobs.complete(lease, { outputs: [], metrics: [] })]);
    expect(lease.record.state).toBe(JobState.JOB_STATE_COMPLETED);
  });

  it('a write whose answer was lost has still happened', async () => {
    const raw = await connect({ servers: nats.url });
    const bucket = await jobsOf(raw);
    const { kv } = bucket;
    let fail = true;
    const flaky = Object.assign(Object.create(kv) as typeof kv, {
      update: async (key: string, data: Uint8Array, revision: number) => {
        const result = await kv.update(key, data, revision);
        if (!fail) return result;
        fail = false;
        throw Object.assign(new Error('TIMEOUT'), { code: 'TIMEOUT' });
      },
    });
    const records = createJobRecords({ ...bucket, kv: flaky });
    const job = newJob();
    const lease = leaseOf(await records.take(job, 'a', 60_000));
    await records.complete(lease, { outputs: [], metrics: [] });
    expect(fail).toBe(false);
    expect(await bus.jobs.get(job.jobId)).toMatchObject({ state: JobState.JOB_STATE_COMPLETED });
    await raw.close();
  });

  it('tell a worker that its job was cancelled, whether it held it or not', async () => {
    const job = newJob();
    const lease = leaseOf(await bus.jobs.take(job, 'a', 60_000));
    const told = Promise.withResolvers<void>();
    const stop = bus.onCancel(job.jobId, told.resolve);
    await bus.cancelJob(job);
    await told.promise;
    stop();
    await expect(bus.jobs.renew(lease)).rejects.toMatchObject({ code: 'MC_CANCELLED' });
    const untaken = newJob();
    await bus.cancelJob(untaken);
    expect(await bus.jobs.take(untaken, 'a', 1000)).toMatchObject({ outcome: 'over', record: { state: JobState.JOB_STATE_CANCELLED } });
    expect((await bus.jobs.take({ ...untaken, round: 1 }, 'a', 1000)).outcome).toBe('taken');
  });

  it('keep what a cancelled worker had done until another takes the job', async () => {
    const job = newJob();
    const cancelled = leaseOf(await bus.jobs.take(job, 'a', 60_000));
    const at = (step: number) => ({ step, plugin: 'a', artifact: { kind: 'checkpoint', digest: `sha256:${'1'.repeat(64)}`, size: 1, scope: job.jobId } });
    await bus.jobs.cancel(job);
    await bus.jobs.checkpoint(cancelled, at(3));
    expect(await bus.jobs.get(job.jobId)).toMatchObject({ state: JobState.JOB_STATE_CANCELLED, checkpoint: { step: 3 } });
    await bus.jobs.checkpoint(cancelled, at(4));
    await expect(bus.jobs.complete(cancelled, { outputs: [], metrics: [] })).rejects.toMatchObject({ code: 'MC_CANCELLED' });
    const next = leaseOf(await bus.jobs.take({ ...job, round: 1 }, 'b', 60_000));
    expect(next.record.checkpoint?.step).toBe(4);
    // A cancelling that comes late is of another round.
    expect(await bus.jobs.cancel(job)).toMatchObject({ state: JobState.JOB_STATE_HELD, workerId: 'b' });
    await expect(bus.jobs.checkpoint(cancelled, at(5))).rejects.toMatchObject({ code: 'MC_CANCELLED' });
    expect((await bus.jobs.get(job.jobId))?.checkpoint?.step).toBe(4);
  });

  it('count failures, forgive them on progress, and stay over when over', async () => {
    const job = newJob();
    const first = leaseOf(await bus.jobs.take(job, 'a', 60_000));
    await bus.jobs.release(first, new Error('x'));
    const second = leaseOf(await bus.jobs.take(job, 'a', 60_000));
    expect(second.record).toMatchObject({ failures: 1, attempt: 2, error: { code: 'MC_INTERNAL', message: 'x' } });
    await bus.jobs.checkpoint(second, { step: 1, plugin: 'a', artifact: { kind: 'checkpoint', digest: `sha256:${'1'.repeat(64)}`, size: 1, scope: '' } });
    expect(second.record.failures).toBe(0);
    await bus.jobs.fail(second, new Error('y'));
    expect(await bus.jobs.cancel(job)).toMatchObject({ state: JobState.JOB_STATE_FAILED, error: { message: 'y' } });
    const { record } = leaseOf(await bus.jobs.take({ ...job, round: 1 }, 'b', 60_000));
    expect(record).toMatchObject({ failures: 0, attempt: 3, checkpoint: { step: 1 } });
    expect(record.error).toBeUndefined();
  });
});

describe('deleted records', () => {
  it('of jobs are taken by nobody, however late the job is delivered', async () => {
    const job = newJob();
    leaseOf(await bus.jobs.take(job, 'a', 60_000));
    expect((await bus.jobs.list()).map(({ jobId }) => jobId)).toContain(job.jobId);
    await bus.jobs.delete(job.jobId);
    expect((await bus.jobs.list()).map(({ jobId }) => jobId)).not.toContain(job.jobId);
    expect(await bus.jobs.take(job, 'b', 60_000)).toMatchObject({ outcome: 'over' });
  });

  it('of runs went at the revision last seen, and their ids are not given again', async () => {
    const run = { runId: 'r0', name: 'n', specJson: '{}', status: 2 as const };
    const revision = (await bus.runs.create(run)) ?? 0;
    const next = (await bus.runs.update(run, revision)) ?? 0;
    expect(await bus.runs.delete('r0', revision)).toBe(false);
    expect(await bus.runs.delete('r0', next)).toBe(true);
    expect(await bus.runs.get('r0')).toBeUndefined();
    await expect(bus.runs.create(run)).rejects.toMatchObject({ code: 'MC_CONFLICT' });
  });
});

describe('run records', () => {
  it('are created once and updated only from the revision last seen', async () => {
    const run = { runId: 'r1', name: 'n', specJson: '{}', status: 1 as const };
    const revision = await bus.runs.create(run);
    expect(revision).toBeGreaterThan(0);
    expect(await bus.runs.create({ ...run, name: 'other' })).toBeUndefined();
    const next = await bus.runs.update({ ...run, name: 'm' }, revision ?? 0);
    expect(next).toBeGreaterThan(revision ?? 0);
    expect(await bus.runs.update({ ...run, name: 'o' }, revision ?? 0)).toBeUndefined();
    expect(await bus.runs.get('r1')).toMatchObject({ record: { name: 'm' }, revision: next });
    expect(await bus.runs.get('r2')).toBeUndefined();
    expect((await bus.runs.list()).map((record) => record.runId)).toEqual(['r1']);
  });

  it('are read when they are listed, the mark that one leaves that was deleted once at most', async () => {
    const raw = await connect({ servers: nats.url });
    const kv = await raw.jetstream().views.kv('runs');
    const read: string[] = [];
    const counting = Object.assign(Object.create(kv) as typeof kv, { get: (key: string) => (read.push(key), kv.get(key)) });
    const runs = createRunRecords({ name: 'runs', kv: counting, manager: await raw.jetstreamManager() });
    for (const runId of ['r3', 'r4']) await bus.runs.delete(runId, await bus.runs.create({ runId, name: 'n', specJson: '{}', status: 1 }) ?? 0);
    await runs.list();
    expect(read).toEqual(expect.arrayContaining(['r1', 'r3', 'r4']));
    read.length = 0;
    await runs.list();
    expect(read).toEqual(['r1']);
    await raw.close();
  });
});
