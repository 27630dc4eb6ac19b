import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeFlags, portEnv, readEnv, stageEnv } from '@minchat/config';
import { errorCodes, listenError, MinchatError, toMinchatError } from '@minchat/errors';
import { z } from 'zod';
import { root } from '../paths.ts';
import { gatewayUrl } from './gateway-url.ts';
import { lockHome, type HomeLock } from './lock.ts';
import { lastError, sizeOf, type LoggedError } from './logged-error.ts';
import { natsCommand, waitForNats } from './nats-server.ts';
import { answersWell, endChild, freePort, portError, processStart, rotateLog, spawnLogged } from './process.ts';

/** Every service, in the order in which they are named to people. */
export const serviceNames = [
  'coordinator', 'prompt-store', 'pretrainer', 'sft-trainer', 'reward-trainer', 'ppo-trainer', 'evaluator', 'inference', 'gateway',
] as const;

export interface SupervisorOptions {
  home: string;
  /** Told what happens: a child started, ended, was started again. */
  onEvent: (message: string) => void;
  /** Environment of the children besides this process's own. */
  env?: Readonly<Record<string, string>>;
  services?: readonly string[];
}

interface Child {
  readonly name: string;
  process: ChildProcess | undefined;
  healthPort: number;
  ready: boolean;
  /** Whether somebody waits until it is ready, whichever of its processes that comes to be. */
  awaited: boolean;
}

/** Why a child ended: its exit code or signal, and the error that it logged, if it did. */
interface Ending {
  why: string;
  reason: LoggedError | undefined;
}

/** A large database takes minutes to be brought up to date, and must not be broken off in it. */
const readyWithinMs = 900_000;
const notReadyToldMs = 30_000;
const steadyAfterMs = 30_000;
const longestBackoffMs = 15_000;
/** So often may a service end before it was ever ready until the start is given up. */
const triesAtStart = 4;

/** What a system reads of its environment itself. */
const systemEnv = z.object({
  NATS_URL: z.string().optional(),
  GATEWAY_HOST: z.string().default('127.0.0.1'),
  ...portEnv,
  // The time that services give to what is in hand when they stop.
  SHUTDOWN_SECONDS: stageEnv.SHUTDOWN_SECONDS,
  INFERENCE_DRAIN_SECONDS: z.coerce.number().min(0).default(20),
});

/** Behind that time each service ends by itself, the slowest within this. */
const stopMarginMs = 30_000;

/**
 * Runs nats-server (unless NATS_URL names one) and every service as child processes, and starts
 * again whichever ends, at growing intervals.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #env: z.output<typeof systemEnv>;
  readonly #stopGraceMs: number;
  readonly #stopping = new AbortController();
  readonly #children: Child[] = [];
  readonly #loops: Promise<void>[] = [];
  readonly #failed = Promise.withResolvers<never>();
  #lock: HomeLock | undefined;
  #nats: Child | undefined;
  #starting = true;
  #stopped: Promise<void> | undefined;
  natsUrl = '';
  gatewayUrl = '';
  #gatewayPort = 0;
  #addresses: { natsUrl?: string; gatewayUrl?: string } = {};

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#env = readEnv(systemEnv, { ...process.env, ...options.env });
    this.#stopGraceMs = Math.max(this.#env.SHUTDOWN_SECONDS, this.#env.INFERENCE_DRAIN_SECONDS) * 1000 + stopMarginMs;
    this.#failed.promise.catch(() => undefined);
  }

  /**
   * Starts everything and returns when every service is ready, or, when `signal` aborts before that, when
   * everything has ended again. Throws MC_CONFLICT, MC_PORT_TAKEN, MC_ACCESS_DENIED, MC_NATS_UNAVAILABLE, or the error with
   * which a service ends at once, and leaves nothing running then.
   */
  async start(signal?: AbortSignal): Promise<void> {
    const abort = (): void => this.#stopping.abort();
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort);
    try {
      await this.#startAll();
      this.#starting = false;
      if (this.#stopping.signal.aborted) await this.stop();
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Which services answer that they are ready. */
  async readiness(): Promise<Record<string, boolean>> {
    const entries = await Promise.all(this.#children.map(async (child) => [child.name, await isReady(child)] as const));
    return Object.fromEntries(entries);
  }

  /** The process ids of the children, nats-server included. */
  pids(): Record<string, number> {
    const all = this.#nats === undefined ? this.#children : [this.#nats, ...this.#children];
    return Object.fromEntries(all.flatMap(({ name, process }) => (process?.pid === undefined ? [] : [[name, process.pid]])));
  }

  /** Ends the services, then nats-server, then lets go of the home. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#endAll());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Ends everything at once. */
  kill(): void {
    for (const { process } of [...this.#children, ...(this.#nats ? [this.#nats] : [])]) process?.kill('SIGKILL');
  }

  async #endAll(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#children.map(async ({ process }) => process && endChild(process, this.#stopGraceMs)));
    if (this.#nats?.process) await endChild(this.#nats.process, this.#stopGraceMs);
    await Promise.all(this.#loops);
    await this.#lock?.release();
  }

  async #startAll(): Promise<void> {
    const { home, services = serviceNames } = this.#options;
    const { NATS_URL, GATEWAY_HOST, GATEWAY_PORT } = this.#env;
    this.#lock = await lockHome(home);
    this.#gatewayPort = services.includes('gateway') ? await chooseGatewayPort(GATEWAY_HOST, GATEWAY_PORT) : 0;
    this.gatewayUrl = gatewayUrl(GATEWAY_HOST, this.#gatewayPort);
    mkdirSync(join(home, 'logs'), { recursive: true });
    if (NATS_URL !== undefined) this.natsUrl = NATS_URL;
    else await this.#startNats(join(home, 'nats'));
    for (const name of services) {
      const child: Child = { name, process: undefined, healthPort: 0, ready: false, awaited: false };
      this.#children.push(child);
      this.#keepUp(child, () => this.#spawnService(child));
    }
    const ready = Promise.all(this.#children.map((child) => this.#waitUntilReady(child)));
    await Promise.race([ready, this.#failed.promise]);
    await this.#tell({ natsUrl: this.natsUrl, ...(this.#gatewayPort > 0 ? { gatewayUrl: this.gatewayUrl } : {}) });
  }

  async #startNats(store: string): Promise<void> {
    const { program, args, port } = await natsCommand(store, this.#env.MINCHAT_NATS_PORT);
    this.natsUrl = `nats://127.0.0.1:${port}`;
    const nats: Child = { name: 'nats-server', process: undefined, healthPort: 0, ready: false, awaited: false };
    this.#nats = nats;
    const log = this.#logFile(nats.name);
    this.#keepUp(nats, () => spawnLogged(program, args, { log, cwd: this.#options.home }));
    await Promise.race([waitForNats(port, 30_000, log, this.#stopping.signal), this.#failed.promise]);
    nats.ready = true;
  }

  async #spawnService(child: Child): Promise<ChildProcess> {
    child.healthPort = await freePort();
    const env = {
      ...process.env,
      ...this.#options.env,
      NATS_URL: this.natsUrl,
      MINCHAT_HOME: this.#options.home,
      // Where it is asked.
      HEALTH_HOST: '127.0.0.1',
      HEALTH_PORT: String(child.healthPort),
      ...(child.name === 'gateway' ? { GATEWAY_PORT: String(this.#gatewayPort) } : {}),
    };
    return spawnLogged(process.execPath, [...nodeFlags, join('services', child.name, 'src', 'main.ts')], { log: this.#logFile(child.name), env, cwd: root });
  }

  #logFile(name: string): string {
    return join(this.#options.home, 'logs', `${name}.log`);
  }

  #keepUp(child: Child, spawn: () => ChildProcess | Promise<ChildProcess>): void {
    this.#loops.push(this.#runForEver(child, spawn).catch((error: unknown) => this.#failed.reject(error)));
  }

  async #runForEver(child: Child, spawn: () => ChildProcess | Promise<ChildProcess>): Promise<void> {
    const { signal } = this.#stopping;
    let backoffMs = 250;
    let failures = 0;
    while (!signal.aborted) {
      const began = Date.now();
      const ending = await this.#runOnce(child, spawn).catch((error: unknown): Ending => {
        if (this.#starting) throw error;
        // A full disk, say: it may be mended, and the child is wanted then.
        return { why: toMinchatError(error).message, reason: undefined };
      });
      const wasReady = child.ready;
      child.ready = false;
      if (signal.aborted) return;
      failures = wasReady ? 0 : failures + 1;
      // It never was ready, and says why by a code that trying again does not mend, or has tried enough.
      if (this.#starting && !wasReady && (failures >= triesAtStart || !mayMend(ending))) throw this.#failedToStart(child, ending, failures);
      if (Date.now() - began > steadyAfterMs) backoffMs = 250;
      this.#options.onEvent(`${child.name} ended (${ending.why}${ending.reason ? `: ${ending.reason.message}` : ''}); starts again in ${backoffMs / 1000} s`);
      await sleep(backoffMs, undefined, { signal }).catch(() => undefined);
      backoffMs = Math.min(longestBackoffMs, backoffMs * 2);
      if (child.name !== 'nats-server' && !child.awaited) void this.#waitUntilReady(child).catch(() => undefined);
    }
  }

  #failedToStart(child: Child, { why, reason }: Ending, failures: number): MinchatError {
    if (reason !== undefined) return new MinchatError(reason.code, `${child.name}: ${reason.message}`, { hint: reason.hint });
    const read = `Read ${this.#logFile(child.name)}`;
    const [code, hint] = child === this.#nats ? (['MC_NATS_UNAVAILABLE', `${read}; it has to be version 2.9 or newer.`] as const) : (['MC_SERVICE_UNAVAILABLE', `${read}.`] as const);
    return new MinchatError(code, `${child.name} ended ${failures} times before it was ready (${why})`, { hint });
  }

  /** Starts a child and waits until it has ended. */
  async #runOnce(child: Child, spawn: () => ChildProcess | Promise<ChildProcess>): Promise<Ending> {
    const log = this.#logFile(child.name);
    rotateLog(log);
    const logStart = await sizeOf(log);
    const started = await spawn();
    child.process = started;
    const ended = Promise.race([once(started, 'exit'), once(started, 'error')]);
    await this.#tell();
    // Asked to stop while it was being started.
    if (this.#stopping.signal.aborted) await endChild(started, this.#stopGraceMs);
    const [code, killedBy] = (await ended) as [number | Error | null, string | null];
    return { why: killedBy ?? (code instanceof Error ? code.message : `exit code ${code}`), reason: await lastError(log, logStart) };
  }

  async #waitUntilReady(child: Child): Promise<void> {
    child.awaited = true;
    await this.#untilReady(child).finally(() => (child.awaited = false));
  }

  async #untilReady(child: Child): Promise<void> {
    const end = Date.now() + readyWithinMs;
    let toldAt = Date.now();
    while (!this.#stopping.signal.aborted) {
      if (await isReady(child)) {
        child.ready = true;
        return;
      }
      if (Date.now() > end) {
        throw new MinchatError('MC_SERVICE_UNAVAILABLE', `${child.name} was not ready in ${readyWithinMs / 1000} s`, {
          hint: `Read ${this.#logFile(child.name)}.`,
        });
      }
      if (Date.now() > toldAt + notReadyToldMs) {
        toldAt = Date.now();
        this.#options.onEvent(`${child.name} is not ready yet; ${this.#logFile(child.name)} tells what it is at`);
      }
      await sleep(100);
    }
  }

  /**
   * Tells other commands what runs, and, once all does, where. From then on the system goes on where that
   * cannot be written; the next change writes it.
   */
  async #tell(addresses = this.#addresses): Promise<void> {
    this.#addresses = addresses;
    const children = Object.entries(this.pids()).map(([name, pid]) => ({ name, pid, start: processStart(pid) ?? '' }));
    try {
      await this.#lock?.update({ ...addresses, children });
    } catch (error) {
      if (this.#starting) throw error;
      this.#options.onEvent(`could not write what runs: ${toMinchatError(error).message}`);
    }
  }
}

/** Whether trying again may mend it. A port that was free when it was chosen may be taken by now: the next try has another. */
function mayMend({ reason }: Ending): boolean {
  return reason === undefined || reason.code === 'MC_PORT_TAKEN' || errorCodes[reason.code].retryable;
}

async function chooseGatewayPort(host: string, wanted: number): Promise<number> {
  if (wanted === 0) return freePort();
  const error = await portError(wanted, host);
  if (error === undefined) return wanted;
  if (error.code !== 'MC_PORT_TAKEN') throw listenError(error.cause, 'GATEWAY', { host, port: wanted });
  throw new MinchatError('MC_PORT_TAKEN', `port ${wanted} is taken by another program`, { hint: `Stop that program, or set GATEWAY_PORT to another port (0 takes any).` });
}

async function isReady({ healthPort }: Child): Promise<boolean> {
  return healthPort !== 0 && answersWell(healthPort, '/readyz');
}
