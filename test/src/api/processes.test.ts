import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus } from '@minchat/bus';
import { startNatsServer, type TestNats } from '@minchat/bus/testing';
import { writeTinyModels } from '@minchat/inference/testing';
import { startBackend } from '@minchat/model';
import { createLogger } from '@minchat/telemetry';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type ServiceProcess } from './process.ts';
import { putTinyRun } from './support.ts';

// Every service as its own process, two inference workers among them.

const backend = process.env['MINCHAT_BACKEND'] ?? 'wasm';
let folder: string;
let nats: TestNats;
let client: OpenAI;
const children: ServiceProcess[] = [];

const start = (service: string, env: Record<string, string> = {}): ServiceProcess => {
  const started = startService(service, { NATS_URL: nats.url, MINCHAT_HOME: folder, MINCHAT_BACKEND: backend, ...env });
  children.push(started);
  return started;
};

let workers: ServiceProcess[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-processes-'));
  nats = await startNatsServer();
  await startBackend(backend);
  const models = await writeTinyModels(folder, { context: 1024 });
  await using bus = await connectBus({ url: nats.url, name: 'test', log: createLogger('test', { level: 'silent' }), cacheFolder: join(folder, 'test-cache') });
  await putTinyRun(bus, models, join(folder, 'report'));
  start('coordinator');
  workers = [start('inference'), start('inference')];
  const gateway = start('gateway', { GATEWAY_PORT: '0' });
  const [listens] = await Promise.all([gateway.line(/"address":"([^"]+)"/), ...workers.map((worker) => worker.line(/live engine ready/))]);
  client = new OpenAI({ baseURL: `${listens[1] ?? ''}/v1`, apiKey: 'unused', maxRetries: 0 });
});
afterAll(async () => {
  const codes = await Promise.all(children.map((child) => child.end()));
  await nats.stop();
  await rm(folder, { recursive: true });
  expect(codes).toEqual(codes.map(() => 0));
});

const ask = (seed: number, tokens: number): Promise<OpenAI.Completion> =>
  client.completions.create({ model: 'tiny', prompt: 'the cat', max_tokens: tokens, seed, logit_bias: { 0: -100, 4: -100 } });

describe('services as processes', () => {
  it('share the load, and any of them gives the same answer', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(1, 20)));
    expect(new Set(answers.map((answer) => answer.choices[0]?.text)).size).toBe(1);
  });

  it('let answers end when one is asked to stop, and go on without it', async () => {
    const answers = Promise.all(Array.from({ length: 8 }, (_, seed) => ask(seed, 400)));
    const stream = await client.completions.create({ model: 'tiny', prompt: 'one', max_tokens: 3, stream: true });
    for await (const _ of stream) break;
    const code = workers[0]!.end();
    const during = Promise.all(Array.from({ length: 8 }, (_, seed) => ask(seed, 5)));
    expect((await answers).every((answer) => answer.usage?.completion_tokens === 400)).toBe(true);
    expect(await during).toHaveLength(8);
    expect(await code).toBe(0);
    expect((await ask(1, 3)).usage?.completion_tokens).toBe(3);
  });

  it('let answers end when a gateway is asked to stop', async () => {
    const gateway = start('gateway', { GATEWAY_PORT: '0' });
    const [, address = ''] = await gateway.line(/"address":"([^"]+)"/);
    const other = new OpenAI({ baseURL: `${address}/v1`, apiKey: 'unused', maxRetries: 0 });
    const stream = await other.completions.create({ model: 'tiny', prompt: 'the cat', max_tokens: 600, seed: 1, logit_bias: { 0: -100, 4: -100 }, stream: true });
    let code: Promise<number | null> | undefined;
    let reason: string | null | undefined;
    for await (const { choices } of stream) {
      code ??= gateway.end();
      reason = choices[0]?.finish_reason ?? reason;
    }
    expect(reason).toBe('length');
    expect(await code).toBe(0);
  });
});
