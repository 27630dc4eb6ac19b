import { setTimeout as sleep } from 'node:timers/promises';
import type { CommonEnv } from '@minchat/config';
import { errorCodes, toMinchatError } from '@minchat/errors';
import { createLogger, createMetrics, startHealthServer, startTracing, type Logger, type ServiceMetrics } from '@minchat/telemetry';
import { busOptions, connectBus } from './connect.ts';
import { makeHome } from './home.ts';
import type { Bus } from './types.ts';

/** How long the last traces may take. */
const tracesMs = 2000;

export interface ServiceContext<Env> {
  readonly env: Env;
  readonly log: Logger;
  readonly metrics: ServiceMetrics;
  readonly bus: Bus;
}

export interface RunningService {
  /** What it needs beside NATS, by name; /readyz tells each. */
  checks?(): Readonly<Record<string, boolean>> | Promise<Readonly<Record<string, boolean>>>;
  /** Ends what is in hand. Afterwards the bus is closed. */
  stop(): Promise<void>;
}

export interface ServiceOptions<Env extends CommonEnv> {
  /** Its name in logs, metrics, traces and at the server. */
  name: string;
  /** Reads the environment. Throws MC_CONFIG_INVALID. */
  readSettings: () => Env;
  start: (context: ServiceContext<Env>) => Promise<RunningService>;
  /** How long stopping may take before it is cut off. */
  stopSeconds: (env: Env) => number;
}

/**
 * The process of a service that lives on the bus: settings, log, metrics, traces, /readyz, NATS; then
 * the service until SIGTERM or SIGINT. A failure to start, or a lost store of NATS, ends the process with its error's exit code.
 */
export async function runService<Env extends CommonEnv>({ name, readSettings, start, stopSeconds }: ServiceOptions<Env>): Promise<void> {
  let log = createLogger(name, { level: 'info' });
  const asked = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, asked.resolve);
  try {
    const env = readSettings();
    log = createLogger(name, { level: env.LOG_LEVEL, pretty: env.LOG_PRETTY });
    // A service that writes nothing there does without.
    await makeHome(env.MINCHAT_HOME).catch(() => undefined);
    const tracing = startTracing(name);
    const metrics = createMetrics(name);
    const now: { bus?: Bus; service?: RunningService; stopping: boolean } = { stopping: false };
    const ready = async () => ({ nats: now.bus?.connected === true, started: now.service !== undefined && !now.stopping, ...(await now.service?.checks?.()) });
    const health = await startHealthServer({ host: env.HEALTH_HOST, port: env.HEALTH_PORT, registry: metrics.registry, ready });
    // A signal during the wait for NATS must not have to wait, too.
    const first = await Promise.race([connectBus({ ...busOptions(env, name, log), metrics }), asked.promise]);
    if (typeof first === 'string') process.exit(0);
    const bus = (now.bus = first);
    // A start that is asked to stop has as long to come to its end as what is started has.
    const stop = asked.promise.then(() => sleep(stopSeconds(env) * 1000));
    const begun = await Promise.race([start({ env, log, metrics, bus }), stop]);
    if (begun === undefined) {
      log.warn('stopping in the midst of its start');
      process.exit(0);
    }
    const service = (now.service = begun);
    log.info({ healthPort: health.port }, 'ready');

    // Whoever watches the process starts it again, on what the server has now.
    log.info({ signal: await Promise.race([asked.promise, bus.storeLost]) }, 'stopping');
    now.stopping = true;
    await Promise.race([service.stop().then(() => bus.close()), sleep(stopSeconds(env) * 1000, undefined, { ref: false })]);
    // A collector that does not answer is no reason to fail, or to wait.
    const traces = tracing.shutdown().catch((error: unknown) => log.warn({ err: error }, 'could not send the last traces'));
    await Promise.all([health.close(), Promise.race([traces, sleep(tracesMs, undefined, { ref: false })])]);
    // With the exit code that the service may have set.
    process.exit();
  } catch (thrown) {
    const error = toMinchatError(thrown);
    log.fatal({ err: error, code: error.code, hint: error.hint }, error.message);
    process.exit(errorCodes[error.code].exit);
  }
}
