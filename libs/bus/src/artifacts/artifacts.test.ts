import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Manifest, encode, type ArtifactRef } from '@minchat/contracts';
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startNatsServer, startS3, type TestNats } from '../testing.ts';
import type { BlobStore } from './blob-store.ts';
import { openBlobs } from './open.ts';
import { createArtifactStore } from './store.ts';

let nats: TestNats;
let connection: NatsConnection;
let root: string;
beforeAll(async () => {
  nats = await startNatsServer();
  connection = await connect({ servers: nats.url });
  root = await mkdtemp(join(tmpdir(), 'minchat-artifacts-'));
});
afterAll(async () => {
  await connection.close();
  await nats.stop();
  await rm(root, { recursive: true, force: true });
});

let count = 0;
const fresh = (): string => join(root, `folder-${(count += 1)}`);

async function folderWith(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = fresh();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name));
  return Object.fromEntries(await Promise.all(files.sort().map(async (path) => [path.slice(folder.length + 1), (await readFile(path)).toString('latin1')])));
}

const files = { 'config.json': '{}', 'model.safetensors': Buffer.alloc(20_000_000, 'abc'), 'deep/er/empty': '', 'ü.txt': 'x' };
const contents = Object.fromEntries(Object.entries(files).map(([path, content]) => [path, Buffer.from(content).toString('latin1')]));

/** A server of S3's protocol, of which the environment tells. */
async function startS3Here(folder = fresh(), port = 0): ReturnType<typeof startS3> {
  const server = await startS3(folder, port);
  vi.stubEnv('AWS_ENDPOINT_URL_S3', server.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  return server;
}

describe.each(['nats:', 'file:', 's3://models/a/b'])('artifacts in %s', (kind) => {
  let blobs: BlobStore;
  let s3: Awaited<ReturnType<typeof startS3>> | undefined;
  beforeAll(async () => {
    if (kind.startsWith('s3:')) s3 = await startS3Here();
    blobs = await openBlobs(kind === 'file:' ? `file:${fresh()}` : kind, connection);
  });
  afterAll(() => s3?.stop());
  const store = (cache = fresh()) => createArtifactStore(blobs, cache);

  it('come back as they were, under a digest of their content', async () => {
    const folder = await folderWith(files);
    const steps: number[] = [];
    const ref = await store().put(folder, 'model', { onProgress: (done) => steps.push(done) });
    expect(ref).toMatchObject({ kind: 'model', size: 20_000_003, scope: '' });
    expect(steps.at(-1)).toBe(ref.size);
    expect(await store().put(folder, 'model')).toEqual(ref);
    const there = await store().get(ref);
    expect(await contentOf(there)).toEqual(contents);
    expect(await store().has(ref)).toBe(true);
  });

  it('are fetched once, and again when the cache was damaged', async () => {
    const ref = await store().put(await folderWith({ a: 'one', b: 'two' }), 'dataset');
    const reader = store();
    const fetched = await Promise.all([reader.get(ref), reader.get(ref)]);
    expect(fetched[0]).toBe(fetched[1]);
    await appendFile(join(fetched[0], 'a'), 'x');
    await writeFile(join(fetched[0], 'c'), 'new');
    expect(await contentOf(await reader.get(ref))).toEqual({ a: 'one', b: 'two' });
  });

  it('that another process has fetched into the same cache meanwhile stay as they are', async () => {
    const ref = await store().put(await folderWith({ a: 'one' }), 'dataset');
    const cache = fresh();
    const [asked, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow: BlobStore = { ...blobs, async getSmall(name) {
      asked.resolve();
      await goOn.promise;
      return blobs.getSmall(name);
    } };
    const late = createArtifactStore(slow, cache).get(ref);
    await asked.promise;
    const folder = await store(cache).get(ref);
    const before = await stat(join(folder, 'a'), { bigint: true });
    goOn.resolve();
    expect(await late).toBe(folder);
    expect((await stat(join(folder, 'a'), { bigint: true })).ctimeNs).toBe(before.ctimeNs);
  });

  it('that are not there, or lack a file, are told as missing', async () => {
    const ref: ArtifactRef = { kind: 'model', digest: `sha256:${'0'.repeat(64)}`, size: 1, scope: '' };
    await expect(store().get(ref)).rejects.toMatchObject({ code: 'MC_ARTIFACT_MISSING' });
    expect(await store().has(ref)).toBe(false);
    const stored = await store().put(await folderWith({ lonely: 'only here' }), 'file');
    await blobs.remove(`artifacts/blobs/${createHash('sha256').update('only here').digest('hex')}`);
    const cache = fresh();
    await expect(store(cache).get(stored)).rejects.toMatchObject({ code: 'MC_ARTIFACT_MISSING' });
    // Nothing half-written stays.
    expect(await readdir(join(cache, 'partial'))).toEqual([]);
    expect(await readdir(join(cache, 'artifacts')).catch(() => [])).toEqual([]);
  });

  it('whose content or manifest was changed are told as corrupt', async () => {
    const ref = await store().put(await folderWith({ 'weights': 'good content' }), 'model');
    const name = `artifacts/blobs/${createHash('sha256').update('good content').digest('hex')}`;
    await blobs.remove(name);
    await blobs.put(name, 12, () => Readable.from([Buffer.from('evil content')]), {});
    await expect(store().get(ref)).rejects.toMatchObject({ code: 'MC_ARTIFACT_CORRUPT', message: expect.stringContaining('weights') as string });
    await blobs.putSmall(`artifacts/manifests/${ref.digest.slice(7)}`, encode(Manifest, { kind: 'model', files: [] }));
    await expect(store().get(ref)).rejects.toMatchObject({ code: 'MC_ARTIFACT_CORRUPT', message: expect.stringContaining('manifest') as string });
  });

  it('whose manifest leaves the folder are refused before anything is written', async () => {
    const hostile = Manifest.codec.encode({ kind: 'model', files: [{ path: '../../evil', size: 1, sha256: '0'.repeat(64) }] }).finish();
    const digest = createHash('sha256').update(hostile).digest('hex');
    await blobs.putSmall(`artifacts/manifests/${digest}`, hostile);
    await expect(store().get({ kind: 'model', digest: `sha256:${digest}`, size: 1, scope: '' })).rejects.toMatchObject({ code: 'MC_MESSAGE_INVALID' });
  });

  it('with a scope are removed without harm to others, or to what follows them', async () => {
    const checkpoints = store();
    const first = await checkpoints.put(await folderWith({ data: 'same', step: '1' }), 'checkpoint', { scope: 'job-1' });
    const second = await checkpoints.put(await folderWith({ data: 'same', step: '2' }), 'checkpoint', { scope: 'job-1' });
    const other = await checkpoints.put(await folderWith({ data: 'same', step: '1' }), 'checkpoint', { scope: 'job-2' });
    await checkpoints.remove(first, second);
    await expect(store().get(first)).rejects.toMatchObject({ code: 'MC_ARTIFACT_MISSING' });
    expect(await contentOf(await store().get(second))).toEqual({ data: 'same', step: '2' });
    expect(await contentOf(await store().get(other))).toEqual({ data: 'same', step: '1' });
    await checkpoints.remove(second);
    await checkpoints.remove(second);
    await expect(store().get(second)).rejects.toMatchObject({ code: 'MC_ARTIFACT_MISSING' });
  });

  it('with a scope are removed with what broken-off transfers left', async () => {
    await store().put(await folderWith({ data: 'x' }), 'checkpoint', { scope: 'job-3' });
    await blobs.put(`scopes/job-3/blobs/${'1'.repeat(64)}`, 1, () => [Buffer.from('y')], {});
    await store().removeScope('job-3');
    expect(await blobs.list('scopes/job-3/')).toEqual([]);
  });

  it('that nobody uses are collected after an hour, but for the files that they share', async () => {
    const text = 'x'.repeat(300_000);
    const used = await store().put(await folderWith({ shared: `${kind} shared`, mine: `${kind} mine` }), 'model');
    const unused = await store().put(await folderWith({ shared: `${kind} shared`, other: `${kind} ${text}` }), 'model');
    const checkpoint = await store().put(await folderWith({ step: '1' }), 'checkpoint', { scope: 'job-4' });
    const old = await store().put(await folderWith({ step: '2' }), 'checkpoint', { scope: 'job-4' });
    const keep = () => Promise.resolve([used, checkpoint]);
    // Others may be about to name what is new.
    expect(await store().collect(keep)).toEqual({ artifacts: 0, bytes: 0 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });
    try {
      const told = await store().collect(keep, { dryRun: true });
      expect(told.artifacts).toBeGreaterThanOrEqual(2);
      expect(told.bytes).toBeGreaterThanOrEqual(text.length);
      expect(await store().has(unused)).toBe(true);
      expect(await store().collect(keep)).toEqual(told);
      expect(await store().collect(keep)).toEqual({ artifacts: 0, bytes: 0 });
    } finally {
      vi.useRealTimers();
    }
    expect(await store().has(unused)).toBe(false);
    expect(await store().has(old)).toBe(false);
    expect(await contentOf(await store().get(used))).toEqual({ shared: `${kind} shared`, mine: `${kind} mine` });
    expect(await contentOf(await store().get(checkpoint))).toEqual({ step: '1' });
  });

  it('whose files were stored long ago are stored again, so that they are new to a collection', async () => {
    const name = `artifacts/blobs/${createHash('sha256').update('long ago').digest('hex')}`;
    await blobs.put(name, 8, () => [Buffer.from('long ago')], {});
    const first = (await blobs.storedAt(name)) ?? NaN;
    const folder = await folderWith({ a: 'long ago' });
    await store().put(folder, 'file');
    expect(await blobs.storedAt(name)).toBe(first);
    // S3 counts in seconds.
    await sleep(1100);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    try {
      await store().put(folder, 'file');
    } finally {
      vi.useRealTimers();
    }
    expect(await blobs.storedAt(name)).toBeGreaterThan(first);
  });

  it('are cancelled by a signal and leave nothing behind', async () => {
    const ref = await store().put(await folderWith({ big: Buffer.alloc(9_000_000, 'z') }), 'model');
    const cache = fresh();
    const controller = new AbortController();
    await expect(store(cache).get(ref, { signal: controller.signal, onProgress: () => controller.abort() })).rejects.toThrow();
    expect(await readdir(join(cache, 'partial'))).toEqual([]);
  });

  it('are not missed by one who asked for them while another did, who cancelled', async () => {
    const ref = await store().put(await folderWith({ big: Buffer.alloc(9_000_000, 'y') }), 'model');
    const reader = store();
    const controller = new AbortController();
    const cancelled = reader.get(ref, { signal: controller.signal, onProgress: () => controller.abort() });
    const wanted = reader.get(ref);
    await expect(cancelled).rejects.toThrow();
    expect(await readdir(await wanted)).toEqual(['big']);
  });

  // The S3 server of this test is in the same process, and its memory with it: that says nothing.
  if (!kind.startsWith('s3:')) it('of any size pass through a small memory', async () => {
    const folder = fresh();
    await mkdir(folder, { recursive: true });
    const out = createWriteStream(join(folder, 'big'));
    const block = Buffer.alloc(1_000_000);
    for (let index = 0; index < 50; index += 1) {
      block.fill(index);
      if (!out.write(Buffer.from(block))) await once(out, 'drain');
    }
    await new Promise<void>((resolve) => out.end(resolve));
    const before = process.memoryUsage().rss;
    let peak = before;
    const onProgress = (): void => void (peak = Math.max(peak, process.memoryUsage().rss));
    const ref = await store().put(folder, 'model', { onProgress });
    await store().get(ref, { onProgress });
    expect(ref.size).toBe(50_000_000);
    expect(peak - before).toBeLessThan(45_000_000);
  }, 60_000);
});

it('what is stored anew while a collection looks at everything stays', async () => {
  const place = fresh();
  const blobs = await openBlobs(`file:${place}`, connection);
  const store = createArtifactStore(blobs, fresh());
  const folder = await folderWith({ a: 'made again' });
  const ref = await store.put(folder, 'model');
  const before = new Date(Date.now() - 2 * 3_600_000);
  for (const file of await readdir(place, { recursive: true, withFileTypes: true })) if (file.isFile()) await utimes(join(file.parentPath, file.name), before, before);
  const busy: BlobStore = { ...blobs, async getSmall(name) {
    await store.put(folder, 'model');
    return blobs.getSmall(name);
  } };
  await createArtifactStore(busy, fresh()).collect(() => Promise.resolve([]));
  expect(await contentOf(await createArtifactStore(blobs, fresh()).get(ref))).toEqual({ a: 'made again' });
});

it('what somebody begins to need, and finds, while a collection is about to remove it stays', async () => {
  const place = fresh();
  const blobs = await openBlobs(`file:${place}`, connection);
  const store = createArtifactStore(blobs, fresh());
  const [ref, other] = [await store.put(await folderWith({ a: 'needed again' }), 'model'), await store.put(await folderWith({ a: 'not needed' }), 'model')];
  const needed: ArtifactRef[] = [];
  const found: boolean[] = [];
  const busy: BlobStore = { ...blobs, async remove(name) {
    if (found.length === 0) {
      needed.push(ref);
      found.push(await store.has(ref));
    }
    return blobs.remove(name);
  } };
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });
  try {
    expect(await createArtifactStore(busy, fresh()).collect(() => Promise.resolve(needed))).toMatchObject({ artifacts: 1 });
  } finally {
    vi.useRealTimers();
  }
  expect(found).toEqual([true]);
  expect(await store.has(other)).toBe(false);
  expect(await contentOf(await createArtifactStore(blobs, fresh()).get(ref))).toEqual({ a: 'needed again' });
});

it('a server without space left is told as a full disk', async () => {
  await using small = await startNatsServer({ maxStoreBytes: 4_000_000 });
  const connected = await connect({ servers: small.url });
  const folder = await folderWith({ a: randomBytes(9_000_000) });
  const store = createArtifactStore(await openBlobs('nats:', connected), fresh());
  await expect(store.put(folder, 'model')).rejects.toMatchObject({ code: 'MC_DISK_FULL' });
  await connected.close();
});

it('a server has the space again of what was removed', async () => {
  await using small = await startNatsServer({ maxStoreBytes: 8_000_000 });
  const connected = await connect({ servers: small.url });
  const store = createArtifactStore(await openBlobs('nats:', connected), fresh());
  for (let step = 0; step < 10; step += 1) await store.remove(await store.put(await folderWith({ a: randomBytes(2_000_000), b: String(step) }), 'checkpoint', { scope: 'job' }));
  const { state } = await (await connected.jetstreamManager()).streams.info('ARTIFACTS');
  expect(state).toMatchObject({ messages: 0, bytes: 0 });
  await connected.close();
});

it('an S3 that went away is told as unavailable, and used again when it is back', async () => {
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  const folder = fresh();
  const s3 = await startS3Here(folder);
  const store = createArtifactStore(await openBlobs('s3://models', connection), fresh());
  const ref = await store.put(await folderWith({ a: 'one' }), 'model');
  await s3.stop();
  const away = { code: 'MC_STORE_UNAVAILABLE' };
  await expect(store.put(await folderWith({ a: 'two' }), 'model')).rejects.toMatchObject(away);
  await expect(createArtifactStore(await openBlobs('s3://models', connection), fresh()).get(ref)).rejects.toMatchObject(away);
  await expect(store.has(ref)).rejects.toMatchObject(away);
  await expect(store.collect(() => Promise.resolve([]))).rejects.toMatchObject(away);
  const again = await startS3Here(folder, Number(new URL(s3.url).port));
  expect(await store.has(ref)).toBe(true);
  await again.stop();
  vi.unstubAllEnvs();
});

it('an S3 that breaks off in the midst of a file is told as unavailable', async () => {
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  const s3 = await startS3Here();
  const ref = await createArtifactStore(await openBlobs('s3://models', connection), fresh()).put(await folderWith({ a: Buffer.alloc(1_000_000) }), 'model');
  // In between, and what it passes on of a file is its beginning.
  const pass = async ({ url, headers }: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answer = await fetch(new URL(url ?? '', s3.url), { headers: { authorization: headers.authorization ?? '' } });
    const body = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, { 'content-length': body.length });
    if (body.length < 1_000_000) response.end(body);
    else response.write(body.subarray(0, 100_000), () => response.destroy());
  };
  const between = createServer((request, response) => void pass(request, response)).listen(0, '127.0.0.1');
  await once(between, 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${(between.address() as AddressInfo).port}`);
  await expect(createArtifactStore(await openBlobs('s3://models', connection), fresh()).get(ref)).rejects.toMatchObject({ code: 'MC_STORE_UNAVAILABLE', message: expect.stringContaining('fetching artifacts/blobs/') as string });
  between.close();
  await s3.stop();
  vi.unstubAllEnvs();
});

it('an unknown kind of store is refused', async () => {
  await expect(openBlobs('ftp://x', connection)).rejects.toMatchObject({ code: 'MC_CONFIG_INVALID' });
});
