import { setTimeout as sleep } from 'node:timers/promises';
import { MinchatError } from '@minchat/errors';
import type { Logger } from '@minchat/telemetry';
import { Events, connect, type ConnectionOptions, type JetStreamManager, type NatsConnection, type NatsError } from 'nats';

export interface Connection {
  readonly nats: NatsConnection;
  readonly manager: JetStreamManager;
  readonly connected: boolean;
  /** Waits a while for a connection that broke: what is sent without one is lost. Throws MC_NATS_UNAVAILABLE. */
  readonly mended: () => Promise<void>;
}

/** How long a request waits for a broken connection. */
const mendedMs = 5000;

/** Splits NATS_URL into servers and the user and password that may stand in it. */
export function parseNatsUrl(url: string): Pick<ConnectionOptions, 'servers' | 'user' | 'pass'> {
  let credentials: { user?: string; pass?: string } = {};
  const servers = url.split(',').map((part) => {
    const text = part.trim();
    let parsed: URL;
    try {
      parsed = new URL(text.includes('://') ? text : `nats://${text}`);
      if (parsed.username !== '') credentials = { user: decodeURIComponent(parsed.username), pass: decodeURIComponent(parsed.password) };
    } catch {
      // Without the cause: it holds the password.
      throw new MinchatError('MC_CONFIG_INVALID', `NATS_URL=${redacted(text)}: expected nats://user:password@host:port, with /, #, ? and % of a password written as %2F, %23, %3F and %25`);
    }
    if (parsed.host === '') throw new MinchatError('MC_CONFIG_INVALID', `NATS_URL=${redacted(text)}: expected nats://host:port`);
    return `${parsed.protocol}//${parsed.host}`;
  });
  return { servers, ...credentials };
}

export interface OpenOptions {
  url: string;
  name: string;
  log: Logger;
  token?: string | undefined;
  waitMs: number;
}

/** Connects for good: a broken connection is mended for ever. */
export async function openConnection({ url, name, log, token, waitMs }: OpenOptions): Promise<Connection> {
  const nats = await untilConnected({ ...parseNatsUrl(url), ...(token === undefined ? {} : { token }), name }, url, waitMs, log);
  let connected = true;
  let mending = Promise.withResolvers<void>();
  void (async () => {
    for await (const status of nats.status()) {
      if (status.type === Events.Disconnect) {
        // Said again of each try that comes to nothing.
        if (!connected) continue;
        connected = false;
        mending = Promise.withResolvers();
        log.warn({ server: status.data }, 'lost the connection to NATS');
      } else if (status.type === Events.Reconnect) {
        connected = true;
        mending.resolve();
        log.info({ server: status.data }, 'connected to NATS again');
      }
    }
    connected = false;
  })();
  try {
    const manager = await nats.jetstreamManager();
    return {
      nats,
      manager,
      get connected() {
        return connected;
      },
      async mended() {
        // One that has ended says so itself.
        if (connected || nats.isClosed()) return;
        const waiting = new AbortController();
        const found = await Promise.race([mending.promise, sleep(mendedMs, 'none', { signal: waiting.signal })]);
        waiting.abort();
        if (found === 'none') throw new MinchatError('MC_NATS_UNAVAILABLE', `expected a connection to NATS within ${mendedMs / 1000} s, found none`);
      },
    };
  } catch (cause) {
    await nats.close();
    throw new MinchatError('MC_NATS_NO_JETSTREAM', `${redacted(url)}: expected a server with JetStream, found ${(cause as Error).message}`, { cause });
  }
}

async function untilConnected(options: ConnectionOptions, url: string, waitMs: number, log: Logger): Promise<NatsConnection> {
  const end = Date.now() + waitMs;
  for (let tries = 1; ; tries += 1) {
    try {
      return await connect({ ...options, timeout: 2000, maxReconnectAttempts: -1, reconnectTimeWait: 250, reconnectJitter: 250, ignoreAuthErrorAbort: true, pingInterval: 10_000, maxPingOut: 3 });
    } catch (error) {
      const { code, message } = error as NatsError;
      const refused = code === 'AUTHORIZATION_VIOLATION' || code === 'AUTHENTICATION_EXPIRED' || code === 'BAD_AUTHENTICATION';
      if (refused || Date.now() >= end) {
        const found = refused ? 'it refuses the user, password or token' : `no answer within ${waitMs / 1000} s (${message})`;
        throw new MinchatError('MC_NATS_UNAVAILABLE', `${redacted(url)}: expected a NATS server, found ${found}`, { cause: error });
      }
      if (tries === 1) log.info({ url: redacted(url), waitMs }, 'waiting for NATS');
      await sleep(Math.min(250, Math.max(1, end - Date.now())));
    }
  }
}

/** Without users and passwords, however they are written. */
export function redacted(url: string): string {
  return url.split(',').map((part) => part.replace(/^(\s*\w+:\/\/)?.*@/, '$1***@')).join(',');
}
