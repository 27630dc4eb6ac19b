import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JobState } from '@minchat/contracts';
import type { CommonEnv } from '@minchat/config';
import { createArtifactStore } from './artifacts/store.ts';
import { openBlobs } from './artifacts/open.ts';
import { warnOfClock } from './clock.ts';
import { openConnection, type Connection } from './connection.ts';
import { openJobQueue, queueOf, readDeadLetters } from './job-queue.ts';
import { createJobRecords } from './job-records.ts';
import { retrying } from './nats-errors.ts';
import { Outbox } from './outbox.ts';
import { createPluginRecords } from './plugin-records.ts';
import { createPublisher } from './publish.ts';
import { removeMessages } from './remove-messages.ts';
import { call, stream } from './rpc-client.ts';
import { serveStream, serveUnary, type ServerDeps } from './rpc-server.ts';
import type { StreamDef, UnaryDef } from './rpc-table.ts';
import { createRunRecords } from './run-records.ts';
import { watchStore } from './store-watch.ts';
import { consumeFeedback, subscribeEvents } from './subscribe.ts';
import { ensureBucket, ensureStreams, subjects, type buckets } from './topology.ts';
import type { Bus, BusOptions, HandlerContext, Serving, Subscription } from './types.ts';

/** The options that the environment gives. */
export function busOptions(env: CommonEnv, name: string, log: BusOptions['log']): BusOptions {
  return {
    url: env.NATS_URL,
    token: env.NATS_TOKEN,
    creds: env.NATS_CREDS,
    cert: env.NATS_CERT,
    key: env.NATS_KEY,
    replicas: env.NATS_REPLICAS,
    waitMs: env.NATS_WAIT_SECONDS * 1000,
    artifactStore: env.ARTIFACT_STORE,
    cacheFolder: join(env.MINCHAT_HOME, 'cache'),
    cacheBytes: env.ARTIFACT_CACHE_GB * 1e9,
    name,
    log,
  };
}

/**
 * Connects, and creates the streams, consumers and buckets that are missing. Throws
 * MC_NATS_UNAVAILABLE after `waitMs`, MC_NATS_NO_JETSTREAM. Afterwards the connection is mended
 * for ever; `storeLost` tells when it is mended in vain.
 */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const connection = await openConnection(options);
  try {
    return await openBus(connection, options);
  } catch (error) {
    await connection.nats.close();
    throw error;
  }
}

async function openBus(connection: Connection, { log, metrics, replicas = 1, artifactStore = 'nats:', cacheFolder = join('.minchat', 'cache'), cacheBytes }: BusOptions): Promise<Bus> {
  const { nats, manager } = connection;
  const jetStream = nats.jetstream();
  await ensureStreams(manager, replicas);
  const store = await watchStore(connection, log);
  void warnOfClock(manager, log);
  const bucket = async (name: keyof typeof buckets) => ({ name, manager, kv: await retrying(`creating the bucket ${name}`, () => ensureBucket(jetStream, name, replicas)) });
  const jobs = createJobRecords(await bucket('jobs'));
  const runs = createRunRecords(await bucket('runs'));
  const plugins = createPluginRecords((await bucket('plugins')).kv);
  const publisher = createPublisher(jetStream, manager, (await bucket('published')).kv);
  const artifacts = createArtifactStore(await openBlobs(artifactStore, nats, replicas), cacheFolder, metrics, cacheBytes);
  const closing = new AbortController();
  const subscriptions = new Set<Subscription>();
  const deps: ServerDeps = { nats, log, metrics, closing: closing.signal };

  function kept<S extends Subscription>(subscription: S): S {
    subscriptions.add(subscription);
    const forget = (): void => void subscriptions.delete(subscription);
    subscription.done.then(forget, forget);
    return subscription;
  }

  function serve<Request, Reply>(def: UnaryDef<Request, Reply> | StreamDef<Request, Reply>, handler: (request: Request, context: HandlerContext) => never): Serving {
    return kept(def.stream ? serveStream(deps, def, handler) : serveUnary(deps, def, handler));
  }

  async function close(): Promise<void> {
    await Promise.all([...subscriptions].map((subscription) => subscription.stop()));
    closing.abort();
    if (nats.isClosed()) return;
    Outbox.of(nats).flush();
    // A drain waits for the server, which may be away.
    await Promise.race([nats.drain().catch(() => undefined), sleep(2000, undefined, { ref: false })]);
    await nats.close();
  }

  return {
    get connected() {
      return connection.connected;
    },
    storeLost: store.lost,
    jobs,
    runs,
    plugins,
    artifacts,
    publishJob: (job) => publisher.job(job),
    jobQueue: (kind, ackWaitMs) => openJobQueue(connection, log, kind, ackWaitMs),
    queueOf: (kind) => queueOf(manager, kind),
    deadLetters: () => readDeadLetters(manager),
    publishEvent: (event, { once = false } = {}) => publisher.event(event, once),
    deleteEvents: (runId) => removeMessages(nats, manager, 'EVENTS', subjects.events(runId)),
    subscribeEvents: async (filter, handler) => kept(await subscribeEvents(connection, log, filter, handler)),
    publishFeedback: (kind, message) => publisher.feedback(kind, message),
    consumeFeedback: async (durable, handlers) => kept(await consumeFeedback(connection, log, durable, handlers)),
    async cancelJob(job) {
      const { state } = await jobs.cancel(job);
      if (state === JobState.JOB_STATE_CANCELLED) nats.publish(subjects.cancel(job.jobId));
    },
    onCancel(jobId, callback) {
      const subscription = nats.subscribe(subjects.cancel(jobId), { callback: () => callback() });
      return () => subscription.unsubscribe();
    },
    serve: serve as Bus['serve'],
    call: (def, request, options = {}) => call(connection, def, request, options),
    stream: (def, request, options = {}) => stream(connection, def, request, options),
    close,
    [Symbol.asyncDispose]: close,
  };
}
