import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectBus, rpc, type Bus } from '@minchat/bus';
import { startNatsServer, type TestNats } from '@minchat/bus/testing';
import { JobState, type ArtifactRef, type ImportProgress } from '@minchat/contracts';
import { writeDataset } from '@minchat/datasets';
import { testLog } from './testing.ts';

// The whole service as a process of its own, on a real nats-server and the embedded database.

let nats: TestNats;
let home: string;
let service: ChildProcess;
let bus: Bus;

async function startService(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], {
    env: { ...process.env, NATS_URL: nats.url, MINCHAT_HOME: join(home, 'service'), DATABASE_URL: '', LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      if (line.includes('requests and feedback are served')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the service ended with ${code}:\n${lines.join('\n')}`)));
  });
  return child;
}

async function stopService(signal: NodeJS.Signals): Promise<number | null> {
  service.removeAllListeners('exit');
  const exit = once(service, 'exit') as Promise<[number | null]>;
  service.kill(signal);
  return (await exit)[0];
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'minchat-store-'));
  nats = await startNatsServer();
  bus = await connectBus({ url: nats.url, name: 'test', log: testLog, cacheFolder: join(home, 'cache') });
  service = await startService();
}, 120_000);
afterAll(async () => {
  if (service.exitCode === null && service.signalCode === null) await stopService('SIGKILL');
  await bus.close();
  await nats.stop();
  await rm(home, { recursive: true, force: true });
});

async function artifactOf(name: string, content: string | Uint8Array): Promise<ArtifactRef> {
  const folder = join(home, name);
  await mkdir(folder);
  await writeFile(join(folder, 'file'), content);
  return bus.artifacts.put(folder, 'file');
}

function importStream(file: ArtifactRef, format: string, name: string, strict: boolean) {
  return bus.stream(rpc.import, { file, format, collection: name, strict })[Symbol.asyncIterator]() as AsyncIterableIterator<ImportProgress>;
}

async function importText(name: string, format: string, content: string | Uint8Array, strict = false): Promise<ImportProgress[]> {
  return Array.fromAsync(importStream(await artifactOf(name, content), format, name, strict));
}

async function collection(name: string) {
  const { collections } = await bus.call(rpc.listCollections, {});
  return collections.find((one) => one.name === name);
}

test('a file is imported over the bus, its progress and bad lines told', async () => {
  const line = JSON.stringify({ chosen: '\n\nHuman: Hi\n\nAssistant: Hello.', rejected: '\n\nHuman: Hi\n\nAssistant: No.' });
  const progress = await importText('harmless', 'hh-rlhf', gzipSync(`${line}\nbroken\n`));
  expect(progress.at(-1)).toMatchObject({ done: true, prompts: 1, comparisons: 1, skipped: 1, bad: [{ line: 2, reason: 'expected JSON, found broken', code: 'not_json', values: [{ name: 'start', value: 'broken' }] }] });
  expect(await collection('harmless')).toEqual({ name: 'harmless', prompts: 1, demonstrations: 0, comparisons: 1, texts: 0 });
});

test('errors of an import reach the client with their code', async () => {
  await expect(importText('strict', 'jsonl', '{"text":"a"}\nbroken', true)).rejects.toMatchObject({ code: 'MC_DATA_INVALID' });
  await expect(importText('unknown', 'xlsx', 'a,b')).rejects.toMatchObject({ code: 'MC_USAGE' });
  await expect(importText('feedback', 'jsonl', '{"text":"a"}')).rejects.toMatchObject({ code: 'MC_USAGE' });
  expect(await collection('strict')).toBeUndefined();
});

test('feedback is stored once, whatever is sent twice, and over a kill of the service', async () => {
  const messages = [{ role: 'user', content: 'Why is the sky blue?' }];
  const ranking = {
    rankingId: 'ranking-1',
    promptId: 'prompt-1',
    labelerId: 'ann',
    messages,
    answers: [{ text: 'Light scatters.', rank: 0, finished: true, rating: 6 }, { text: 'It is not.', rank: 1, finished: true }],
  };
  // The ranking comes before its prompt; the prompt's demonstration names it without its messages.
  await bus.publishFeedback('ranking', ranking);
  await bus.publishFeedback('prompt', { promptId: 'prompt-1', userId: 'ada', messages });
  await bus.publishFeedback('demonstration', { demonstrationId: 'demonstration-1', promptId: 'prompt-1', labelerId: 'ben', completion: 'Because light scatters.' });
  // None of these can be used, and none stops those behind them.
  await bus.publishFeedback('demonstration', { demonstrationId: 'unknown', promptId: 'nowhere', completion: 'What?' });
  await bus.publishFeedback('ranking', { ...ranking, rankingId: 'single', answers: ranking.answers.slice(1) });
  const all = { name: 'feedback', prompts: 1, demonstrations: 1, comparisons: 1, texts: 0 };
  await expect.poll(() => collection('feedback'), { timeout: 10_000 }).toEqual(all);

  await stopService('SIGKILL');
  await bus.publishFeedback('prompt', { promptId: 'prompt-2', messages: [{ role: 'user', content: 'And at night?' }] });
  service = await startService();
  await expect.poll(() => collection('feedback'), { timeout: 20_000 }).toEqual({ ...all, prompts: 2 });
}, 90_000);

test('runs that wait for people wait side by side, and hold up no other', async () => {
  const answers = join(home, 'answers');
  const comparisons = join(home, 'comparisons');
  const record = { id: 'p', messages: [{ role: 'user' as const, content: 'One or two?' }], answers: ['one', 'two'].map((text) => ({ text, finished: true })) };
  await writeDataset(answers, 'answers', { train: [record] });
  await writeDataset(comparisons, 'comparisons', { train: [{ ...record, answers: record.answers.map((answer, rank) => ({ ...answer, rank })) }] });
  const inputs = [{ name: 'answers', artifact: await bus.artifacts.put(answers, 'dataset') }, { name: 'comparisons', artifact: await bus.artifacts.put(comparisons, 'dataset') }];
  const rank = (runId: string, labelers: string) =>
    bus.publishJob({ jobId: `${runId}_rank`, runId, stage: 'rank', kind: 'rank', settingsJson: JSON.stringify({ labelers }), inputs });
  const stateOf = async (runId: string) => (await bus.jobs.get(`${runId}_rank`))?.state;
  await rank('people-1', 'human');
  await expect.poll(() => stateOf('people-1'), { timeout: 20_000 }).toBe(JobState.JOB_STATE_HELD);
  await rank('people-2', 'human');
  await rank('nobody', 'imported');
  await expect.poll(() => stateOf('nobody'), { timeout: 20_000 }).toBe(JobState.JOB_STATE_COMPLETED);
  const { queues } = await bus.call(rpc.listQueues, {});
  expect(queues.map(({ runId }) => runId).toSorted()).toEqual(['people-1', 'people-2']);
  // Each goes back when the service is stopped, and both are waited for again.
  expect(await stopService('SIGTERM')).toBe(0);
  expect([await stateOf('people-1'), await stateOf('people-2')]).toEqual([JobState.JOB_STATE_RELEASED, JobState.JOB_STATE_RELEASED]);
  service = await startService();
  await expect.poll(async () => [await stateOf('people-1'), await stateOf('people-2')], { timeout: 20_000 }).toEqual([JobState.JOB_STATE_HELD, JobState.JOB_STATE_HELD]);
}, 120_000);

test('what was cancelled while the service was away is offered to labelers no more', async () => {
  const offered = async () => (await bus.call(rpc.listQueues, {})).queues.map(({ runId }) => runId).toSorted();
  expect(await offered()).toEqual(['people-1', 'people-2']);
  await stopService('SIGKILL');
  await bus.cancelJob({ jobId: 'people-1_rank', runId: 'people-1', stage: 'rank', round: 0 });
  service = await startService();
  expect(await offered()).toEqual(['people-2']);
  // Nor what is cancelled before the new process has got its job again.
  await bus.cancelJob({ jobId: 'people-2_rank', runId: 'people-2', stage: 'rank', round: 0 });
  await expect.poll(offered, { timeout: 30_000 }).toEqual([]);
}, 90_000);

test('SIGTERM ends the service with 0, in the midst of an import too', async () => {
  const lines = Array.from({ length: 60_000 }, (_, i) => JSON.stringify({ text: `${i} ${'x'.repeat(1_000)}` })).join('\n');
  const stream = importStream(await artifactOf('long', lines), 'jsonl', 'long', true);
  const first = await stream.next();
  expect(first.value).toMatchObject({ done: false });
  const rest = expect(Array.fromAsync(stream)).rejects.toHaveProperty('code');
  expect(await stopService('SIGTERM')).toBe(0);
  await rest;

  service = await startService();
  expect(await collection('long')).toBeUndefined();
}, 90_000);
