import { constants, readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { MinchatError } from '@minchat/errors';
import type { Logger } from '@minchat/telemetry';
import { Events, connect, credsAuthenticator, type ConnectionOptions, type JetStreamManager, type NatsConnection, type NatsError } from 'nats';
import { retrying } from './nats-errors.ts';
import type { BusOptions } from './types.ts';

export interface Connection {
  readonly nats: NatsConnection;
  readonly manager: JetStreamManager;
  readonly connected: boolean;
  /** Waits a while for a connection that broke: what is sent without one is lost. Throws MC_NATS_UNAVAILABLE. */
  readonly mended: () => Promise<void>;
  /** Calls back when the connection breaks, and when it is there again: what was on the way may be lost. Returns the way to stop. */
  readonly watch: (changed: () => void) => () => void;
}

/** How long a request waits for a broken connection. */
export const mendedMs = 5000;

/** The server's code for a cluster that has no leader yet. */
const noLeader = 10_008;

/** The least a server must take in one message: what it does unless told otherwise. */
const messageBytes = 1_048_576;

/** Splits NATS_URL into servers and the user and password that may stand in it; `tls://` insists on TLS. */
export function parseNatsUrl(url: string): Pick<ConnectionOptions, 'servers' | 'user' | 'pass' | 'tls'> {
  let credentials: { user?: string; pass?: string } = {};
  let secure = false;
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
    secure ||= parsed.protocol === 'tls:';
    return `${parsed.protocol}//${parsed.host}`;
  });
  return { servers, ...credentials, ...(secure ? { tls: {} } : {}) };
}

type OpenOptions = Pick<BusOptions, 'url' | 'name' | 'log' | 'token' | 'creds' | 'cert' | 'key' | 'waitMs'>;

/** How to connect, by the settings. Throws MC_CONFIG_INVALID. */
async function connectionOptions({ url, name, token, creds, cert, key }: OpenOptions): Promise<ConnectionOptions> {
  // The client would ask a name server itself, past /etc/hosts and the domains to search, and wait 13 s for one that does not answer.
  const options: ConnectionOptions = { ...parseNatsUrl(url), name, resolve: false, ...(token === undefined ? {} : { token }) };
  for (const [variable, path] of Object.entries({ NATS_CREDS: creds, NATS_CERT: cert, NATS_KEY: key })) {
    if (path === undefined) continue;
    await access(path, constants.R_OK).catch((cause: Error) => {
      throw new MinchatError('MC_CONFIG_INVALID', `${variable}=${path}: expected a file that can be read, found ${cause.message}`, { cause });
    });
  }
  if ((cert === undefined) !== (key === undefined)) throw new MinchatError('MC_CONFIG_INVALID', 'NATS_CERT, NATS_KEY: expected both or none, found one');
  if (cert !== undefined && key !== undefined) options.tls = { certFile: cert, keyFile: key };
  if (creds !== undefined) options.authenticator = credsAuthenticator(() => readFileSync(creds));
  return options;
}

/** Connects for good: a broken connection is mended for ever. */
export async function openConnection(options: OpenOptions): Promise<Connection> {
  const { url, log, waitMs = 30_000 } = options;
  const nats = await untilConnected(await connectionOptions(options), url, waitMs, log);
  let connected = true;
  let mending = Promise.withResolvers<void>();
  const watchers = new Set<() => void>();
  void (async () => {
    for await (const status of nats.status()) {
      if (status.type === Events.Disconnect) {
        // Said again of each try that comes to nothing.
        if (!connected) continue;
        connected = false;
        mending = Promise.withResolvers();
        log.warn({ server: status.data }, 'lost the connection to NATS');
        for (const changed of watchers) changed();
      } else if (status.type === Events.Reconnect) {
        connected = true;
        mending.resolve();
        log.info({ server: status.data }, 'connected to NATS again');
        for (const changed of watchers) changed();
      }
    }
    connected = false;
  })();
  const accepted = nats.info?.max_payload ?? messageBytes;
  if (accepted < messageBytes) {
    await nats.close();
    throw new MinchatError('MC_CONFIG_INVALID', `${redacted(url)}: expected a server that takes messages of ${messageBytes} bytes, found ${accepted}`, { hint: 'Set max_payload to 1MB or more in the configuration of the NATS server.' });
  }
  try {
    const manager = await retrying('looking for JetStream', () => jetStreamOf(nats, url), { forMs: waitMs });
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
      watch(changed) {
        watchers.add(changed);
        return () => void watchers.delete(changed);
      },
    };
  } catch (error) {
    await nats.close();
    throw error;
  }
}

/** Throws MC_NATS_NO_JETSTREAM, or what the servers of a cluster say, or do not, while they choose a leader. */
async function jetStreamOf(nats: NatsConnection, url: string): Promise<JetStreamManager> {
  try {
    return await nats.jetstreamManager();
  } catch (cause) {
    const { code, api_error: api, message } = cause as NatsError;
    if (code === 'TIMEOUT' || code === 'PERMISSIONS_VIOLATION' || api?.err_code === noLeader) throw cause;
    throw new MinchatError('MC_NATS_NO_JETSTREAM', `${redacted(url)}: expected a server with JetStream, found ${api?.description ?? message}`, { cause });
  }
}

const whoIsRefused = 'it refuses the user, password, token or credentials';

/** What waiting does not mend, by the client's code. */
const refusals: Readonly<Record<string, string>> = {
  AUTHORIZATION_VIOLATION: whoIsRefused,
  AUTHENTICATION_EXPIRED: whoIsRefused,
  BAD_AUTHENTICATION: whoIsRefused,
  BAD_CREDS: 'no credentials in the file that NATS_CREDS names',
  SERVER_OPT_NA: 'one that does not speak TLS',
  TLS: 'no certificate and key in the files that NATS_CERT and NATS_KEY name',
};

async function untilConnected(options: ConnectionOptions, url: string, waitMs: number, log: Logger): Promise<NatsConnection> {
  const end = Date.now() + waitMs;
  for (let tries = 1; ; tries += 1) {
    try {
      return await connect({ ...options, timeout: 2000, maxReconnectAttempts: -1, reconnectTimeWait: 250, reconnectJitter: 250, ignoreAuthErrorAbort: true, pingInterval: 10_000, maxPingOut: 3 });
    } catch (error) {
      const { code, message } = error as NatsError;
      const refused = refusals[code];
      if (refused !== undefined || Date.now() >= end) {
        const found = refused ?? `no answer within ${waitMs / 1000} s (${message})`;
        throw new MinchatError('MC_NATS_UNAVAILABLE', `${redacted(url)}: expected a NATS server, found ${found}`, { cause: error, ...(refused === undefined ? {} : { hint: 'Correct NATS_URL, or the other variables that begin with NATS_.' }) });
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
