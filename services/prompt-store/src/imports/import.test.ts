import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { listCollections } from '../collections.ts';
import { imports } from '../schema.ts';
import { testStore } from '../store.testing.ts';
import { testDatabases, testLog } from '../testing.ts';
import { importFile, type ImportStatus } from './run-import.ts';
import { sweepAbandoned } from './sweep.ts';

const tables = ['collections', 'users', 'labelers', 'prompts', 'demonstrations', 'comparisons', 'ranked_answers', 'texts'];

describe.each(await testDatabases())('import into $name', ({ start }) => {
  const home = testStore(start);

  async function file(lines: readonly unknown[]): Promise<string> {
    const path = join(home.folder, 'file.jsonl');
    await writeFile(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
    return path;
  }

  async function importAll(path: string, collection: string, options: { strict?: boolean; signal?: AbortSignal; format?: string } = {}): Promise<ImportStatus[]> {
    return Array.fromAsync(importFile(home.database, { path, format: 'jsonl', collection, strict: false, ...options }));
  }

  async function rowCounts(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const table of tables) {
      const [row] = await home.rows<{ n: number }>(sql`select count(*)::int as n from ${sql.identifier(table)}`);
      counts[table] = row?.n ?? 0;
    }
    return counts;
  }

  const mixed = [
    { text: 'some text' },
    { text: 'some text' },
    { prompt: 'Hi', completion: 'Hello', user_id: 'ada', labeler: 'ann' },
    { prompt: 'Hi', chosen: 'Hello', rejected: 'No', labeler: 'ben' },
    { prompt: 'Hi there' },
    'not json',
  ];

  test('every kind of record is stored, the same one once for each who sent it, and the collection is listed', async () => {
    const path = await file(mixed);
    const last = (await importAll(path, 'mixed')).at(-1);
    expect(last).toMatchObject({ prompts: 3, demonstrations: 1, comparisons: 1, texts: 1, skipped: 1, done: true });
    expect(last?.bad).toEqual([{ line: 6, reason: 'expected JSON, found not json', code: 'not_json', values: [{ name: 'start', value: 'not json' }] }]);
    expect(last?.bytes).toBe(last?.totalBytes);
    expect(await listCollections(home.database.db)).toEqual([{ name: 'mixed', prompts: 3, demonstrations: 1, comparisons: 1, texts: 1 }]);
    expect(await rowCounts()).toMatchObject({ collections: 1, users: 1, labelers: 2, ranked_answers: 2 });
  });

  test('a bad line of a strict import fails it as a whole', async () => {
    const before = await rowCounts();
    // Large enough that batches were stored before the bad line is met.
    const path = await file([...Array.from({ length: 1_500 }, (_, i) => ({ text: `${i} ${'x'.repeat(1_000)}` })), '{"nothing":1}']);
    await expect(importAll(path, 'strict', { strict: true })).rejects.toMatchObject({ code: 'MC_DATA_INVALID', message: expect.stringMatching(/^line 1501: /) as string });
    expect(await rowCounts()).toEqual(before);
  });

  test('an import that is cancelled, or left by its caller, leaves nothing', async () => {
    const before = await rowCounts();
    const path = await file(Array.from({ length: 40_000 }, (_, i) => ({ text: `${i} ${'y'.repeat(1_000)}` })));
    await expect(importAll(path, 'cancelled', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'MC_CANCELLED' });
    for await (const status of importFile(home.database, { path, format: 'jsonl', collection: 'left', strict: false })) {
      expect(status).toMatchObject({ done: false, bytes: expect.any(Number) as number });
      expect(status.texts).toBeGreaterThan(0);
      break;
    }
    expect(await rowCounts()).toEqual(before);
  });

  test('files and formats that cannot be used are told', async () => {
    await expect(importAll(join(home.folder, 'none'), 'x')).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
    await expect(importAll(await file([]), 'x')).rejects.toMatchObject({ code: 'MC_DATA_EMPTY' });
    await expect(importAll(await file(['a', 'b']), 'x')).rejects.toMatchObject({ code: 'MC_DATA_INVALID', message: expect.stringMatching(/line 1: /) as string });
    await expect(importAll(await file([]), 'x', { format: 'constructor' })).rejects.toMatchObject({ code: 'MC_USAGE' });
  });

  test('a second import adds to the collection', async () => {
    await importAll(await file([{ text: 'more text' }, { text: 'some text' }]), 'mixed');
    const mixedNow = (await listCollections(home.database.db)).find((collection) => collection.name === 'mixed');
    expect(mixedNow).toMatchObject({ texts: 3 });
  });

  test('a page of what was imported is read as it lies in the index: nothing is sorted for it', async () => {
    await importAll(await file(Array.from({ length: 3_000 }, (_, i) => ({ prompt: `${i}?` }))), 'pages');
    const plan: unknown = await home.database.db.execute(sql`explain select messages from prompts where import_id = (select max(id) from imports) and (id, user_id) > ('1', '') order by id, user_id limit 500`);
    expect(JSON.stringify(plan)).toContain('Index Scan using prompts_');
    expect(JSON.stringify(plan)).not.toContain('Sort');
  });

  test('kill -9 in the midst of an import leaves nothing after the next start', async () => {
    const before = await rowCounts();
    const path = await file(Array.from({ length: 60_000 }, (_, i) => ({ prompt: `prompt ${i}`, completion: `${i} ${'z'.repeat(1_000)}` })));
    await home.database.close();
    const script = fileURLToPath(new URL('../testing-import.ts', import.meta.url));
    const child = spawn(process.execPath, [script, home.place.folder, path, home.place.url ?? ''], { stdio: ['ignore', 'pipe', 'inherit'] });
    // The first progress: some batches are stored, most are not.
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');

    await home.open();
    const half = await rowCounts();
    expect(half['demonstrations']).toBeGreaterThan(before['demonstrations'] ?? 0);
    expect(half['demonstrations']).toBeLessThan(60_000);
    expect((await listCollections(home.database.db)).map((collection) => collection.name)).not.toContain('killed');
    // A service that ends while it sweeps leaves the rest to the next start.
    const stopped = await sweepAbandoned(home.database, testLog);
    await stopped.stop();
    expect(await stopped.done).toBe(0);
    // PostgreSQL gives the lock back when it notices that the connection is gone.
    await expect.poll(async () => (await sweepAbandoned(home.database, testLog)).done, { timeout: 20_000 }).toBe(1);
    expect(await rowCounts()).toEqual(before);
    const states = await home.database.db.select({ state: imports.state, error: imports.error }).from(imports).where(sql`target = 'killed'`);
    expect(states).toEqual([{ state: 'failed', error: 'its process ended' }]);
  });
});
