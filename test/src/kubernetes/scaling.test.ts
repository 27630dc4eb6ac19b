// docker/kubernetes/components/scaling against what the server and the services tell: what KEDA reads, read as its scalers do.
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectBus, type Bus } from '@minchat/bus';
import { freePort, startNatsServer, type TestNats } from '@minchat/bus/testing';
import { stageKinds } from '@minchat/config';
import type { Init, Job } from '@minchat/contracts';
import { createLogger } from '@minchat/telemetry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startService } from '../api/process.ts';
import { render, whyNoKustomize, type Labels } from './kustomize.ts';

interface Account {
  id: string;
  name: string;
  stream_detail?: { name: string; consumer_detail?: { name: string; num_pending: number; num_ack_pending: number }[] }[];
}

describe.skipIf(whyNoKustomize !== undefined)('scaling', () => {
  const triggers = whyNoKustomize === undefined ? render('overlays/production').filter(({ kind }) => kind === 'ScaledObject').flatMap(({ metadata: { name }, spec }) => (spec.triggers as { type: string; metadata: Labels }[]).map((trigger) => ({ service: name, ...trigger }))) : [];
  const queues = triggers.filter(({ type }) => type === 'nats-jetstream');
  let nats: TestNats;
  let bus: Bus;
  let monitor: number;

  beforeAll(async () => {
    monitor = await freePort();
    nats = await startNatsServer({ config: `http: "127.0.0.1:${monitor}"` });
    bus = await connectBus({ url: nats.url, name: 'test', log: createLogger('test', { level: 'silent' }) });
  });
  afterAll(async () => {
    await bus.close();
    await nats.stop();
  });

  /** What the scaler nats-jetstream takes for the length of a queue; it starts nothing where there is no consumer. */
  async function lag({ metadata: { account = '', stream = '', consumer = '' } }: { metadata: Labels }): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${monitor}/jsz?${new URLSearchParams({ acc: account, consumers: 'true', config: 'true' }).toString()}`);
    const { account_details: accounts = [] } = (await answer.json()) as { account_details?: Account[] };
    const streams = accounts.filter(({ id, name }) => id === account || name === account).flatMap(({ stream_detail: details = [] }) => details);
    const found = streams.filter(({ name }) => name === stream).flatMap(({ consumer_detail: details = [] }) => details).find(({ name }) => name === consumer);
    if (found === undefined) throw new Error(`consumer ${consumer} not found in stream ${stream}`);
    return found.num_pending + found.num_ack_pending;
  }
  const job = (kind: string, jobId = `job-${kind}`): Init<Job> => ({ jobId, runId: 'run', stage: kind, kind, seed: 1, settingsJson: '{}' });

  test('sees the first job of each kind, before any worker has started', async () => {
    for (const kind of Object.keys(stageKinds)) await bus.publishJob(job(kind));
    for (const queue of queues) expect(await lag(queue), queue.service).toBe(1);
    // The others are the prompt-store's, which is always there.
    const others = Object.keys(stageKinds).filter((kind) => !['data', 'rank'].includes(kind));
    expect(new Set(queues.map(({ metadata }) => metadata['consumer']))).toEqual(new Set(others.map((kind) => `jobs-${kind}`)));
  });

  test('keeps a worker while its job is at work, and one for a job that a stopped one has handed back', async () => {
    await using home = await mkdtempDisposable(join(tmpdir(), 'minchat-scaling-'));
    const env = { NATS_URL: nats.url, MINCHAT_HOME: home.path, STAGE_PLUGIN: fileURLToPath(new URL('../../fixtures/until-stopped.ts', import.meta.url)) };
    const queue = queues.find(({ service }) => service === 'evaluator') ?? expect.fail();
    const first = startService('evaluator', env);
    await first.line(/"msg":"at work"/);
    expect(await lag(queue)).toBe(1);
    expect(await first.end()).toBe(0);
    expect(await lag(queue)).toBe(1);
    const second = startService('evaluator', env);
    await second.line(/"msg":"completed the job"/);
    await expect.poll(() => lag(queue)).toBe(0);
    await second.end();
  });

  test('finds the answers at inference where the trigger looks for them', async () => {
    await using home = await mkdtempDisposable(join(tmpdir(), 'minchat-scaling-'));
    const { metadata } = triggers.find(({ type }) => type === 'metrics-api') ?? expect.fail();
    const service = startService('inference', { NATS_URL: nats.url, MINCHAT_HOME: home.path, MINCHAT_BACKEND: 'cpu' });
    const [, port = ''] = await service.line(/"healthPort":(\d+)/);
    const metrics = await (await fetch(`http://127.0.0.1:${port}${new URL(metadata['url'] ?? '').pathname}`)).text();
    expect(metrics).toMatch(new RegExp(`^${String(metadata['valueLocation'])}\\{service="inference"\\} \\d+$`, 'm'));
    await service.end();
  });
});
