import { createSocket } from 'node:dgram';
import { getServers, setServers } from 'node:dns';
import { mkdtempDisposable, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, nkeys } from 'nats';
import { createLogger } from '@minchat/telemetry';
import { describe, expect, it, vi } from 'vitest';
import { connectBus } from './connect.ts';
import { parseNatsUrl, redacted } from './connection.ts';
import { rpc } from './rpc-table.ts';
import { quiet, testBus } from './test-bus.ts';
import { startNatsServer, type TestNatsOptions } from './testing.ts';
import type { BusOptions } from './types.ts';

/** The configuration of a server that knows its users by what an operator signed, and credentials of one. */
function operatorMode(): { config: string; creds: () => string } {
  const [operator, account, system] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createAccount()];
  const signed = (by: ReturnType<typeof nkeys.createUser>, subject: string, claims: object): string => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part({ iss: by.getPublicKey(), sub: subject, name: 'test', jti: subject, iat: Math.floor(Date.now() / 1000), nats: { ...claims, version: 2 } })}`;
    return `${body}.${Buffer.from(by.sign(Buffer.from(body))).toString('base64url')}`;
  };
  const all = { subs: -1, data: -1, payload: -1, conn: -1, leaf: -1, imports: -1, exports: -1, wildcards: true, mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const resolved = [account, system].map((one) => `${one.getPublicKey()}: "${signed(operator, one.getPublicKey(), { type: 'account', limits: one === system ? { ...all, mem_storage: 0, disk_storage: 0 } : all })}"`);
  return {
    config: `operator: "${signed(operator, operator.getPublicKey(), { type: 'operator' })}"\nresolver: MEMORY\nresolver_preload { ${resolved.join(', ')} }\nsystem_account: ${system.getPublicKey()}`,
    creds() {
      const user = nkeys.createUser();
      const jwt = signed(account, user.getPublicKey(), { type: 'user', subs: -1, data: -1, payload: -1 });
      return `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${Buffer.from(user.getSeed()).toString()}\n------END USER NKEY SEED------\n`;
    },
  };
}

describe('NATS_URL', () => {
  it('may name several servers, and a user', () => {
    expect(parseNatsUrl('nats://a:1, b:2')).toEqual({ servers: ['nats://a:1', 'nats://b:2'] });
    expect(parseNatsUrl('nats://me:p%40ss@a:1')).toEqual({ servers: ['nats://a:1'], user: 'me', pass: 'p@ss' });
    for (const url of ['nats://me:topsecret%@a:1', 'nats://me:top/secret@a:1', 'me:top#secret@a:1']) {
      expect(() => parseNatsUrl(url), url).toThrow(expect.objectContaining({ code: 'MC_CONFIG_INVALID', message: expect.not.stringContaining('secret') as string }));
    }
    expect(redacted('me:topsecret@a:1,nats://you:also@secret@b')).toBe('***@a:1,nats://***@b');
    expect(parseNatsUrl('tls://a:1,tls://b:2')).toEqual({ servers: ['tls://a:1', 'tls://b:2'], tls: {} });
    expect(() => parseNatsUrl('nats://')).toThrow(expect.objectContaining({ code: 'MC_CONFIG_INVALID' }));
  });
});

describe('connectBus', () => {
  it('says after the wait that there is no server, without the password', async () => {
    const wait = connectBus({ url: 'nats://me:secret@127.0.0.1:1', name: 'test', log: quiet, waitMs: 300 });
    await expect(wait).rejects.toMatchObject({ code: 'MC_NATS_UNAVAILABLE', message: expect.not.stringContaining('secret') as string });
  });

  it('says so of a server that accepts and never answers', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    await expect(connectBus({ url: `nats://127.0.0.1:${port}`, name: 'test', log: quiet, waitMs: 100 })).rejects.toMatchObject({ code: 'MC_NATS_UNAVAILABLE' });
    for (const socket of sockets) socket.destroy();
    mute.close();
  });

  it.each<[string, TestNatsOptions, Partial<BusOptions>, string, string]>([
    ['has no JetStream', { jetStream: false }, {}, 'MC_NATS_NO_JETSTREAM', 'expected a server with JetStream'],
    ['has none for the account', { config: 'accounts { A: { users: [{ user: a, password: a }] }, SYS: {} }\nsystem_account: SYS\nno_auth_user: a' }, {}, 'MC_NATS_NO_JETSTREAM', 'JetStream not enabled for account'],
    ['has less space for the account than the events are given', { config: 'accounts { A: { jetstream: { max_file: 100M }, users: [{ user: a, password: a }] }, SYS: {} }\nsystem_account: SYS\nno_auth_user: a' }, {}, 'MC_DISK_FULL', 'creating the stream EVENTS'],
    ['lets the user ask for nothing', { config: 'authorization { users: [{ user: a, password: a, permissions: { publish: ["a"] } }] }\nno_auth_user: a' }, {}, 'MC_NATS_DENIED', '$JS.API.INFO'],
    ['takes small messages only', { config: 'max_payload: 65536' }, {}, 'MC_CONFIG_INVALID', 'expected a server that takes messages of 1048576 bytes, found 65536'],
    ['is alone where several are to keep what is stored', {}, { replicas: 3 }, 'MC_CONFIG_INVALID', 'NATS_REPLICAS=3: expected a cluster'],
    ['refuses a password', { config: 'authorization { user: a, password: b }' }, {}, 'MC_NATS_UNAVAILABLE', 'it refuses the user'],
  ])('says that the server %s', async (_, server, options, code, message) => {
    await using nats = await startNatsServer(server);
    await expect(testBus(nats.url, options)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  it('never speaks in the clear where tls:// is asked for', async () => {
    await using nats = await startNatsServer({ config: 'authorization { user: me, password: secret }' });
    const wait = testBus(nats.url.replace('nats://', 'tls://me:secret@'));
    await expect(wait).rejects.toMatchObject({ code: 'MC_NATS_UNAVAILABLE', message: expect.stringContaining('TLS') as string });
  });

  it('names the file that is wrong', async () => {
    const connecting = (more: Partial<BusOptions>) => testBus('nats://127.0.0.1:1', more);
    await expect(connecting({ creds: '/nowhere/me.creds' })).rejects.toMatchObject({ code: 'MC_CONFIG_INVALID', message: expect.stringContaining('NATS_CREDS=/nowhere/me.creds') as string });
    await expect(connecting({ cert: fileURLToPath(import.meta.url) })).rejects.toMatchObject({ code: 'MC_CONFIG_INVALID', message: expect.stringContaining('NATS_KEY') as string });
  });

  it('takes credentials from a file, and reads it anew when it connects again', async () => {
    const { config, creds } = operatorMode();
    await using nats = await startNatsServer({ config });
    await using folder = await mkdtempDisposable(join(tmpdir(), 'minchat-creds-'));
    const file = join(folder.path, 'me.creds');
    await writeFile(file, 'none yet');
    await expect(testBus(nats.url, { creds: file })).rejects.toMatchObject({ code: 'MC_NATS_UNAVAILABLE', message: expect.stringContaining('NATS_CREDS') as string });
    await writeFile(file, creds());
    await using bus = await testBus(nats.url, { creds: file });
    expect(await bus.runs.list()).toEqual([]);
    await writeFile(file, creds());
    await nats.restart();
    await expect.poll(() => bus.connected, { timeout: 10_000 }).toBe(true);
  });

  it('is found by its name as the system finds it, and not by asking a name server past it', async () => {
    await using nats = await startNatsServer();
    const asked: Buffer[] = [];
    const names = createSocket('udp4', (query, { port }) => {
      asked.push(query);
      // No such name, said at once.
      names.send(Buffer.concat([query.subarray(0, 2), Buffer.from([0x81, 0x83]), query.subarray(4)]), port);
    });
    names.bind(0, '127.0.0.1');
    await once(names, 'listening');
    const before = getServers();
    setServers([`127.0.0.1:${names.address().port}`]);
    try {
      await using bus = await testBus(nats.url.replace('127.0.0.1', 'localhost'));
      expect(bus.connected).toBe(true);
    } finally {
      setServers(before);
      names.close();
    }
    expect(asked).toHaveLength(0);
  });

  it('waits for a server that comes late, and knows when it goes and comes back', async () => {
    await using nats = await startNatsServer();
    await nats.kill();
    const connecting = testBus(nats.url);
    await nats.start();
    await using bus = await connecting;
    expect(bus.connected).toBe(true);
    await nats.kill();
    await expect.poll(() => bus.connected, { timeout: 10_000 }).toBe(false);
    await nats.start();
    await expect.poll(() => bus.connected, { timeout: 10_000 }).toBe(true);
  });

  it.each([['ahead', 120_000], ['behind', -120_000], ['right', 5000]])('warns where the clock of this machine is not that of the server: %s', async (word, ms) => {
    await using nats = await startNatsServer();
    const lines: string[] = [];
    const log = createLogger('test', { level: 'debug', destination: { write: (line) => void lines.push(line) } });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
    try {
      await using bus = await testBus(nats.url, { log });
      await expect.poll(() => lines.some((line) => line.includes('compared the clock'))).toBe(true);
      expect(bus.connected).toBe(true);
    } finally {
      vi.useRealTimers();
    }
    const warnings = lines.map((line) => JSON.parse(line) as { level: string; msg: string; hint?: string }).filter(({ level }) => level === 'warn');
    if (word === 'right') return expect(warnings).toEqual([]);
    expect(warnings).toEqual([expect.objectContaining({ msg: expect.stringMatching(new RegExp(`NATS server within 60 s, found it 1[12]\\d s ${word}`)) as string, hint: expect.stringContaining('NTP') as string })]);
  });

  it('sends what is asked while the connection is broken once it is mended, or says soon that it is not', async () => {
    await using nats = await startNatsServer();
    await using bus = await testBus(nats.url);
    bus.serve(rpc.listRuns, async () => ({ runs: [] }));
    bus.serve(rpc.generate, async function* () {
      yield { text: 'a' };
    });
    const request = { requestId: 'r', model: { kind: 'model', digest: `sha256:${'0'.repeat(64)}` }, text: 'x' };
    const ask = () => Promise.all([bus.call(rpc.listRuns, {}), Array.fromAsync(bus.stream(rpc.generate, request))]);
    const breakOff = async (): Promise<void> => {
      await nats.kill();
      await expect.poll(() => bus.connected, { timeout: 10_000 }).toBe(false);
    };
    await breakOff();
    const asked = ask();
    await nats.start();
    expect(await asked).toMatchObject([{ runs: [] }, [{ text: 'a' }]]);
    await breakOff();
    await expect(ask()).rejects.toMatchObject({ code: 'MC_NATS_UNAVAILABLE' });
  });

  it('ends an answer that was on its way when the connection broke for good, and no other, however long it is silent', async () => {
    await using nats = await startNatsServer();
    await using bus = await testBus(nats.url);
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    bus.serve(rpc.generate, async function* () {
      yield { text: 'a' };
      await over;
      yield { text: 'b' };
      await new Promise(() => undefined);
    });
    const answer = bus.stream(rpc.generate, { requestId: 'r', model: { kind: 'model', digest: `sha256:${'0'.repeat(64)}` }, text: 'x' })[Symbol.asyncIterator]();
    expect((await answer.next()).value).toMatchObject({ text: 'a' });
    const rest = answer.next();
    await nats.restart();
    // Longer than it may be silent behind a connection that broke, but for the server's word that it is there.
    await sleep(8000);
    end();
    expect((await rest).value).toMatchObject({ text: 'b' });
    await nats.kill();
    await expect(answer.next()).rejects.toMatchObject({ code: 'MC_NATS_UNAVAILABLE' });
  }, 60_000);

  it('sends it also where somebody else hangs up on tries to mend the connection, as a server that has no room yet', async () => {
    await using nats = await startNatsServer();
    const clients = new Set<Socket>();
    let refusing = false;
    let refused = 0;
    const proxy = createServer((client) => {
      if (refusing) {
        refused += 1;
        client.on('error', () => undefined);
        client.write('INFO {"server_id":"X","version":"2.9.0","max_payload":1048576,"headers":true}\r\n');
        client.once('data', () => client.destroy());
        return;
      }
      clients.add(client);
      const server = createConnection(Number(new URL(nats.url).port), '127.0.0.1');
      client.pipe(server).pipe(client);
      for (const socket of [client, server]) socket.on('error', () => undefined);
      client.on('close', () => server.destroy());
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    await using bus = await testBus(`nats://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    bus.serve(rpc.listRuns, async () => ({ runs: [] }));
    refusing = true;
    for (const client of clients) client.destroy();
    await expect.poll(() => bus.connected).toBe(false);
    const asked = bus.call(rpc.listRuns, {});
    await expect.poll(() => refused, { timeout: 5000 }).toBeGreaterThan(0);
    refusing = false;
    expect(await asked).toEqual({ runs: [] });
    await bus.close();
    for (const client of clients) client.destroy();
    proxy.close();
  });

  it('notices that a server came back without what it had stored, not that one came back', async () => {
    await using nats = await startNatsServer();
    await using bus = await testBus(nats.url);
    let lost: unknown;
    bus.storeLost.catch((error: unknown) => (lost = error));
    await nats.restart();
    await expect.poll(() => bus.runs.list(), { timeout: 10_000 }).toEqual([]);
    expect(lost).toBeUndefined();
    await nats.kill();
    await rm(join(nats.storeFolder, 'jetstream'), { recursive: true });
    await nats.start();
    await expect.poll(() => lost, { timeout: 10_000 }).toMatchObject({ code: 'MC_NATS_STORE_LOST' });
    // Others are not too late when somebody has made the streams anew.
    await using late = await testBus(nats.url);
    await nats.kill();
    await rm(join(nats.storeFolder, 'jetstream'), { recursive: true });
    await nats.start();
    await (await testBus(nats.url)).close();
    await expect(late.storeLost).rejects.toMatchObject({ code: 'MC_NATS_STORE_LOST' });
  });

  it('finds streams that several services create at once', async () => {
    await using nats = await startNatsServer();
    const buses = await Promise.all(Array.from({ length: 4 }, () => testBus(nats.url)));
    await Promise.all(buses.map((bus) => bus.close()));
  });

  it.each([
    ['stream', 'jobs.*', 'JOBS'],
    ['bucket', '$KV.jobs.>', 'KV_jobs'],
  ])('waits while the subjects of a %s are taken by one that is only being made', async (_, subject, stream) => {
    await using nats = await startNatsServer();
    const other = await connect({ servers: nats.url });
    const { streams } = await other.jetstreamManager();
    await streams.add({ name: 'OTHER', subjects: [subject] });
    const connecting = testBus(nats.url);
    // Its stream is refused for the subjects, which is told on the server's own subject.
    for await (const asked of other.subscribe(`$JS.API.STREAM.CREATE.${stream}`, { max: 1 })) expect(asked.subject).toContain(stream);
    await streams.delete('OTHER');
    await (await connecting).close();
    await other.close();
  });
});
