// What the studio needs, and no trainer: NATS, coordinator, prompt-store as a process of its own, inference, gateway.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connectBus, type Bus } from '@minchat/bus';
import { startNatsServer } from '@minchat/bus/testing';
import { Coordinator } from '@minchat/coordinator';
import { writeDataset, type AnswersRecord } from '@minchat/datasets';
import { createServer } from '@minchat/gateway';
import { startLive } from '@minchat/inference/live';
import { writeTinyModels } from '@minchat/inference/testing';
import { startBackend } from '@minchat/model';
import { createLogger } from '@minchat/telemetry';
import { putTinyRun } from '../api/support.ts';

const log = createLogger('studio-test', { level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });

export interface Studio {
  readonly url: string;
  readonly bus: Bus;
  readonly natsUrl: string;
  /** Adds the finished run `tiny`, whose models can be asked. */
  addModels(): Promise<void>;
  /** A spec of one stage, which waits for people to rank these answers; `more` settings of it in YAML. */
  rankingSpec(name: string, records: readonly AnswersRecord[], rankings: number, more?: string): Promise<string>;
  close(): Promise<void>;
}

/** `settings` are those of the gateway that differ from an open one's. */
export async function startStudio(settings: Partial<Parameters<typeof createServer>[1]> = {}): Promise<Studio> {
  await startBackend((process.env['MINCHAT_BACKEND'] ??= 'wasm'));
  const folder = await mkdtemp(join(tmpdir(), 'minchat-studio-'));
  const nats = await startNatsServer();
  const connect = (name: string): Promise<Bus> => connectBus({ url: nats.url, name, log, cacheFolder: join(folder, 'cache', name) });
  const buses = await Promise.all(['coordinator', 'inference', 'gateway'].map(connect));
  const [coordinatorBus, inferenceBus, bus] = buses as [Bus, Bus, Bus];
  const coordinator = new Coordinator({ bus: coordinatorBus, log });
  await coordinator.start();
  const live = await startLive(inferenceBus, { INFERENCE_SLOTS: 8, INFERENCE_LANES: 1, INFERENCE_QUEUE: 32, INFERENCE_MODELS: 2, INFERENCE_KV_MB: 64, INFERENCE_STREAM_MS: 0, INFERENCE_DRAIN_SECONDS: 5 }, log);
  const store = await startStore(nats.url, folder);
  const server = await createServer(bus, {
    MINCHAT_HOME: join(folder, 'gateway'), GATEWAY_HOST: '127.0.0.1', GATEWAY_PORT: 0, GATEWAY_API_KEYS: '', COLLECT_PROMPTS: 'off', GATEWAY_RATE_LIMIT: 100_000, GATEWAY_BODY_LIMIT_KB: 64, GATEWAY_REQUEST_SECONDS: 30, ...settings,
  } as Parameters<typeof createServer>[1], log);
  await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${String((server.server.address() as AddressInfo).port)}/`,
    bus,
    natsUrl: nats.url,
    async addModels() {
      await putTinyRun(bus, await writeTinyModels(folder, { context: 512 }), join(folder, 'report'));
    },
    async rankingSpec(name, records, rankings, more) {
      const answers = join(folder, `answers-${name}`);
      await writeDataset(answers, 'answers', { train: records });
      const { digest } = await bus.artifacts.put(answers, 'dataset');
      return `name: ${name}\nstages:\n  rank:\n    settings: { labelers: human, rankings: ${rankings}, validationFraction: 0${more === undefined ? '' : `, ${more}`} }\n    inputs: { answers: 'artifact:${digest}' }\n`;
    },
    async close() {
      await server.close();
      await live.stop();
      await coordinator.stop();
      const exit = once(store, 'exit');
      store.kill('SIGTERM');
      await exit;
      await Promise.all(buses.map((one) => one.close()));
      await nats.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startStore(natsUrl: string, folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../../services/prompt-store/src/main.ts', import.meta.url))], {
    env: { ...process.env, NATS_URL: natsUrl, MINCHAT_HOME: join(folder, 'store'), DATABASE_URL: '', LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      if (line.includes('requests and feedback are served')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the prompt-store ended with ${String(code)}:\n${lines.join('\n')}`)));
  });
  return child;
}
