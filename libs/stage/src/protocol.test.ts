// docs/protocol.md, kept to the letter by a worker that has nothing else of the bus.
import { createHash, randomBytes } from 'node:crypto';
import { Job, JobRecord, JobState, Manifest, StageEvent, decode, encode, type ArtifactRef, type Init, type StageResult } from '@minchat/contracts';
import { connect, headers, type NatsConnection } from 'nats';
import { expect, it } from 'vitest';
import { testBench } from './test-host.ts';

const chunkBytes = 262_144;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const chunksOf = (bytes: Uint8Array): Uint8Array[] => Array.from({ length: Math.max(1, Math.ceil(bytes.length / chunkBytes)) }, (_, index) => bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes));

async function publish(nats: NatsConnection, subject: string, bytes: Uint8Array, more: Record<string, string> = {}): Promise<number> {
  const set = headers();
  for (const [name, value] of Object.entries(more)) set.set(name, value);
  const { seq, error } = (await nats.request(subject, bytes, { timeout: 5000, headers: set })).json<{ seq: number; error?: { err_code: number } }>();
  if (error) throw new Error(`error ${error.err_code}`);
  return seq;
}

/** Stores files as an artifact. */
async function put(nats: NatsConnection, kind: string, files: Readonly<Record<string, Uint8Array>>): Promise<ArtifactRef> {
  const listed = Object.entries(files).map(([path, bytes]) => ({ path, size: bytes.length, sha256: sha256(bytes) })).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  for (const bytes of Object.values(files)) {
    for (const [index, chunk] of chunksOf(bytes).entries()) await publish(nats, `artifacts.artifacts.blobs.${sha256(bytes)}.${index}`, chunk);
  }
  const manifest = encode(Manifest, { kind, files: listed });
  await publish(nats, `artifacts.artifacts.manifests.${sha256(manifest)}.0`, Buffer.concat([Buffer.from([1]), manifest]));
  return { kind, digest: `sha256:${sha256(manifest)}`, size: listed.reduce((sum, { size }) => sum + size, 0), scope: '' };
}

/** Does one job of a kind by what `work` makes, unless it is cancelled first; gives the word that ended the delivery. */
async function workOnce(nats: NatsConnection, kind: string, work: (job: Job) => Promise<Record<string, Uint8Array>>): Promise<string> {
  const consumer = { durable_name: `jobs-${kind}`, filter_subject: `jobs.${kind}`, ack_policy: 'explicit', deliver_policy: 'all', ack_wait: 15e9, max_deliver: -1, max_ack_pending: 1000 };
  await nats.request(`$JS.API.CONSUMER.DURABLE.CREATE.JOBS.jobs-${kind}`, JSON.stringify({ stream_name: 'JOBS', config: consumer }));
  await publish(nats, `$KV.plugins.${kind}`, Buffer.from('from-the-page'));
  const delivery = await nats.request(`$JS.API.CONSUMER.MSG.NEXT.JOBS.jobs-${kind}`, JSON.stringify({ batch: 1, expires: 10e9 }), { timeout: 10_000, noMux: true });
  const job = decode(Job, delivery.data, { strict: true });
  const { jobId, runId, stage } = job;
  const subject = `$KV.jobs.${jobId}`;
  const read = async (): Promise<{ record: JobRecord; seq: number } | undefined> => {
    const { message } = (await nats.request('$JS.API.STREAM.MSG.GET.KV_jobs', JSON.stringify({ last_by_subj: subject }))).json<{ message?: { seq: number; data: string } }>();
    return message && { record: decode(JobRecord, Buffer.from(message.data, 'base64')), seq: message.seq };
  };
  const write = (record: Init<JobRecord>, seq: number): Promise<number> => publish(nats, subject, encode(JobRecord, record), { 'Nats-Expected-Last-Subject-Sequence': String(seq) });
  const tell = (name: 'started' | 'progress' | 'completed', detail: object, eventId = randomBytes(8).toString('hex')): Promise<number> =>
    publish(nats, `events.${runId}.${stage}.${name}`, encode(StageEvent, { eventId, runId, jobId, stage, workerId: 'page', atMs: Date.now(), [name]: detail }), { 'Nats-Msg-Id': `event.${eventId}` });
  const end = (word: string): string => {
    delivery.respond(Buffer.from(word));
    return word;
  };

  const found = await read();
  if (found) throw new Error(`expected a new job, found ${JSON.stringify(found.record)}`);
  const held = { jobId, runId, stage, state: JobState.JOB_STATE_HELD, workerId: 'page', leaseMs: 15_000, renewedAtMs: Date.now(), attempt: 1, round: job.round };
  let seq = await write(held, 0);
  await tell('started', { attempt: 1, plugin: 'from-the-page' });
  await tell('progress', { step: 1, totalSteps: 1 });
  const files = await work(job);
  delivery.respond(Buffer.from('+WPI'));
  try {
    seq = await write({ ...held, renewedAtMs: Date.now() }, seq);
    const result: Init<StageResult> = { outputs: [{ name: 'result', artifact: await put(nats, 'file', files) }], metrics: [{ name: 'loss', value: 0.5 }] };
    await write({ ...held, state: JobState.JOB_STATE_COMPLETED, result, completedAtMs: Date.now() }, seq);
    await tell('completed', { result, seconds: 1 }, `${jobId}-completed`);
  } catch (error) {
    if ((error as Error).message !== 'error 10071' || (await read())?.record.state !== JobState.JOB_STATE_CANCELLED) throw error;
  }
  return end('+ACK');
}

it('a worker that keeps to the page of the protocol is one like ours', async () => {
  const bench = await testBench();
  const nats = await connect({ servers: bench.nats.url });
  try {
    const jobId = await bench.job({});
    const files = { text: Buffer.from('from the page'), empty: Buffer.alloc(0), 'deep/large': randomBytes(chunkBytes + 1) };
    expect(await workOnce(nats, 'count', async () => files)).toBe('+ACK');
    await bench.until(jobId, 'completed');
    expect(await bench.bus.plugins.of('count')).toBe('from-the-page');
    const artifact = (await bench.bus.jobs.get(jobId))?.result?.outputs[0]?.artifact ?? expect.fail('no result');
    // The next stage, by a worker of ours, reads what it made.
    await bench.host();
    const next = await bench.job({ steps: 2 }, { inputs: [{ name: 'start', artifact }] });
    await bench.until(next, 'completed');
    expect(await bench.result(next)).toMatch(/^[0-9a-f]{64}$/);
    // Neither is given to anybody again.
    expect(await bench.bus.queueOf('count')).toMatchObject({ underway: 0 });
    // One that is cancelled meanwhile stays so.
    const cancelled = await bench.job({}, { kind: 'other' });
    await workOnce(nats, 'other', async ({ runId, stage, round }) => {
      await bench.bus.cancelJob({ jobId: cancelled, runId, stage, round });
      return {};
    });
    expect(await bench.bus.jobs.get(cancelled)).toMatchObject({ state: JobState.JOB_STATE_CANCELLED });
  } finally {
    await nats.close();
    await bench.close();
  }
});
