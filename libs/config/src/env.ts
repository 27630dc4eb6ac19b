import { MinchatError } from '@minchat/errors';
import { z } from 'zod';

// Every environment variable that a service reads, with its default. A service takes the groups it
// needs: `readEnv(z.object({ ...commonEnv, ...stageEnv }))`.

const optionalText = z.string().trim().min(1).optional();
const port = z.coerce.number().int().min(0).max(65_535);
const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').map((name) => name.trim()).filter((name) => name !== ''));
const flag = z.enum(['0', '1', 'true', 'false']).transform((value) => value === '1' || value === 'true');

/** What every service reads. */
export const commonEnv = {
  /** Where NATS listens; several servers separated by commas. User and password may stand in it; tls:// insists on TLS. */
  NATS_URL: z.string().trim().min(1).default('nats://127.0.0.1:4222'),
  NATS_TOKEN: optionalText,
  /** A file of credentials (JWT and nkey), read at each connect: it may be exchanged. */
  NATS_CREDS: optionalText,
  /** Files in PEM of the client's certificate and its key, for a server that asks for one. */
  NATS_CERT: optionalText,
  NATS_KEY: optionalText,
  /** On how many servers of a cluster the streams are kept that this service is the first to need. */
  NATS_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
  /** How long to wait for NATS at start before MC_NATS_UNAVAILABLE. */
  NATS_WAIT_SECONDS: z.coerce.number().min(0).default(30),
  /** Folder for everything local: caches, work in progress, the embedded database. */
  MINCHAT_HOME: z.string().trim().min(1).default('.minchat'),
  /** `nats:` (JetStream), `file:FOLDER`, or `s3://bucket/prefix`. */
  ARTIFACT_STORE: z.string().trim().min(1).default('nats:'),
  /** Gigabytes of fetched artifacts kept in MINCHAT_HOME; those used least recently make room. */
  ARTIFACT_CACHE_GB: z.coerce.number().min(0).default(20),
  /** Where /livez, /readyz and /metrics are to be had: this machine alone unless told. */
  HEALTH_HOST: z.string().trim().min(1).default('127.0.0.1'),
  /** Port of /livez, /readyz and /metrics; 0 takes any free one and logs it. */
  HEALTH_PORT: port.default(0),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Logs for people instead of JSON; only on a terminal. */
  LOG_PRETTY: flag.default(false),
  /** Traces are exported when this is set, e.g. http://localhost:4318. */
  OTEL_EXPORTER_OTLP_ENDPOINT: optionalText,
} as const;
export type CommonEnv = z.output<z.ZodObject<typeof commonEnv>>;

/** What services that run stages read besides. */
export const stageEnv = {
  /** The implementation that runs: a package, a subpath of one, or a path. */
  STAGE_PLUGIN: optionalText,
  /** Further plugins that a job may ask for, separated by commas. */
  STAGE_PLUGINS: list,
  /** How long a worker that stopped answering keeps its job. */
  JOB_LEASE_MS: z.coerce.number().int().min(200).default(15_000),
  /** How often the host asks a stage for a checkpoint. */
  CHECKPOINT_SECONDS: z.coerce.number().min(0).default(30),
  /** How long a stage has for its last checkpoint when the service is asked to stop. */
  SHUTDOWN_SECONDS: z.coerce.number().min(0).default(25),
  /** Who the worker is in job records and logs; unique. Made up when not set. */
  WORKER_ID: z
    .string()
    .regex(/^[a-z0-9_-]{1,64}$/, 'expected 1 to 64 of a-z, 0-9, _ and -')
    .optional(),
} as const;

/** What stages that take reward functions read, when they load one. */
export const rewardEnv = {
  /** Packages and paths of reward functions that a job's settings may name beside our own, separated by commas. */
  REWARD_FUNCTIONS: list,
} as const;

/** The compute backends, in the order in which `auto` tries them. */
export const backendNames = ['tensorflow', 'native', 'webgpu', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

/**
 * What computes. Backends read it themselves when they start (`readComputeEnv`); services that compute read it
 * besides when they start, so that a wrong variable ends the process and not each of its jobs.
 */
export const computeEnv = {
  MINCHAT_BACKEND: z.enum(['auto', ...backendNames]).default('auto'),
  /** Of the native and the wasm backend; by default about the processors there are. */
  MINCHAT_THREADS: z.coerce.number().int().min(1).optional(),
  /** What the native backend rounds the operands of products to. */
  MINCHAT_MATMUL: z.enum(['bf16', 'fp32']).default('bf16'),
  /** Of the native backend, for tests; the best there is by default. */
  MINCHAT_INSTRUCTION_SET: z.enum(['amx_bf16', 'avx512_bf16', 'avx512', 'avx2', 'portable']).optional(),
} as const;

export function readComputeEnv(): z.output<z.ZodObject<typeof computeEnv>> {
  return readEnv(z.object(computeEnv));
}

/** The ports of a system on one machine; 0 takes any free one. */
export const portEnv = {
  MINCHAT_NATS_PORT: port.default(4222),
  GATEWAY_PORT: port.default(8080),
} as const;

export function readPortEnv(): z.output<z.ZodObject<typeof portEnv>> {
  return readEnv(z.object(portEnv));
}

/** Whether a variable has a value that somebody meant: Kubernetes sets GATEWAY_PORT=tcp://10.0.0.1:80 in every pod beside a Service `gateway`. */
function isMeant(name: string, value: string | undefined): boolean {
  return value !== undefined && value !== '' && !(name.endsWith('_PORT') && value.startsWith('tcp://'));
}

/**
 * Reads and validates environment variables; an empty one counts as not set. Throws
 * MC_CONFIG_INVALID that names the first variable that is wrong.
 */
export function readEnv<Schema extends z.ZodObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>> = process.env,
): z.output<Schema> {
  const given = Object.fromEntries(Object.keys(schema.shape).flatMap((name) => (isMeant(name, env[name]) ? [[name, env[name]]] : [])));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const name = String(issue?.path[0] ?? '');
  throw new MinchatError('MC_CONFIG_INVALID', `${name}=${env[name] ?? ''}: ${issue?.message ?? 'invalid'}`);
}
