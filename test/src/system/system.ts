// A whole system for a test: nats-server and services as processes of their own, in a folder that goes away.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectBus, rpc, type Bus } from '@minchat/bus';
import { whenKilled } from '@minchat/bus/testing';
import { Supervisor, serviceNames } from '@minchat/cli';
import { formatRunSpec, parseRunSpec } from '@minchat/config';
import { RunStatus, type RunRecord, type StageEvent } from '@minchat/contracts';
import { createLogger } from '@minchat/telemetry';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export interface System {
  readonly home: string;
  readonly natsUrl: string;
  readonly supervisor: Supervisor;
  readonly bus: Bus;
  /** What the supervisor told: which children ended and why. */
  readonly happened: string[];
  /** Submits a spec (YAML). */
  submit(spec: string): Promise<RunRecord>;
  /** The run when it has ended; throws with the tails of the logs when it takes longer. */
  ended(runId: string, withinMs?: number): Promise<RunRecord>;
  /** The first event of a run that fits, also one of the past. */
  event(runId: string, fits: (event: StageEvent) => boolean, withinMs?: number): Promise<StageEvent>;
  /** A service as a process of its own that the supervisor does not know, as an operator starts one. */
  startAlone(service: string, env?: Record<string, string>): Promise<ChildProcess>;
  /** The `minchat` command against this system. */
  minchat(...args: string[]): Promise<Ended>;
  /** The same, with something on its standard input. */
  minchatWith(input: string, ...args: string[]): Promise<Ended>;
  stop(): Promise<void>;
}

/** Short leases; a checkpoint at every step, so that every stage can be met in the middle on any backend. */
const quick = { JOB_LEASE_MS: '3000', CHECKPOINT_SECONDS: '0', LOG_LEVEL: 'info' };

export async function startSystem({ without = [], env = {} }: { without?: readonly string[]; env?: Record<string, string> } = {}): Promise<System> {
  const home = await mkdtemp(join(tmpdir(), 'minchat-system-'));
  Object.assign(process.env, { MINCHAT_NATS_PORT: '0', GATEWAY_PORT: '0', NATS_URL: '' });
  const happened: string[] = [];
  // Where a supervisor writes what it started; nobody starts another one there, which would end it.
  const unwatch = whenKilled(`sed -n 's/.*"pid": \\([0-9]*\\).*/\\1/p' "$1/up.json" | xargs kill -9; rm -rf "$1"`, home);
  const supervisor = new Supervisor({
    home, env: { ...quick, ...env }, services: serviceNames.filter((name) => !without.includes(name)), onEvent: (message) => happened.push(message),
  });
  await supervisor.start();
  const log = createLogger('test', { level: 'silent' });
  const artifactStore = env['ARTIFACT_STORE'];
  const bus = await connectBus({ url: supervisor.natsUrl, name: 'test', log, cacheFolder: join(home, 'test-cache'), ...(artifactStore ? { artifactStore } : {}) });
  const alone: ChildProcess[] = [];

  const tails = async (): Promise<string> => {
    const texts = await Promise.all(['nats-server', ...serviceNames].map(async (name) => `--- ${name}\n${await tail(join(home, 'logs', `${name}.log`))}`));
    return [...happened, ...texts].join('\n');
  };

  const minchat = (input: string, args: readonly string[]): Promise<Ended> =>
    new Promise((resolve) => {
      const env = { ...process.env, NATS_URL: supervisor.natsUrl, MINCHAT_HOME: home, INIT_CWD: home };
      const child = execFile(process.execPath, [join(root, 'libs/cli/src/main.ts'), ...args], { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }));
      child.stdin?.end(input);
    });

  return {
    home, natsUrl: supervisor.natsUrl, supervisor, bus, happened,
    submit: (spec) => bus.call(rpc.submitRun, { specJson: formatRunSpec(parseRunSpec(spec)) }),
    async ended(runId, withinMs = 240_000) {
      const end = Date.now() + withinMs;
      for (;;) {
        const run = await bus.call(rpc.getRun, { runId }).catch(() => undefined);
        if (run !== undefined && run.status !== RunStatus.RUN_STATUS_RUNNING) return run;
        if (Date.now() > end) throw new Error(`run ${runId} did not end in ${withinMs} ms: ${JSON.stringify(run?.stages.map(({ stage, status, step }) => [stage, status, step]))}\n${await tails()}`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    async event(runId, fits, withinMs = 120_000) {
      const found = Promise.withResolvers<StageEvent>();
      const timer = setTimeout(() => void tails().then((text) => found.reject(new Error(`no such event of ${runId} in ${withinMs} ms\n${text}`))), withinMs);
      const subscription = await bus.subscribeEvents({ runId, from: 'all' }, (event) => {
        if (fits(event)) found.resolve(event);
      });
      try {
        return await found.promise;
      } finally {
        clearTimeout(timer);
        await subscription.stop();
      }
    },
    async startAlone(service, env = {}) {
      const file = await open(join(home, 'logs', `${service}.log`), 'a');
      const child = spawn(process.execPath, ['src/main.ts'], {
        cwd: join(root, 'services', service), stdio: ['ignore', file.fd, file.fd], env: { ...process.env, ...quick, NATS_URL: supervisor.natsUrl, MINCHAT_HOME: home, ...env },
      });
      await file.close();
      child.once('exit', whenKilled('kill -9 "$1"', String(child.pid)));
      alone.push(child);
      return child;
    },
    minchat: (...args) => minchat('', args),
    minchatWith: (input, ...args) => minchat(input, args),
    async stop() {
      await bus.close();
      for (const child of alone) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await supervisor.stop();
      unwatch();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function tail(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').slice(-12).map((line) => line.slice(0, 400)).join('\n');
}

export const stageOf = (run: RunRecord, name: string) => {
  const stage = run.stages.find((other) => other.stage === name);
  if (stage === undefined) throw new Error(`no stage ${name}`);
  return stage;
};

/** The local folder of an output of a run. */
export async function outputFolder(system: System, run: RunRecord, stage: string, output: string): Promise<string> {
  const artifact = stageOf(run, stage).result?.outputs.find(({ name }) => name === output)?.artifact;
  if (artifact === undefined) throw new Error(`stage ${stage} has no output ${output}`);
  return system.bus.artifacts.get(artifact);
}

/** SHA-256 of a model's weights. */
export async function weightsOf(system: System, run: RunRecord, stage: string, output: string): Promise<string> {
  const bytes = await readFile(join(await outputFolder(system, run, stage, output), 'model.safetensors'));
  return createHash('sha256').update(bytes).digest('hex');
}

/** examples/tiny.yaml, changed by replacing pieces of text that must be there. */
export async function tinySpec(...changes: readonly (readonly [string, string])[]): Promise<string> {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`examples/tiny.yaml has no "${from}"`);
    return text.replace(from, to);
  }, await readFile(join(root, 'examples/tiny.yaml'), 'utf8'));
}
