import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeStale, runService, type JobDelivery, type JobQueue, type ServiceContext } from '@minchat/bus';
import { commonEnv, computeEnv, readEnv, stageEnv } from '@minchat/config';
import { MinchatError } from '@minchat/errors';
import { createLogger, withSpan } from '@minchat/telemetry';
import { z } from 'zod';
import type { StageDefinition } from './define.ts';
import { runJob, type JobRunDeps } from './job-run.ts';
import { choosePlugin, resolvePlugin, type PluginChoice } from './plugin.ts';
import { inlineRunner, shapeInThread, threadRunner } from './runner.ts';

export interface StageServiceOptions {
  /** The service's name in logs and metrics. */
  service: string;
  /** The kinds of jobs it takes; one job of each at a time, beside those that only wait for people. */
  kinds: readonly string[];
  /** The package whose default export runs, in a thread of its own, when neither STAGE_PLUGIN nor the job say otherwise. */
  defaultPlugin?: string;
  /** Stage objects in place of it, for stages that need live objects of the service. */
  stages?: readonly StageDefinition[];
}

const stageServiceEnv = z.object({ ...commonEnv, ...stageEnv, ...computeEnv });
type StageHostEnv = z.output<z.ZodObject<typeof commonEnv & typeof stageEnv>>;

export interface StageHost {
  readonly workerId: string;
  /** Stops pulling, has the jobs in hand checkpointed and handed back. */
  stop(): Promise<void>;
}

/** Runs a service of stages until SIGTERM or SIGINT. A failure to start ends the process with the exit code of its error. */
export async function runStageService(options: StageServiceOptions): Promise<void> {
  await runService({ name: options.service, readSettings: () => readEnv(stageServiceEnv), start: (context) => startStageHost(options, context), stopSeconds: stageStopSeconds });
}

/** How long a host may take to stop, for services that do more than stages. */
export function stageStopSeconds(env: Pick<StageHostEnv, 'SHUTDOWN_SECONDS'>): number {
  return env.SHUTDOWN_SECONDS + 15;
}

/** Takes jobs on a service's bus until it is stopped. Throws MC_PLUGIN_UNKNOWN, MC_PLUGIN_INVALID. */
export async function startStageHost(options: StageServiceOptions, { env, log, metrics, bus }: ServiceContext<StageHostEnv>): Promise<StageHost> {
  const { service, kinds } = options;
  const choiceOf = await pluginChoices(options, env, log.level);
  const plugins = kinds.map((kind) => choosePlugin(choiceOf(kind), ''));
  const workerId = `${env.WORKER_ID ?? workerName(service)}-${randomBytes(4).toString('hex')}`;
  await Promise.all(kinds.map((kind, index) => bus.plugins.announce(kind, plugins[index] ?? '')));
  const queues = await Promise.all(kinds.map(async (kind) => [kind, await bus.jobQueue(kind, env.JOB_LEASE_MS)] as const));
  const workFolder = await makeWorkFolder(resolve(env.MINCHAT_HOME), workerId);
  const stopping = new AbortController();
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
    load: loaderOf(options, choiceOf, log.level),
  };
  // A counter that is not there before its first failure would never be seen to rise by it.
  for (const kind of kinds) metrics.jobs.inc({ kind, outcome: 'failed' }, 0);
  const loops = queues.map(([kind, queue]) => pull(kind, queue, deps));
  log.info({ worker: workerId, kinds, plugins }, 'takes jobs');
  return {
    workerId,
    async stop() {
      stopping.abort();
      // Without NATS nothing can be handed back: the leases run out by themselves.
      await Promise.race([Promise.all(loops), sleep((env.SHUTDOWN_SECONDS + 10) * 1000, undefined, { ref: false })]);
      await rm(workFolder, { recursive: true, force: true });
    },
  };
}

/** One job after the other, until the service is asked to stop; a job that only waits holds up none. */
async function pull(kind: string, queue: JobQueue, deps: JobRunDeps): Promise<void> {
  const jobs = new Map<string, Promise<void>>();
  for (;;) {
    const delivery = await queue.next(deps.shutdown);
    if (!delivery) break;
    const { jobId } = delivery.job;
    // Cancelled and resumed, say, while our last try of it still ends: two would write into one folder, and one close what the other opened.
    if (jobs.has(jobId)) {
      delivery.nak(1000);
      continue;
    }
    const waits = Promise.withResolvers<void>();
    const job = take(kind, delivery, deps, waits.resolve).finally(() => jobs.delete(jobId));
    jobs.set(jobId, job);
    await Promise.race([job, waits.promise]);
  }
  await Promise.all(jobs.values());
}

async function take(kind: string, delivery: JobDelivery, deps: JobRunDeps, onWaiting: () => void): Promise<void> {
  const began = performance.now();
  const { jobId, runId, stage } = delivery.job;
  const outcome = await withSpan(`job ${kind}`, { kind: 'consumer', from: delivery.trace, attributes: { job: jobId, run: runId, stage } }, () => runJob(delivery, deps, onWaiting));
  deps.metrics.jobs.inc({ kind, outcome });
  deps.metrics.jobSeconds.observe({ kind, outcome }, (performance.now() - began) / 1000);
}

/**
 * What the jobs of each kind may run with: STAGE_PLUGIN is for the kind that it is of. One that no job could run with must
 * end the service, and not each of its jobs. Throws MC_PLUGIN_UNKNOWN, MC_PLUGIN_INVALID.
 */
async function pluginChoices({ service, kinds, defaultPlugin = '', stages }: StageServiceOptions, env: StageHostEnv, level: string): Promise<(kind: string) => PluginChoice> {
  const { STAGE_PLUGIN: configured, STAGE_PLUGINS: allowed } = env;
  let configuredKind: string | undefined;
  if (configured !== undefined) {
    ({ kind: configuredKind } = await shapeInThread({ url: await resolvePlugin(configured), plugin: configured, log: { service, level, fields: {} } }));
    if (!kinds.includes(configuredKind)) throw new MinchatError('MC_PLUGIN_INVALID', `${configured}: expected a stage of kind ${kinds.join(' or ')}, found one of kind ${configuredKind}`);
  } else if (!stages) await resolvePlugin(defaultPlugin);
  return (kind) => ({ defaultPlugin: stages ? service : defaultPlugin, configured: kind === configuredKind ? configured : undefined, allowed });
}

/** How the stage is loaded that a job asks for. */
function loaderOf({ service, stages = [] }: StageServiceOptions, choiceOf: (kind: string) => PluginChoice, level: string): JobRunDeps['load'] {
  return async ({ kind, plugin: wanted, settingsJson, runId, jobId, stage }, onLog, stopping) => {
    const plugin = choosePlugin(choiceOf(kind), wanted);
    const fields = { run: runId, job: jobId, stage };
    const own = plugin === service && stages.find((one) => one.kind === kind);
    if (own) return { plugin, runner: inlineRunner(own, settingsJson, createLogger(service, { level, tee: onLog }).child(fields)) };
    return { plugin, runner: await threadRunner({ url: await resolvePlugin(plugin), plugin, settingsJson, log: { service, level, fields } }, onLog, stopping) };
  };
}

/** Fit for a record and a subject: the host's name without what may not stand there. */
function workerName(service: string): string {
  return `${service}-${hostname()}`.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '-').slice(0, 80);
}

/** A folder of this worker's own. What workers left that were killed is removed after an hour. */
async function makeWorkFolder(home: string, workerId: string): Promise<string> {
  const all = join(home, 'work');
  await mkdir(join(all, workerId), { recursive: true });
  await removeStale(all, 60 * 60 * 1000);
  return join(all, workerId);
}
