import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connectBus } from '@minchat/bus';
import { startNatsServer, type TestNats } from '@minchat/bus/testing';
import { writeTinyModels } from '@minchat/inference/testing';
import { startBackend } from '@minchat/model';
import { createLogger } from '@minchat/telemetry';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putTinyRun } from './support.ts';

// Every service as its own process, two inference workers among them.

const backend = process.env['MINCHAT_BACKEND'] ?? 'wasm';
let folder: string;
let nats: TestNats;
let client: OpenAI;
const children: Service[] = [];

interface Service { child: ChildProcess; line(pattern: RegExp): Promise<RegExpExecArray> }

function start(service: string, env: Record<string, string> = {}): Service {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`../../../services/${service}/src/main.ts`, import.meta.url))], {
    env: { ...process.env, NATS_URL: nats.url, MINCHAT_HOME: folder, MINCHAT_BACKEND: backend, HEALTH_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(line);
    for (const wait of waiting) wait(line);
  });
  const line = (pattern: RegExp): Promise<RegExpExecArray> => {
    const known = lines.map((one) => pattern.exec(one)).find((match) => match !== null);
    if (known) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const wait = (one: string): void => {
        const match = pattern.exec(one);
        if (match) resolve(match);
      };
      waiting.add(wait);
      child.once('exit', (code) => reject(new Error(`${service} ended with ${String(code)}:\n${lines.join('\n')}`)));
    });
  };
  const started = { child, line };
  children.push(started);
  return started;
}

async function end({ child }: Service): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const exit = once(child, 'exit') as Promise<[number | null]>;
  child.kill('SIGTERM');
  return (await exit)[0];
}

let workers: Service[];

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
  const codes = await Promise.all(children.map(end));
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
    const code = end(workers[0]!);
    const during = Promise.all(Array.from({ length: 8 }, (_, seed) => ask(seed, 5)));
    expect((await answers).every((answer) => answer.usage?.completion_tokens === 400)).toBe(true);
    expect(await during).toHaveLength(8);
    expect(await code).toBe(0);
    expect((await ask(1, 3)).usage?.completion_tokens).toBe(3);
  });
});
