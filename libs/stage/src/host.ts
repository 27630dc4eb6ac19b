import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { busOptions, connectBus, type JobQueue } from '@minchat/bus';
import { commonEnv, readEnv, stageEnv } from '@minchat/config';
import type { Job } from '@minchat/contracts';
import { MinchatError, errorCodes, toMinchatError } from '@minchat/errors';
import { createLogger, createMetrics, startHealthServer, startTracing, withSpan, type Logger } from '@minchat/telemetry';
import { z } from 'zod';
import type { StageDefinition } from './define.ts';
import { runJob, type JobRunDeps } from './job-run.ts';
import { choosePlugin, loadStage, resolvePlugin } from './plugin.ts';
import { inlineRunner, threadRunner, type Runner } from './runner.ts';

export interface StageServiceOptions {
  /** The service's name in logs and metrics. */
  service: string;
  /** The kinds of jobs it takes; one job of each at a time. */
  kinds: readonly string[];
  /** The package whose default export runs when neither STAGE_PLUGIN nor the job say otherwise. */
  defaultPlugin?: string;
  /** `worker`: the plugin runs in a worker thread, so that compute cannot block the heartbeat. */
  thread?: 'worker' | 'main';
  /** Stage objects instead of plugins, for stages that need live objects of the service. */
  stages?: readonly StageDefinition[];
  /** What the service needs beside NATS, by name; /readyz tells each. */
  checks?: () => Promise<Readonly<Record<string, boolean>>>;
}

const stageServiceEnv = z.object({ ...commonEnv, ...stageEnv });
type StageServiceEnv = z.output<typeof stageServiceEnv>;

export interface StageHost {
  readonly healthPort: number;
  readonly workerId: string;
  /** Stops pulling, has the jobs in hand checkpointed and handed back, closes everything. */
  stop(): Promise<void>;
}

/** Runs a service of stages until SIGTERM or SIGINT. A failure to start ends the process with the exit code of its error. */
export async function runStageService(options: StageServiceOptions): Promise<void> {
  let log = createLogger(options.service, { level: 'info' });
  const asked = Promise.withResolvers<NodeJS.Signals>();
  const signals = ['SIGTERM', 'SIGINT'] as const;
  for (const signal of signals) process.on(signal, asked.resolve);
  let host: StageHost;
  try {
    const env = readEnv(stageServiceEnv);
    log = createLogger(options.service, { level: env.LOG_LEVEL, pretty: env.LOG_PRETTY });
    const starting = startStageHost(options, env, log);
    // A signal during the wait for NATS must not have to wait, too.
    const first = await Promise.race([starting, asked.promise]);
    if (typeof first === 'string') process.exit(0);
    host = first;
  } catch (thrown) {
    const error = toMinchatError(thrown);
    log.fatal({ err: error, hint: error.hint }, error.message);
    process.exit(errorCodes[error.code].exit);
  }
  log.info({ signal: await asked.promise }, 'stopping');
  await host.stop();
  for (const signal of signals) process.removeListener(signal, asked.resolve);
  log.info('stopped');
}

/** Starts the host in this process and leaves signals alone: for tests, and for several hosts in one process. */
export async function startStageHost(options: StageServiceOptions, env: StageServiceEnv, log: Logger): Promise<StageHost> {
  const { service, kinds } = options;
  const plugin = options.stages ? service : choosePlugin(pluginChoice(options, env), '');
  if (!options.stages) await resolvePlugin(plugin);
  const workerId = `${env.WORKER_ID ?? workerName(service)}-${randomBytes(4).toString('hex')}`;
  const workFolder = await makeWorkFolder(resolve(env.MINCHAT_HOME), workerId);
  const tracing = startTracing(service);
  const metrics = createMetrics(service);
  const stopping = new AbortController();
  let ready = (): Promise<Record<string, boolean>> => Promise.resolve({ started: false });
  const health = await startHealthServer({ port: env.HEALTH_PORT, registry: metrics.registry, ready: () => ready() });
  let loops: Promise<void>[] = [];
  try {
    const bus = await connectBus({ ...busOptions(env, service, log), metrics });
    ready = async () => ({ nats: bus.connected, started: !stopping.signal.aborted, ...(await options.checks?.()) });
    const deps: JobRunDeps = {
      bus,
      metrics,
      workerId,
      leaseMs: env.JOB_LEASE_MS,
      checkpointSeconds: env.CHECKPOINT_SECONDS,
      shutdownSeconds: env.SHUTDOWN_SECONDS,
      workFolder,
      shutdown: stopping.signal,
      log,
      load: (job, onLog) => load(options, env, job, onLog, log.level),
    };
    await Promise.all(kinds.map((kind) => bus.plugins.announce(kind, plugin)));
    const queues = await Promise.all(kinds.map(async (kind) => [kind, await bus.jobQueue(kind, env.JOB_LEASE_MS)] as const));
    loops = queues.map(([kind, queue]) => pull(kind, queue, deps));
    log.info({ worker: workerId, kinds, plugin, healthPort: health.port }, 'ready');
    return {
      healthPort: health.port,
      workerId,
      async stop() {
        stopping.abort();
        // Without NATS nothing can be handed back: the leases run out by themselves.
        await Promise.race([Promise.all(loops), sleep((env.SHUTDOWN_SECONDS + 10) * 1000, undefined, { ref: false })]);
        await bus.close();
        await Promise.all([health.close(), tracing.shutdown(), rm(workFolder, { recursive: true, force: true })]);
      },
    };
  } catch (error) {
    await health.close();
    await rm(workFolder, { recursive: true, force: true });
    throw error;
  }
}

/** One job after the other, until the service is asked to stop. */
async function pull(kind: string, queue: JobQueue, deps: JobRunDeps): Promise<void> {
  for (;;) {
    const delivery = await queue.next(deps.shutdown);
    if (!delivery) return;
    const began = performance.now();
    const { jobId, runId, stage } = delivery.job;
    const outcome = await withSpan(`job ${kind}`, { kind: 'consumer', from: delivery.trace, attributes: { job: jobId, run: runId, stage } }, () => runJob(delivery, deps));
    deps.metrics.jobs.inc({ kind, outcome });
    deps.metrics.jobSeconds.observe({ kind, outcome }, (performance.now() - began) / 1000);
  }
}

function pluginChoice({ defaultPlugin = '' }: StageServiceOptions, env: StageServiceEnv): Parameters<typeof choosePlugin>[0] {
  return { defaultPlugin, configured: env.STAGE_PLUGIN, allowed: env.STAGE_PLUGINS };
}

async function load(options: StageServiceOptions, env: StageServiceEnv, job: Job, onLog: (line: string) => void, level: string): Promise<{ plugin: string; runner: Runner }> {
  const { service, stages, thread = 'worker' } = options;
  const fields = { run: job.runId, job: job.jobId, stage: job.stage };
  const here = (): Logger => createLogger(service, { level, tee: onLog }).child(fields);
  if (stages) {
    const stage = stages.find(({ kind }) => kind === job.kind);
    if (!stage || job.plugin !== '') throw new MinchatError('MC_PLUGIN_UNKNOWN', `${service}: expected no plugin and a kind of ${stages.map(({ kind }) => kind).join(', ')}, found ${job.plugin || 'no plugin'} and ${job.kind}`);
    return { plugin: service, runner: inlineRunner(stage, job.settingsJson, here()) };
  }
  const plugin = choosePlugin(pluginChoice(options, env), job.plugin);
  const url = await resolvePlugin(plugin);
  if (thread === 'main') {
    return { plugin, runner: inlineRunner(await loadStage(plugin, url), job.settingsJson, here()) };
  }
  return { plugin, runner: await threadRunner({ url, plugin, settingsJson: job.settingsJson, log: { service, level, fields } }, onLog) };
}

/** Fit for a record and a subject: the host's name without what may not stand there. */
function workerName(service: string): string {
  return `${service}-${hostname()}`.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '-').slice(0, 80);
}

/** A folder of this worker's own. What workers left that were killed is removed after an hour. */
async function makeWorkFolder(home: string, workerId: string): Promise<string> {
  const all = join(home, 'work');
  await mkdir(join(all, workerId), { recursive: true });
  for (const name of await readdir(all)) {
    const found = await stat(join(all, name)).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > 60 * 60 * 1000) await rm(join(all, name), { recursive: true, force: true });
  }
  return join(all, workerId);
}
