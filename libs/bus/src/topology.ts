import { setTimeout as sleep } from 'node:timers/promises';
import { MinchatError } from '@minchat/errors';
import { AckPolicy, DeliverPolicy, DiscardPolicy, RetentionPolicy, StorageType, nanos, type ConsumerConfig, type ConsumerInfo, type JetStreamClient, type JetStreamManager, type KV, type NatsError, type StreamConfig } from 'nats';
import { retrying } from './nats-errors.ts';

// The one table of what lives on the server. Everything is created when it is missing and left as
// it is when it is there, so that an operator may give a stream more replicas or other limits.

const day = 24 * 60 * 60 * 1000;

/** How long the server itself knows a Nats-Msg-Id; behind it, marks in the bucket `published`. */
const duplicateWindowMs = 2 * 60 * 1000;

const common = { storage: StorageType.File, discard: DiscardPolicy.Old, duplicate_window: nanos(duplicateWindowMs) };

export const streams = {
  /** jobs.<kind>: each is taken off by the worker that did it. */
  JOBS: { ...common, subjects: ['jobs.*'], retention: RetentionPolicy.Workqueue },
  /** events.<run>.<stage>.<kind of event>: what happened, kept for whoever asks. */
  EVENTS: { ...common, subjects: ['events.*.*.*'], retention: RetentionPolicy.Limits, max_age: nanos(30 * day), max_bytes: 1024 ** 3 },
  /** feedback.<kind>: prompts, demonstrations, rankings. */
  FEEDBACK: { ...common, subjects: ['feedback.*'], retention: RetentionPolicy.Limits },
  /** dlq.<kind>: jobs that were given up, with the reason in the headers. */
  DLQ: { ...common, subjects: ['dlq.*'], retention: RetentionPolicy.Limits, max_age: nanos(90 * day) },
} as const satisfies Record<string, Partial<StreamConfig>>;

/**
 * How long one pull waits at the server before it is renewed. Half of it is the heartbeat by which
 * a client finds out that the server restarted and forgot its pull.
 */
export const pullMs = 5000;

/** Key-value buckets, by what they hold. */
export const buckets = {
  /** JobRecord by job_id. */
  jobs: { history: 1, ttl: 0 },
  /** RunRecord by run_id. */
  runs: { history: 1, ttl: 0 },
  /** What the workers of a kind of stage run unless a job names another plugin, by kind. */
  plugins: { history: 1, ttl: 0 },
  /** What was published once for good, by message id. */
  published: { history: 1, ttl: 30 * day },
} as const;

/** The chunks of `nats:` artifacts, one subject each; made where that store is used. */
export const artifactStream = {
  name: 'ARTIFACTS',
  subjects: ['artifacts.>'],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.New,
  max_msgs_per_subject: 1,
  allow_direct: true,
};

/** A consumer that the server remembers by its name. */
type Durable = Partial<ConsumerConfig> & { durable_name: string };

/**
 * The durable pull consumer of one kind of jobs. Deliveries are not limited here: a job that is
 * redelivered while its worker lives would use them up. The job's record counts the failures.
 */
export function jobConsumer(kind: string, ackWaitMs = 15_000): Durable {
  return {
    durable_name: `jobs-${kind}`,
    filter_subject: subjects.job(kind),
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(ackWaitMs),
    max_deliver: -1,
    max_ack_pending: 1000,
  };
}

export const durableAckWaitMs = 10_000;

/** A durable subscriber of EVENTS or FEEDBACK: in order, one at a time. */
export function durableConsumer(name: string, filter: string, from: 'all' | 'new'): Durable {
  return {
    durable_name: name,
    filter_subject: filter,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: from === 'all' ? DeliverPolicy.All : DeliverPolicy.New,
    // A server that was killed may have forgotten an ack: it waits this long before it goes on.
    ack_wait: nanos(durableAckWaitMs),
    // One at a time, so that a redelivery comes before what follows it.
    max_ack_pending: 1,
  };
}

/** A subscriber of EVENTS that is not remembered: in order, from one place on. */
export function passingConsumer(filter: string, from: number): Partial<ConsumerConfig> {
  return {
    filter_subject: filter,
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: from,
    inactive_threshold: nanos(60_000),
    mem_storage: true,
    num_replicas: 1,
  };
}

export const subjects = {
  job: (kind: string) => `jobs.${kind}`,
  event: (run: string, stage: string, kind: string) => `events.${run}.${stage}.${kind}`,
  events: (run?: string) => (run === undefined ? 'events.*.*.*' : `events.${run}.*.*`),
  feedback: (kind: string) => `feedback.${kind}`,
  deadLetter: (kind: string) => `dlq.${kind}`,
  cancel: (job: string) => `control.cancel.${job}`,
} as const;

const streamNotFound = 10_059;
const streamExists = 10_058;
const subjectsOverlap = 10_065;
const noPeers = 10_005;
const noCluster = 10_074;
const consumerNotFound = 10_014;
const consumerExists = 10_148;

function apiError(error: unknown): number | undefined {
  return (error as NatsError).api_error?.err_code;
}

/**
 * Does what creates a stream. While another service is making the same one the server may know its
 * subjects and not yet its name: so an overlap is looked at again, for half a minute, before it is
 * an error.
 */
async function whileBeingMade<T>(replicas: number, create: () => Promise<T>, tries = 300): Promise<T> {
  try {
    return await create();
  } catch (cause) {
    const code = apiError(cause);
    if (code === noCluster) throw new MinchatError('MC_CONFIG_INVALID', `NATS_REPLICAS=${replicas}: expected a cluster of as many NATS servers, found one server alone`, { cause });
    // They may still be starting.
    if (code === noPeers) throw new MinchatError('MC_NATS_UNAVAILABLE', `NATS_REPLICAS=${replicas}: expected as many NATS servers with space, found fewer`, { cause });
    if (code !== subjectsOverlap || tries === 1) throw cause;
    await sleep(100);
    return whileBeingMade(replicas, create, tries - 1);
  }
}

/** Creates a stream if it is missing. */
export function ensureStream(manager: JetStreamManager, config: Partial<StreamConfig> & { name: string }, replicas: number): Promise<void> {
  return whileBeingMade(replicas, async () => {
    try {
      await manager.streams.info(config.name);
      return;
    } catch (error) {
      if (apiError(error) !== streamNotFound) throw error;
    }
    await manager.streams.add({ ...config, num_replicas: replicas }).catch((error: unknown) => {
      // Another service was first.
      if (apiError(error) !== streamExists) throw error;
    });
  });
}

/** When a stream was made; undefined when there is none. */
export async function madeAt(manager: JetStreamManager, stream: keyof typeof streams): Promise<string | undefined> {
  try {
    return (await manager.streams.info(stream)).created;
  } catch (error) {
    if (apiError(error) !== streamNotFound) throw error;
    return undefined;
  }
}

/**
 * A key-value bucket, created if it is missing. Read where it is written: another server of a cluster would answer
 * a direct get with what a record was a moment ago.
 */
export function ensureBucket(jetStream: JetStreamClient, name: keyof typeof buckets, replicas: number): Promise<KV> {
  return whileBeingMade(replicas, () => jetStream.views.kv(name, { ...buckets[name], storage: StorageType.File, replicas, allow_direct: false }));
}

/** Creates the streams that are missing. */
export async function ensureStreams(manager: JetStreamManager, replicas: number): Promise<void> {
  for (const [name, config] of Object.entries(streams)) {
    await retrying(`creating the stream ${name}`, () => ensureStream(manager, { name, ...config, subjects: [...config.subjects] }, replicas));
  }
}

/** How it stands with a durable consumer; undefined when there is none. */
export async function consumerInfo(manager: JetStreamManager, stream: keyof typeof streams, { durable_name: name }: Durable): Promise<ConsumerInfo | undefined> {
  try {
    return await manager.consumers.info(stream, name);
  } catch (error) {
    if (apiError(error) !== consumerNotFound) throw error;
    return undefined;
  }
}

/** Creates a durable consumer if it is missing. */
export async function createConsumer(manager: JetStreamManager, stream: keyof typeof streams, config: Durable): Promise<ConsumerInfo> {
  const found = await consumerInfo(manager, stream, config);
  if (found !== undefined) return found;
  return manager.consumers.add(stream, config).catch((error: unknown) => {
    // Another service was first, with another ack wait: servers from 2.10 on say so, older ones take the later one.
    if (apiError(error) !== consumerExists) throw error;
    return createConsumer(manager, stream, config);
  });
}

/** The same, and brings its ack wait to what is asked for. */
export async function ensureConsumer(manager: JetStreamManager, stream: keyof typeof streams, config: Durable): Promise<void> {
  const { config: now } = await createConsumer(manager, stream, config);
  if (now.ack_wait !== config.ack_wait) await manager.consumers.update(stream, config.durable_name, { ...now, ack_wait: config.ack_wait ?? now.ack_wait ?? 0 });
}
