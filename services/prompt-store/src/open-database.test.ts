import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrationsFolder, type Session } from './database.ts';
import { openDatabase } from './open-database.ts';
import { withDatabaseErrors } from './database-errors.ts';
import { exportRecords } from './export.ts';
import { embeddedDatabase, findPostgres, postgresDatabase, testLog, type TestDatabase } from './testing.ts';

const found = await findPostgres();

describe('the embedded database', () => {
  let embedded: TestDatabase;
  beforeAll(async () => {
    embedded = await embeddedDatabase();
    // Making it takes seconds; opening it again does not.
    await (await embedded.open()).close();
  }, 120_000);
  afterAll(() => embedded.remove());

  test('is open once; a lock that a dead process left is no obstacle', async () => {
    const first = await embedded.open();
    await expect(embedded.open()).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    await first.close();
    // One that died while it wrote its lock, too.
    await writeFile(`${embedded.folder}.lock`, '');
    await (await embedded.open()).close();
    await writeFile(`${embedded.folder}.lock`, `${2 ** 22 + 1} ${hostname()}`);
    const second = await embedded.open();
    expect((await readdir(dirname(embedded.folder))).filter((name) => name.includes('.lock'))).toHaveLength(1);
    await second.db.execute(sql`select 1`);
    // What a query was asked with is nobody's business but the database's.
    const failed: unknown = await withDatabaseErrors(async () => second.db.execute(sql`select ${'a secret'}::int`)).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'MC_INTERNAL', message: 'database: a value that it cannot take (22P02)' });
    await second.close();
  });
});

test('a database of the version before has the authors of what hangs on its prompts afterwards', async () => {
  const home = await embeddedDatabase();
  const older = join(dirname(home.folder), 'migrations');
  await cp(migrationsFolder, older, { recursive: true });
  const path = join(older, 'meta', '_journal.json');
  const journal = JSON.parse(await readFile(path, 'utf8')) as { entries: { tag: string }[] };
  await writeFile(path, JSON.stringify({ ...journal, entries: journal.entries.filter(({ tag }) => tag < '0005') }));
  const client = await PGlite.create(home.folder);
  await migrate(drizzle(client), { migrationsFolder: older });
  await client.exec(`
    insert into collections (name) values ('old');
    insert into imports (id, target, collection_id, format, state) values (1, 'old', 1, 'jsonl', 'done');
    insert into prompts (import_id, id, user_id, messages, text_hash) values (1, 'p', 'ada', '[{"role":"user","content":"Why?"}]', '');
    insert into demonstrations (import_id, id, prompt_id, completion) values (1, 'd', 'p', 'So.');
    insert into comparisons (import_id, id, prompt_id) values (1, 'c', 'p');
    insert into ranked_answers (import_id, comparison_id, position, text, rank, finished, flags) values (1, 'c', 0, 'So.', 0, true, '[]'), (1, 'c', 1, 'No.', 1, true, '[]')`);
  await client.close();

  const database = await home.open();
  const lines = async (type: string): Promise<unknown> => JSON.parse(Buffer.concat((await Array.fromAsync(exportRecords(database.db, { collection: 'old', type }))).map((chunk) => chunk.lines)).toString());
  expect(await lines('demonstrations')).toMatchObject({ user_id: 'ada', completion: [{ content: 'So.' }] });
  expect(await lines('comparisons')).toMatchObject({ user_id: 'ada', answers: [{ text: 'So.' }, { text: 'No.' }] });
  // The migration makes them anew.
  const { rows } = (await database.db.execute(sql`select indexdef from pg_indexes where tablename in ('comparisons', 'demonstrations') order by indexname`)) as unknown as { rows: { indexdef: string }[] };
  expect(rows.map(({ indexdef }) => indexdef)).toEqual(['comparisons', 'demonstrations'].flatMap((table) => [
    `CREATE UNIQUE INDEX ${table}_import_id_id_pk ON public.${table} USING btree (import_id, id)`,
    `CREATE INDEX ${table}_prompt_id_import_id_index ON public.${table} USING btree (prompt_id, import_id)`,
  ]));
  await database.close();
  await home.remove();
});

describe.skipIf('missing' in found)('a PostgreSQL server', () => {
  let server: TestDatabase;
  beforeAll(async () => {
    if ('bin' in found) server = await postgresDatabase(found.bin);
  });
  afterAll(() => server.remove());

  test('several instances may migrate it at the same time', async () => {
    const instances = await Promise.all(Array.from({ length: 4 }, () => server.open()));
    const rows = (await instances[0]?.db.execute(sql`select count(*)::int as n from drizzle.__drizzle_migrations`)) as unknown as { rows: { n: number }[] };
    const files = await readdir(new URL('../migrations', import.meta.url));
    // Each once, however many instances came to apply it.
    expect(rows.rows[0]?.n).toBe(files.filter((name) => name.endsWith('.sql')).length);
    await Promise.all(instances.map((instance) => instance.close()));
  });

  test('a connection that breaks in use fails its query, and the next has another', async () => {
    const database = await server.open();
    // As many as imports can have at once: others get connections all the same.
    const sessions = await Promise.all(Array.from({ length: 8 }, () => database.session()));
    const broken = sessions[0] as Session;
    const { rows } = (await broken.db.execute(sql`select pg_backend_pid() as pid`)) as unknown as { rows: { pid: number }[] };
    await database.db.execute(sql`select pg_terminate_backend(${rows[0]?.pid})`);
    await expect(withDatabaseErrors(async () => broken.db.execute(sql`select 1`))).rejects.toMatchObject({ code: 'MC_DATABASE_UNAVAILABLE' });
    for (const session of sessions) session.release();
    await database.db.execute(sql`select 1`);
    await database.close();
  });
});

test('a server that does not answer is told as such', async () => {
  await expect(openDatabase({ url: 'postgresql://nobody@127.0.0.1:1/none', folder: '', log: testLog })).rejects.toMatchObject({ code: 'MC_DATABASE_UNAVAILABLE' });
});
