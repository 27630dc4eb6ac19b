import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus, rpc } from '@minchat/bus';
import { startNatsServer } from '@minchat/bus/testing';
import { startBackend } from '@minchat/model';
import { createLogger } from '@minchat/telemetry';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLive, type LiveEnv } from './live.ts';
import { writeTinyModels } from './testing.ts';

const log = createLogger('test', { level: 'silent' });
const env: LiveEnv = { INFERENCE_SLOTS: 2, INFERENCE_LANES: 1, INFERENCE_QUEUE: 3, INFERENCE_MODELS: 1, INFERENCE_KV_MB: 64, INFERENCE_STREAM_MS: 0, INFERENCE_DRAIN_SECONDS: 5 };
let folder: string;
let nats: Awaited<ReturnType<typeof startNatsServer>>;
beforeAll(async () => {
  await startBackend((process.env['MINCHAT_BACKEND'] ??= 'wasm'));
  folder = await mkdtemp(join(tmpdir(), 'minchat-live-'));
  nats = await startNatsServer();
});
afterAll(async () => {
  await nats.stop();
  await rm(folder, { recursive: true });
});

it('measures what tells whether there are enough workers', async () => {
  await using bus = await connectBus({ url: nats.url, name: 'test', log, cacheFolder: join(folder, 'cache') });
  const model = await bus.artifacts.put((await writeTinyModels(folder)).model, 'model');
  const registry = new Registry();
  const live = await startLive(bus, env, log, registry);
  const valueOf = async (name: string, of?: string) => (await registry.getSingleMetric(name)?.get())?.values.find(({ labels }) => labels['of'] === of)?.value;
  const chunks = bus.stream(rpc.generate, { requestId: 'r', model, tokens: { tokens: [10, 11, 12] }, maxTokens: 5, temperature: 1, topP: 1, n: 3, logitBias: [{ token: 100, bias: 100 }] });
  let most = 0;
  for await (const _ of chunks) most = Math.max(most, (await valueOf('minchat_answers')) ?? 0);
  expect(most).toBe(3);
  expect([await valueOf('minchat_answers'), await valueOf('minchat_answers_capacity')]).toEqual([0, 5]);
  expect([await valueOf('minchat_tokens_total', 'prompts'), await valueOf('minchat_tokens_total', 'answers')]).toEqual([3, 15]);
  expect(await registry.metrics()).toContain('minchat_first_token_seconds_count 1');
  await live.stop();
});
