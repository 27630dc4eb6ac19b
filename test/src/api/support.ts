import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus, type Bus } from '@minchat/bus';
import { startNatsServer } from '@minchat/bus/testing';
import { RunStatus, StageStatus, type ArtifactRef } from '@minchat/contracts';
import { Coordinator } from '@minchat/coordinator';
import { createServer } from '@minchat/gateway';
import { startLive } from '@minchat/inference/live';
import { writeTinyModels } from '@minchat/inference/testing';
import { startBackend } from '@minchat/model';
import { createLogger } from '@minchat/telemetry';

type Server = Awaited<ReturnType<typeof createServer>>;
type Live = Awaited<ReturnType<typeof startLive>>;
type ServerEnv = Parameters<typeof createServer>[1];
type LiveEnv = Parameters<typeof startLive>[1];

/** NATS, coordinator, inference and gateway, with one finished run of a tiny model. */
export interface Api {
  readonly url: string;
  readonly nats: Awaited<ReturnType<typeof startNatsServer>>;
  readonly bus: Bus;
  readonly live: Live;
  readonly server: Server;
  /** One more gateway on the same bus, with other settings. */
  gateway(settings: Partial<ServerEnv>): Promise<{ url: string; server: Server }>;
  /** One more inference worker on the same bus. */
  worker(settings?: Partial<LiveEnv>): Promise<Live>;
  close(): Promise<void>;
}

const log = createLogger('api-test', { level: process.env['LOG_LEVEL'] ?? 'silent' });

export async function startApi(engine: Partial<LiveEnv> = {}): Promise<Api> {
  await startBackend((process.env['MINCHAT_BACKEND'] ??= 'wasm'));
  const folder = await mkdtemp(join(tmpdir(), 'minchat-api-'));
  const nats = await startNatsServer();
  const connect = (name: string): Promise<Bus> => connectBus({ url: nats.url, name, log, cacheFolder: join(folder, 'cache', name) });
  const buses = await Promise.all(['coordinator', 'inference', 'gateway'].map(connect));
  const [coordinatorBus, inferenceBus, gatewayBus] = buses as [Bus, Bus, Bus];
  const models = await writeTinyModels(folder, { context: 512 });
  await putTinyRun(gatewayBus, models, join(folder, 'report'));
  const coordinator = new Coordinator({ bus: coordinatorBus, log });
  await coordinator.start();
  const liveEnv = { INFERENCE_SLOTS: 8, INFERENCE_LANES: 1, INFERENCE_QUEUE: 32, INFERENCE_MODELS: 2, INFERENCE_KV_MB: 64, INFERENCE_STREAM_MS: 0, INFERENCE_DRAIN_SECONDS: 5, ...engine };
  const live = await startLive(inferenceBus, liveEnv, log);
  const workers = [live];

  const servers: Server[] = [];
  const gateway = async (settings: Partial<ServerEnv>): Promise<{ url: string; server: Server }> => {
    const server = await createServer(gatewayBus, {
      MINCHAT_HOME: join(folder, 'gateway'), GATEWAY_HOST: '127.0.0.1', GATEWAY_PORT: 0, GATEWAY_API_KEYS: '', COLLECT_PROMPTS: 'off', GATEWAY_RATE_LIMIT: 100_000, GATEWAY_BODY_LIMIT_KB: 64, GATEWAY_REQUEST_SECONDS: 5, ...settings,
    } as ServerEnv, log);
    servers.push(server);
    await server.listen({ host: '127.0.0.1', port: 0 });
    return { url: `http://127.0.0.1:${String((server.server.address() as AddressInfo).port)}`, server };
  };
  const { url, server } = await gateway({});
  return {
    url,
    server,
    nats,
    bus: gatewayBus,
    live,
    gateway,
    async worker(settings = {}) {
      const bus = await connect('another');
      buses.push(bus);
      const started = await startLive(bus, { ...liveEnv, ...settings }, log);
      workers.push(started);
      return started;
    },
    async close() {
      await Promise.all(servers.map((one) => one.close()));
      await Promise.all(workers.map((worker) => worker.stop()));
      await coordinator.stop();
      await Promise.all(buses.map((bus) => bus.close()));
      await nats.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Stores the models and a report, and a finished run `tiny` of them. */
export async function putTinyRun(bus: Bus, models: { model: string; reward: string }, reportFolder: string): Promise<void> {
  await mkdir(reportFolder);
  await writeFile(join(reportFolder, 'report.html'), '<!doctype html><title>Report</title>');
  await writeFile(join(reportFolder, 'report.json'), '{"run":"tiny"}');
  const put = (path: string, kind: string): Promise<ArtifactRef> => bus.artifacts.put(path, kind);
  await putRun(bus, await put(models.model, 'model'), await put(models.reward, 'reward-model'), await put(reportFolder, 'report'));
}

/** A finished run as the coordinator would have left it. */
async function putRun(bus: Bus, model: ArtifactRef, reward: ArtifactRef, report: ArtifactRef): Promise<void> {
  const stage = (name: string, kind: string, output: string, artifact: ArtifactRef) => ({
    stage: name, kind, status: StageStatus.STAGE_STATUS_COMPLETED, jobId: `tiny-${name}`, attempt: 1, finishedAtMs: 2000, result: { outputs: [{ name: output, artifact }] },
  });
  const spec = { name: 'tiny', seed: 1, stages: { data: { settings: { source: 'world' } }, pretrain: {}, sft: {}, reward: {}, ppo: {}, evaluate: {} } };
  await bus.runs.create({
    runId: 'tiny',
    name: 'tiny',
    specJson: JSON.stringify(spec),
    status: RunStatus.RUN_STATUS_COMPLETED,
    createdAtMs: 1000,
    updatedAtMs: 2000,
    stages: [stage('pretrain', 'pretrain', 'model', model), stage('sft', 'sft', 'model', model), stage('reward', 'reward', 'reward', reward), stage('ppo', 'ppo', 'policy', model), stage('evaluate', 'evaluate', 'report', report)],
  });
}
