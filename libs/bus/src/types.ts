import type {
  ArtifactRef,
  Checkpoint,
  DemonstrationWritten,
  Init,
  Job,
  JobRecord,
  PromptSubmitted,
  RankingSubmitted,
  RunRecord,
  StageEvent,
  StageResult,
} from '@minchat/contracts';
import type { MinchatError } from '@minchat/errors';
import type { Logger, ServiceMetrics } from '@minchat/telemetry';
import type { StreamDef, UnaryDef } from './rpc-table.ts';

export interface BusOptions {
  /** NATS_URL: servers separated by commas, `user:password@` allowed. */
  url: string;
  /** The service's name, as `nats server report connections` shows it. */
  name: string;
  log: Logger;
  token?: string | undefined;
  /** Files: of credentials, and of the client's certificate and key. */
  creds?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  /** On how many servers of a cluster streams that are missing are made; 1 unless told. */
  replicas?: number;
  /** How long to wait for the server before MC_NATS_UNAVAILABLE; 30 s unless told. */
  waitMs?: number;
  /** ARTIFACT_STORE: `nats:`, `file:FOLDER` or `s3://bucket/prefix`. `nats:` unless told. */
  artifactStore?: string;
  /** Where fetched artifacts are kept. `.minchat` in the working folder unless told. */
  cacheFolder?: string;
  /** How many bytes of them are kept; no limit unless told. */
  cacheBytes?: number;
  metrics?: ServiceMetrics;
}

/** A kind of feedback, the last token of its subject, and its message. */
export interface Feedback {
  prompt: PromptSubmitted;
  demonstration: DemonstrationWritten;
  ranking: RankingSubmitted;
}

/** One job as it was delivered to this worker. Exactly one of ack, nak and deadLetter ends it. */
export interface JobDelivery {
  readonly job: Job;
  /** 1 for the first delivery. */
  readonly delivery: number;
  /** The headers' trace context (traceparent), for `withSpan`. */
  readonly trace: Readonly<Record<string, string>>;
  /** Tells the server that the job is being worked on; call every ackWaitMs / 3. */
  working(): void;
  /** The job is done and its result stored. Resolves when the server has taken the ack. */
  ack(): Promise<void>;
  /** Gives the job back, to be delivered again after `delayMs`. */
  nak(delayMs?: number): void;
  /** Copies the job to DLQ with the error and takes it off the queue. */
  deadLetter(error: unknown): Promise<void>;
}

export interface JobQueue {
  readonly ackWaitMs: number;
  /**
   * The next job of this kind; undefined when `signal` aborts first. Messages that are no valid
   * jobs go to DLQ by themselves.
   */
  next(signal: AbortSignal): Promise<JobDelivery | undefined>;
}

export interface EventFilter {
  /** Only this run's. */
  runId?: string;
  /** Where to begin: `all` that is kept, or only `new` ones. `new` unless told. */
  from?: 'all' | 'new';
  /** Ends behind the last event that there is by now. Not with `durable`. */
  untilNow?: boolean;
  /** Only those behind the event of this number, instead of `from`: where a subscriber goes on that broke off. Not with `durable`. */
  after?: number;
  /**
   * A name under which the server remembers how far the subscriber came: each event is delivered
   * at least once over restarts, and again when the handler throws. Without it the events come in
   * order, while the subscriber lives.
   */
  durable?: string;
}

export interface Subscription {
  /** Settles when the subscription has ended; rejects when it ended by an error. */
  readonly done: Promise<void>;
  /** Takes nothing more. What `serve` is answering may end within `graceMs` (0 unless told), then it is aborted. */
  stop(graceMs?: number): Promise<void>;
}

/** A service's answering of one kind of request. */
export interface Serving extends Subscription {
  /** Settles when the server knows that we answer: requests from then on reach us. */
  readonly ready: Promise<void>;
}

/** Who holds a job, from `JobRecords.take`. The revision is the fence. */
export interface Lease {
  readonly jobId: string;
  readonly workerId: string;
  /** The record as of the last write of this lease. */
  readonly record: JobRecord;
}

export type Taken =
  | { outcome: 'taken'; lease: Lease }
  /** Another worker holds the lease until `untilMs` (its clock and ours may differ by a little). */
  | { outcome: 'held'; record: JobRecord; untilMs: number }
  /** Completed, failed or cancelled: nothing is left to do but to tell. */
  | { outcome: 'over'; record: JobRecord };

/**
 * The KV bucket of job records. Every write is a compare-and-set on the revision that the lease
 * last saw; a write of a worker whose lease was taken over rejects with MC_LEASE_LOST.
 */
export interface JobRecords {
  get(jobId: string): Promise<JobRecord | undefined>;
  list(): Promise<JobRecord[]>;
  /** For good: whoever takes the job afterwards finds it over. */
  delete(jobId: string): Promise<void>;
  /**
   * Creates the record, or takes it over when it was released, its lease is over, or it failed or
   * was cancelled in an earlier round than the job's. Its checkpoint and count of attempts are kept.
   */
  take(job: Job, workerId: string, leaseMs: number): Promise<Taken>;
  renew(lease: Lease): Promise<void>;
  /** Also of a job that was cancelled, as long as no other worker has taken it since. */
  checkpoint(lease: Lease, checkpoint: Checkpoint): Promise<void>;
  /** The fence: stores the result. Publish the completed event after this, then ack. */
  complete(lease: Lease, result: StageResult): Promise<void>;
  fail(lease: Lease, error: unknown): Promise<void>;
  /** Hands the job back; the next `take` succeeds at once. With `failure` it counts as a failed try. */
  release(lease: Lease, failure?: unknown): Promise<void>;
  /**
   * Marks this round of a job as cancelled, whoever holds it; creates the record if need be. One
   * that is over, or was taken in a later round, stays as it is.
   */
  cancel(job: Pick<Job, 'jobId' | 'runId' | 'stage' | 'round'>): Promise<JobRecord>;
}

/** The KV bucket of runs, for the coordinator. */
export interface RunRecords {
  get(runId: string): Promise<{ record: RunRecord; revision: number } | undefined>;
  /** One that cannot be read, as of a newer version, is told to `onUnreadable`, or else is an error (MC_MESSAGE_INVALID). */
  list(onUnreadable?: (error: MinchatError) => void): Promise<RunRecord[]>;
  /** The new revision; undefined when there is such a run already. Throws MC_CONFLICT when there was one that was deleted. */
  create(record: Init<RunRecord>): Promise<number | undefined>;
  /** The new revision; undefined when the record has changed since `revision`. */
  update(record: Init<RunRecord>, revision: number): Promise<number | undefined>;
  /** False when the record has changed since `revision`, where one is given. */
  delete(runId: string, revision?: number): Promise<boolean>;
  /** Whether there was such a run, and it was deleted. */
  wasDeleted(runId: string): Promise<boolean>;
}

/**
 * Which plugin the workers of a kind run when neither job nor spec name one: each tells it when it
 * starts, so the last that started counts, and it is known while none is up.
 */
export interface PluginRecords {
  announce(kind: string, plugin: string): Promise<void>;
  /** Undefined when no worker of the kind ever started. Throws MC_NATS_UNAVAILABLE after 5 s. */
  of(kind: string): Promise<string | undefined>;
}

export interface ArtifactStore {
  /**
   * Stores every file of a folder, the manifest last. The same files give the same reference, and
   * files that were stored a moment ago are not sent again. Throws MC_DISK_FULL.
   */
  put(folder: string, kind: string, options?: TransferOptions & { scope?: string }): Promise<ArtifactRef>;
  /**
   * The artifact as a local folder, fetched unless cached, each file's digest verified. Do not
   * write into it. It stays for an hour; call `touchArtifact` meanwhile to use it for longer. Throws MC_ARTIFACT_MISSING, MC_ARTIFACT_CORRUPT, MC_DISK_FULL.
   */
  get(ref: ArtifactRef, options?: TransferOptions): Promise<string>;
  /** Whether the manifest is there. */
  has(ref: Pick<ArtifactRef, 'scope' | 'digest'>): Promise<boolean>;
  /** Removes an artifact that was put with a scope, except for the files that `keep` shares with it. */
  remove(ref: ArtifactRef, keep?: ArtifactRef): Promise<void>;
  /** Removes all that was put with a scope, also what is left of transfers that broke off. Nobody may put more. */
  removeScope(scope: string): Promise<void>;
  /**
   * Removes every artifact that is none of those `needed`, with a scope or without, unless it was stored within
   * the last hour. Who says that it needs one, and then finds it, keeps it: `needed` is asked once more on the way. Tells how many there
   * are, and how many bytes are theirs alone; with `dryRun` nothing else.
   */
  collect(needed: () => Promise<readonly Pick<ArtifactRef, 'scope' | 'digest'>[]>, options?: { dryRun?: boolean }): Promise<{ artifacts: number; bytes: number }>;
}

export interface TransferOptions {
  signal?: AbortSignal | undefined;
  /** Bytes done and bytes in all; called for every piece. */
  onProgress?: (done: number, total: number) => void;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** MC_TIMEOUT when no reply came by then; 10 s unless told. */
  timeoutMs?: number;
}

export interface HandlerContext {
  /** Aborted when the client cancelled, went away, or the service closes. */
  readonly signal: AbortSignal;
}

export interface Bus {
  /** False while the connection to NATS is broken (it is being mended). For /readyz. */
  readonly connected: boolean;
  /** Rejects with MC_NATS_STORE_LOST when NATS came back without what it stored: this bus is of no use any more. */
  readonly storeLost: Promise<never>;
  readonly jobs: JobRecords;
  readonly runs: RunRecords;
  readonly plugins: PluginRecords;
  readonly artifacts: ArtifactStore;

  /**
   * Publishes a job once per job_id and round, however often it is called, and again when the queue
   * has lost it. A resumed job is published again with the next round.
   */
  publishJob(job: Init<Job>): Promise<{ duplicate: boolean }>;
  /** The queue of one kind of jobs. A job whose worker is silent for `ackWaitMs` (15 s) is delivered again. */
  jobQueue(kind: string, ackWaitMs?: number): Promise<JobQueue>;
  /** How many workers wait for a job of this kind, and how many jobs were given out that are not over: to one that is at it, or was. */
  queueOf(kind: string): Promise<{ waiting: number; underway: number }>;
  /** The jobs that were given up, oldest first; for people. */
  deadLetters(): Promise<{ job: Job; error: string; atMs: number }[]>;

  /**
   * Publishes an event; `eventId` makes it happen once (2 minutes, or for good with `once`).
   * `atMs` is filled in, and `eventId` when left out.
   */
  publishEvent(event: Init<StageEvent>, options?: { once?: boolean }): Promise<void>;
  /** Removes all that is kept of what happened to a run. */
  deleteEvents(runId: string): Promise<void>;
  /** One at a time: the server keeps the next ones while `handler` is at one. */
  subscribeEvents(filter: EventFilter, handler: (event: StageEvent, number: number) => void | Promise<void>): Promise<Subscription>;

  publishFeedback<K extends keyof Feedback>(kind: K, message: Init<Feedback[K]>): Promise<void>;
  /** At least once over restarts of the subscriber, by the durable name. */
  consumeFeedback(durable: string, handlers: { [K in keyof Feedback]: (message: Feedback[K]) => Promise<void> }): Promise<Subscription>;

  /** Marks this round of the job cancelled (`JobRecords.cancel`) and tells its worker, if one is at it. */
  cancelJob(job: Parameters<JobRecords['cancel']>[0]): Promise<void>;
  /**
   * Calls back when the job is cancelled while this worker is connected: a reason to look at its
   * record, which may know better. Returns the way to stop.
   */
  onCancel(jobId: string, callback: () => void): () => void;

  /** Answers requests; the instances of a service share them. Errors reach the client with their code. */
  serve<Request, Reply>(def: UnaryDef<Request, Reply>, handler: (request: Request, context: HandlerContext) => Promise<Init<Reply>>): Serving;
  serve<Request, Reply>(def: StreamDef<Request, Reply>, handler: (request: Request, context: HandlerContext) => AsyncIterable<Init<Reply>>): Serving;
  /** Throws the service's MinchatError, MC_SERVICE_UNAVAILABLE, MC_TIMEOUT, or MC_NATS_UNAVAILABLE when the connection is broken and not mended within 5 s. */
  call<Request, Reply>(def: UnaryDef<Request, Reply>, request: Init<Request>, options?: CallOptions): Promise<Reply>;
  /**
   * The replies as they come; leaving the loop or aborting `signal` cancels the handler. `timeoutMs`
   * is the longest silence before MC_TIMEOUT (the server beats while it works); 30 s unless told. Behind a connection
   * that broke it is 5 s, before MC_NATS_UNAVAILABLE.
   */
  stream<Request, Reply>(def: StreamDef<Request, Reply>, request: Init<Request>, options?: CallOptions): AsyncIterable<Reply>;

  /** Finishes what is in flight, then disconnects. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
