import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { create, GenerateRequest, type ArtifactRef } from '@minchat/contracts';
import { Random, startBackend } from '@minchat/model';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeTinyModels } from '../testing.ts';
import type { ComputeOptions, FromCompute, Outcome, Reading } from './protocol.ts';
import { Scheduler } from './scheduler.ts';

let folder: string;
let model: ArtifactRef;
let reward: ArtifactRef;
/** With 1,024 slots its keys have 4 GB, more than WebAssembly can address. */
let large: ArtifactRef;
/** Has room for long texts. */
let wide: ArtifactRef;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-scheduler-'));
  await startBackend('wasm');
  const known = (digest: string, kind = 'model'): ArtifactRef => ({ kind, digest, size: 0, scope: '' });
  const paths = await writeTinyModels(folder);
  model = known(paths.model);
  reward = known(paths.reward, 'reward-model');
  large = known((await writeTinyModels(join(folder, 'large'), { context: 2 ** 15, layers: 1 })).model);
  wide = known((await writeTinyModels(join(folder, 'wide'), { context: 2 ** 13, layers: 1 })).model);
});
afterAll(() => rm(folder, { recursive: true }));

/** A scheduler at work, all that it says in order, and ways to ask it. */
function start(more: Partial<ComputeOptions> = {}) {
  const said: Outcome[] = [];
  const messages: Outcome[][] = [];
  const listeners = new Map<number, (outcome: Outcome) => void>();
  const options: ComputeOptions = { slots: 4, kvBytes: 2 ** 27, models: 3, streamMs: 0, lanes: 1, threads: 1, ...more };
  const scheduler = new Scheduler(options, (message: FromCompute) => {
    if (message.type === 'fetch') scheduler.take({ type: 'fetched', digest: message.source.digest, folder: message.source.digest });
    if (message.type !== 'outcomes') return;
    said.push(...message.outcomes);
    messages.push(message.outcomes);
    for (const outcome of message.outcomes) listeners.get(outcome.id)?.(outcome);
  });
  void scheduler.run();
  let id = 0;
  /** Resolves with the first outcome, and with the last. */
  const listen = () => {
    id += 1;
    const first = Promise.withResolvers<Outcome>();
    const over = Promise.withResolvers<Outcome>();
    listeners.set(id, (outcome) => {
      first.resolve(outcome);
      if (outcome.type === 'done' || outcome.type === 'error') over.resolve(outcome);
    });
    return { id, first: first.promise, over: over.promise };
  };
  return {
    said,
    messages,
    generate: (more: object = {}, source = model) => {
      const asked = listen();
      const request = create(GenerateRequest, { requestId: 'r', model: { ...source, digest: `sha256:${'0'.repeat(64)}` }, text: 'the cat', maxTokens: 4, temperature: 1, topP: 1, n: 1, ...more });
      scheduler.take({ type: 'ask', id: asked.id, client: request.client, source, work: { type: 'generate', request } });
      return asked;
    },
    read: (reading: Reading, source = reading.type === 'score' ? reward : model, client = '') => {
      const asked = listen();
      scheduler.take({ type: 'ask', id: asked.id, client, source, work: reading });
      return asked;
    },
    cancel: (asked: { id: number }) => scheduler.take({ type: 'cancel', id: asked.id }),
  };
}

/** Long enough that some 20 are read in one pass. */
const long = 'the cat sat on the mat '.repeat(5);
const manyTexts = (count: number): Reading => ({ type: 'score', texts: Array.from({ length: count }, () => ({ messages: [], completion: long })) });
const scoresOf = (said: readonly Outcome[], { id }: { id: number }) => said.flatMap((outcome) => (outcome.id === id && outcome.type === 'scores' ? outcome.scores : []));
/** Draws the same token for ever. */
const forever = { logitBias: [{ token: 100, bias: 100 }] };

it('keeps no tensors of requests that are over, however they ended', async () => {
  const { generate, read, cancel } = start();
  const round = async (): Promise<void> => {
    const embedded = read({ type: 'embed', inputs: [{ text: 'the cat' }, { text: 'one two three four' }] });
    const scored = read({ type: 'score', texts: [{ messages: [], completion: 'Paris.' }] });
    const answers = Array.from({ length: 10 }, (_, i) => generate({ n: 1 + (i % 3), echo: i % 4 === 0, wantLogprobs: i % 2 === 0, topLogprobs: 2 }));
    await Promise.all([embedded, scored, ...answers, generate({ maxTokens: 999 })].map(({ over }) => over));
    // What is given up in the middle.
    const [answer, texts] = [generate({ maxTokens: 50, ...forever }), read(manyTexts(64))];
    await Promise.all([answer.first, texts.first]);
    cancel(answer);
    cancel(texts);
    await generate().over;
  };
  await round();
  const before = tf.memory().numTensors;
  for (let i = 0; i < 10; i += 1) await round();
  expect(tf.memory().numTensors).toBe(before);
});

it('reads texts between the tokens of answers, and those of several requests in turn', async () => {
  const { said, generate, read } = start();
  // Both models are loaded.
  await Promise.all([generate(), read(manyTexts(1))].map(({ over }) => over));
  const answer = generate({ maxTokens: 10, ...forever });
  const [many, few] = [read(manyTexts(256)), read(manyTexts(32))];
  await Promise.all([answer, many, few].map(({ over }) => over));
  expect(said.findLast(({ type }) => type === 'done')?.id).toBe(many.id);
  expect([scoresOf(said, many).length, scoresOf(said, few).length]).toEqual([256, 32]);
});

it('gives each client its turn, however many requests another has', async () => {
  const { said, generate, read } = start();
  await Promise.all([generate(), read(manyTexts(1))].map(({ over }) => over));
  const places = (): number[] => said.flatMap(({ id, type }) => (type === 'done' ? [id] : []));
  const answers = Array.from({ length: 20 }, () => generate({ client: 'many', maxTokens: 20, ...forever }));
  const two = Array.from({ length: 2 }, () => generate({ client: 'few', maxTokens: 20, ...forever, n: 2 }));
  await Promise.all([...answers, ...two].map(({ over }) => over));
  // The four slots are the first client's when the second comes; of the next four it gets its half.
  for (const { id } of two) expect(places().indexOf(id) - places().indexOf(answers[0]!.id)).toBeLessThan(10);
  const readings = Array.from({ length: 10 }, () => read(manyTexts(64), reward, 'many'));
  const reading = read(manyTexts(64), reward, 'few');
  await Promise.all([...readings, reading].map(({ over }) => over));
  expect(readings.filter(({ id }) => places().indexOf(id) < places().indexOf(reading.id)).length).toBeLessThan(2);
});

it('makes room for one more model without holding up those that stay, and each gets its turn', async () => {
  const { said, generate, read, cancel } = start({ models: 2 });
  const leaving = generate({ maxTokens: 30_000, ...forever }, large);
  // Begun first, however long each takes to load.
  await leaving.first;
  const staying = generate({ maxTokens: 8000, ...forever }, wide);
  await staying.first;
  const third = [read(manyTexts(1)), read(manyTexts(1))];
  // The model unused for longest takes no more, the other does.
  const behind = generate({}, large);
  await generate({}, wide).over;
  expect(said.filter(({ id }) => [...third, behind].some((asked) => asked.id === id))).toEqual([]);
  cancel(leaving);
  await Promise.all([...third, behind].map(({ over }) => over));
  expect(said.filter(({ id, type }) => type === 'done' && [...third, behind].some((asked) => asked.id === id)).map(({ id }) => id)).toEqual([...third, behind].map(({ id }) => id));
  cancel(staying);
});

it('sends the pieces of answers before it reads the next texts', async () => {
  const { messages, generate, read } = start({ slots: 64, kvBytes: 2 ** 26 });
  await Promise.all([generate(), read(manyTexts(1))].map(({ over }) => over));
  const answers = Array.from({ length: 64 }, () => generate({ maxTokens: 50, ...forever }));
  await Promise.all([...answers, read(manyTexts(256))].map(({ over }) => over));
  // In a message that has both, what stands before scores waited for them.
  expect(messages.filter((outcomes) => outcomes.findIndex(({ type }) => type === 'scores') > 0)).toEqual([]);
});

it('reads prompts to be echoed between the tokens of answers, too', async () => {
  const { said, generate } = start();
  await generate().over;
  const answer = generate({ maxTokens: 10, ...forever });
  const echoes = Array.from({ length: 20 }, () => generate({ text: long, maxTokens: 0, echo: true, wantLogprobs: true }));
  await Promise.all([answer, ...echoes].map(({ over }) => over));
  expect(said.findLast(({ type }) => type === 'done')?.id).toBe(echoes.at(-1)?.id);
});

it('cuts long texts and prompts into tokens between the tokens of answers', async () => {
  const { said, generate, read, cancel } = start();
  const answer = generate({ maxTokens: 8000, ...forever }, wide);
  await answer.first;
  const random = new Random(1);
  // Words that no cache has.
  const text = (): string => Array.from({ length: 800 }, () => random.bits().toString(36)).join(' ');
  /** Pieces of the answer between what is asked for and the first that comes of it. */
  const pieces = async (asked: { id: number; first: Promise<unknown> }[]): Promise<number> => {
    const before = said.length;
    await Promise.all(asked.map(({ first }) => first));
    asked.forEach(cancel);
    return said.slice(before).filter(({ id }) => id === answer.id).length;
  };
  const inputs = Array.from({ length: 60 }, () => ({ text: text() }));
  expect(await pieces([read({ type: 'embed', inputs }, wide)])).toBeGreaterThan(5);
  // No answer is asked for: they are refused once they are cut.
  const prompts = inputs.map(() => text());
  expect(await pieces(prompts.map((prompt) => generate({ text: prompt, maxTokens: 0 }, wide)))).toBeGreaterThan(5);
  cancel(answer);
});

it('reads no more for a client that is gone', async () => {
  const { said, read, cancel } = start();
  const many = read(manyTexts(256));
  await many.first;
  cancel(many);
  await read(manyTexts(64)).over;
  expect(scoresOf(said, many).length).toBeLessThan(100);
});

it('refuses answers of a model whose keys and values do not fit into memory, and goes on with others', async () => {
  const { generate } = start({ slots: 1024, kvBytes: 2 ** 40 });
  expect(await generate({}, large).over).toMatchObject({ type: 'error' });
  expect(await generate().over).toMatchObject({ type: 'done' });
});
