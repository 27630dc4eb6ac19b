// What the tests of this package share.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectBus, type Bus } from '@minchat/bus';
import { startNatsServer, whenKilled, type TestNats } from '@minchat/bus/testing';
import { commonEnv, readEnv, stageEnv } from '@minchat/config';
import type { Init, Job, StageEvent } from '@minchat/contracts';
import { createLogger, createMetrics } from '@minchat/telemetry';
import { z } from 'zod';
import { startStageHost, type StageHost, type StageServiceOptions } from './host.ts';

export const counting = fileURLToPath(new URL('./fixtures/counting.ts', import.meta.url));
export const quiet = createLogger('test', { level: 'silent' });

/** A server, a bus to watch from, and hosts and service processes that go away with it. */
export async function testBench(): Promise<Bench> {
  const nats = await startNatsServer();
  const folder = await mkdtemp(join(tmpdir(), 'minchat-stage-'));
  const bus = await connectBus({ url: nats.url, name: 'test', log: quiet, cacheFolder: join(folder, 'test-cache') });
  const events: StageEvent[] = [];
  const watching = await bus.subscribeEvents({ from: 'all' }, (event) => void events.push(event));
  const hosts: StageHost[] = [];
  const processes: ChildProcess[] = [];
  let count = 0;

  const env = (more: Record<string, string>): Record<string, string> => ({
    NATS_URL: nats.url,
    MINCHAT_HOME: join(folder, 'home'),
    JOB_LEASE_MS: '900',
    CHECKPOINT_SECONDS: '600',
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] || 'silent',
    ...more,
  });

  return {
    nats,
    bus,
    folder,
    events,
    async host(more = {}, options = {}) {
      const metrics = createMetrics('counter');
      const log = createLogger('counter', { level: env(more)['LOG_LEVEL'] ?? 'silent' });
      const own = await connectBus({ url: nats.url, name: 'counter', log, metrics, cacheFolder: join(folder, 'home', 'cache') });
      const context = { env: readEnv(z.object({ ...commonEnv, ...stageEnv }), env(more)), log, metrics, bus: own };
      const host = await startStageHost({ service: 'counter', kinds: ['count'], defaultPlugin: counting, ...options }, context).catch(async (error: unknown) => {
        await own.close();
        throw error;
      });
      const started = { ...host, metrics: () => metrics.registry.metrics(), stop: () => host.stop().then(() => own.close()) };
      hosts.push(started);
      return started;
    },
    spawn(more = {}) {
      const child = spawn(process.execPath, [fileURLToPath(new URL('./fixtures/service.ts', import.meta.url))], {
        env: { PATH: process.env['PATH'] ?? '', ...env(more) },
        stdio: ['ignore', process.env['TEST_LOG_LEVEL'] ? 'inherit' : 'ignore', 'inherit'],
      });
      child.once('exit', whenKilled('kill -9 "$1"', String(child.pid)));
      processes.push(child);
      return child;
    },
    async job(settings, more = {}) {
      count += 1;
      const job: Init<Job> = { jobId: `job-${count}`, runId: 'run', stage: 'count', kind: 'count', seed: 7, settingsJson: JSON.stringify(settings), ...more };
      await bus.publishJob(job);
      return job.jobId ?? '';
    },
    until(jobId, kind) {
      return new Promise((resolve) => {
        const look = (): void => {
          const found = events.find((event) => event.jobId === jobId && event[kind] !== undefined && (kind !== 'failed' || event.failed?.final));
          if (found) resolve(found);
          else setTimeout(look, 20);
        };
        look();
      });
    },
    async result(jobId) {
      const record = await bus.jobs.get(jobId);
      const artifact = record?.result?.outputs[0]?.artifact;
      if (!artifact) throw new Error(`job ${jobId} has no result`);
      return readFile(join(await bus.artifacts.get(artifact), 'digest'), 'utf8');
    },
    async close() {
      for (const child of processes) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await Promise.all(hosts.map((host) => host.stop()));
      await watching.stop();
      await bus.close();
      await nats.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface Bench {
  nats: TestNats;
  bus: Bus;
  folder: string;
  events: StageEvent[];
  host(env?: Record<string, string>, options?: Partial<StageServiceOptions>): Promise<StageHost & { metrics(): Promise<string> }>;
  spawn(env?: Record<string, string>): ChildProcess;
  job(settings: object, more?: Init<Job>): Promise<string>;
  /** The first event of a kind of a job; the final one if it is `failed`. */
  until(jobId: string, kind: 'started' | 'progress' | 'checkpointed' | 'completed' | 'failed' | 'released'): Promise<StageEvent>;
  result(jobId: string): Promise<string>;
  close(): Promise<void>;
}
