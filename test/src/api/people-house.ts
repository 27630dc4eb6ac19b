import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus, rpc, type Bus } from '@minchat/bus';
import { startNatsServer } from '@minchat/bus/testing';
import { Coordinator } from '@minchat/coordinator';
import { createServer } from '@minchat/gateway';
import { openDatabase, servePeople, type Database } from '@minchat/prompt-store';
import { createLogger } from '@minchat/telemetry';
import { sql } from 'drizzle-orm';
import { expect } from 'vitest';

// A real gateway where people log in, a real store, no models; and how browsers and programs ask it.

type Env = Parameters<typeof createServer>[1];
type Server = Awaited<ReturnType<typeof createServer>>;

/** NATS, coordinator and store, for any number of gateways. */
export interface House {
  readonly bus: Bus;
  readonly database: Database;
  /** One more gateway, where people log in unless told otherwise: its address. */
  readonly gateway: (settings?: Partial<Env>) => Promise<string>;
  /** An account with this role, made by a link of the store: its cookie. */
  readonly joinAs: (url: string, role: string, name: string) => Promise<string>;
  /** The store leaves the bus, and comes again. */
  stopStore(): Promise<void>;
  startStore(): void;
  /** Wrong passwords so far count no more. */
  forgetTries(): Promise<void>;
  close(): Promise<void>;
}

const log = createLogger('people-test', { level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });
export const password = 'four plain words here';
/** What the studio's pages send with what changes something. */
export const studio = { 'content-type': 'application/json', 'x-minchat-studio': '1' };
export const roles = ['admin', 'labeler', 'viewer'] as const;

export async function startHouse(): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-people-'));
  const nats = await startNatsServer();
  const open = (name: string): Promise<Bus> => connectBus({ url: nats.url, name, log, cacheFolder: join(folder, name) });
  const buses = await Promise.all(['gateway', 'store', 'coordinator'].map(open));
  const [bus, storeBus, coordinatorBus] = buses as [Bus, Bus, Bus];
  const coordinator = new Coordinator({ bus: coordinatorBus, log });
  await coordinator.start();
  const database = await openDatabase({ folder: join(folder, 'db'), log });
  let serving = servePeople(storeBus, database.db);
  const servers: Server[] = [];
  return {
    bus,
    database,
    async gateway(settings = {}) {
      const server = await createServer(bus, {
        GATEWAY_HOST: '127.0.0.1', GATEWAY_PORT: 0, GATEWAY_API_KEYS: '', COLLECT_PROMPTS: 'off', GATEWAY_RATE_LIMIT: 100_000, GATEWAY_BODY_LIMIT_KB: 64, GATEWAY_REQUEST_SECONDS: 5,
        GATEWAY_AUTH: 'required', GATEWAY_TRUST_PROXY: '', GATEWAY_LOGIN_RATE_LIMIT: 10_000, ...settings,
      } as Env, log);
      servers.push(server);
      await server.listen({ host: '127.0.0.1', port: 0 });
      return `http://127.0.0.1:${String((server.server.address() as AddressInfo).port)}`;
    },
    async joinAs(url, role, name) {
      const { token } = await bus.call(rpc.invite, { actor: { name: 'test' }, role });
      const answer = await ask(url, '/api/invitations/accept', { method: 'POST', body: { token, name, password } });
      expect(answer.status).toBe(200);
      return cookieOf(answer);
    },
    stopStore: async () => void (await Promise.all(serving.map((one) => one.stop()))),
    startStore: () => void (serving = servePeople(storeBus, database.db)),
    forgetTries: async () => void (await database.db.execute(sql`delete from login_tries`)),
    async close() {
      await Promise.all(servers.map((server) => server.close()));
      await coordinator.stop();
      await Promise.all(buses.map((one) => one.close()));
      await nats.stop();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface Answer { status: number; body: { error?: { code: string; message: string } } & Record<string, unknown>; headers: Headers; text: string }
export interface Question { method?: string; body?: unknown; headers?: Record<string, string>; cookie?: string | undefined }

/** Asks as the studio's pages do; a body that is a text is sent as it is. */
export async function ask(url: string, path: string, { method = 'GET', body, headers = {}, cookie }: Question = {}): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(body === undefined ? { 'x-minchat-studio': '1' } : studio), ...headers, ...(cookie === undefined ? {} : { cookie }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, headers: response.headers, body: (text.startsWith('{') ? JSON.parse(text) : {}) as Answer['body'] };
}

export function logIn(url: string, name: string, given = password, more: Question = {}): Promise<Answer> {
  return ask(url, '/api/session', { method: 'POST', body: { name, password: given }, ...more });
}

export function cookieOf(answer: Answer): string {
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

export function statusAndCode(answer: Answer): [status: number, code: string | undefined] {
  return [answer.status, answer.body.error?.code];
}
