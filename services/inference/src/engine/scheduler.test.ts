import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { create, GenerateRequest } from '@minchat/contracts';
import { startBackend } from '@minchat/model';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeTinyModels } from '../testing.ts';
import type { FromCompute } from './protocol.ts';
import { Scheduler } from './scheduler.ts';

let folder: string;
let paths: { model: string; reward: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-scheduler-'));
  await startBackend('wasm');
  paths = await writeTinyModels(folder);
});
afterAll(() => rm(folder, { recursive: true }));

it('keeps no tensors of requests that are over, however they ended', async () => {
  const waiting = new Map<number, () => void>();
  const scheduler = new Scheduler({ slots: 4, kvBytes: 2 ** 24, models: 2, streamMs: 0, lanes: 1, threads: 1 }, (message: FromCompute) => {
    if (message.type === 'fetch') scheduler.take({ type: 'fetched', digest: message.source.digest, folder: message.source.digest });
    if (message.type !== 'outcomes') return;
    for (const outcome of message.outcomes) if (outcome.type !== 'chunk') waiting.get(outcome.id)?.();
  });
  void scheduler.run();
  let id = 0;
  const done = (): { id: number; over: Promise<void> } => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.set(id += 1, resolve);
    return { id, over: promise };
  };
  const source = { kind: 'model', digest: paths.model, size: 0, scope: '' };
  const generate = (more: object = {}): Promise<void> => {
    const { id: own, over } = done();
    scheduler.take({ type: 'generate', id: own, source, request: create(GenerateRequest, { requestId: 'r', model: { ...source, digest: `sha256:${'0'.repeat(64)}` }, text: 'the cat', maxTokens: 4, temperature: 1, topP: 1, n: 1, ...more }) });
    return over;
  };
  const round = async (): Promise<void> => {
    const { id: own, over } = done();
    scheduler.take({ type: 'read', id: own, source, reading: { type: 'embed', inputs: [{ text: 'the cat' }, { text: 'one two three four' }] } });
    const reward = done();
    scheduler.take({ type: 'read', id: reward.id, source: { ...source, kind: 'reward-model', digest: paths.reward }, reading: { type: 'score', texts: [{ messages: [], completion: 'Paris.' }] } });
    await Promise.all([over, reward.over, ...Array.from({ length: 10 }, (_, i) => generate({ n: 1 + (i % 3), echo: i % 4 === 0, wantLogprobs: i % 2 === 0, topLogprobs: 2 })), generate({ maxTokens: 999 })]);
    // One that is given up in the middle.
    void generate({ maxTokens: 50 });
    scheduler.take({ type: 'cancel', id });
    await generate();
  };
  await round();
  const before = tf.memory().numTensors;
  for (let i = 0; i < 10; i += 1) await round();
  expect(tf.memory().numTensors).toBe(before);
});
