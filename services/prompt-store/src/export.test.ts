import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { create, LeaseTaskRequest, ListRecordsRequest } from '@minchat/contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { applyRules, decisionsOf } from './decisions.ts';
import { exportRecords } from './export.ts';
import { importFile } from './imports/run-import.ts';
import { leaseTask } from './labeling/tasks.ts';
import { listRecords } from './records-page.ts';
import { testStore } from './store.testing.ts';
import { testDatabases } from './testing.ts';

const lines = [
  { prompt: [{ role: 'system', content: 'Be kind.' }, { role: 'user', content: 'Hi é "q"\n' }], user_id: 'bob', use_case: 'chat', reference: 'Hello', completion: 'Hello!', labeler: 'ann', note: 'Too short?' },
  { prompt: [{ role: 'user', content: 'Which?' }], answers: [{ text: 'a', rank: 0, rating: 7, flags: ['opinion'], model: 'm' }, { text: 'b', rank: 1, finished: false }, { text: 'c', rank: 1 }], labeler: 'ben', note: 'b ends\nin a word.' },
  { prompt: [{ role: 'user', content: 'Alone.' }], answers: [{ text: 'Yes.', rank: 0, rating: 6 }] },
  { prompt: [{ role: 'user', content: 'ALONE. ' }] },
  { prompt: [{ role: 'user', content: 'Write to me: jane.doe@gmail.com' }], user_id: 'bob' },
  { text: `${'long '.repeat(150_000)}end` },
];
const kinds = ['prompts', 'demonstrations', 'comparisons', 'texts'] as const;

describe.each(await testDatabases())('browsing and export in $name', ({ start }) => {
  const home = testStore(start);
  const { load } = home;
  beforeAll(() => load('one', lines), 120_000);

  async function file(collection: string, type: string, format: string): Promise<Buffer> {
    const chunks = await Array.fromAsync(exportRecords(home.database.db, { collection, type, format }));
    // Each is a message of the bus.
    expect(chunks.every((chunk) => chunk.lines.length <= 256 * 1024)).toBe(true);
    return Buffer.concat(chunks.map((chunk) => chunk.lines));
  }
  const exported = async (collection: string, type: string): Promise<string> => (await file(collection, type, '')).toString();

  test('what is exported and imported again is the same, all that is known of an answer included', async () => {
    const first = await Promise.all(kinds.map((type) => exported('one', type)));
    expect(first.map((text) => text.trimEnd().split('\n').length)).toEqual([5, 1, 2, 1]);
    expect(JSON.parse(first[1] ?? '')).toEqual({ ...lines[0], completion: [{ role: 'assistant', content: 'Hello!' }] });
    expect(first[2]?.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual(expect.arrayContaining([{ ...lines[1], user_id: '', use_case: '', reference: '' }, { ...lines[2], user_id: '', use_case: '', reference: '', labeler: '', note: '' }]));
    await load('two', first.join(''));
    expect(await Promise.all(kinds.map((type) => exported('two', type)))).toEqual(first);
    await expect(exported('none', 'prompts')).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
  });

  test('comparisons are exported as pairs, too, as trainers take them: of one form, and with the same fields in every line', async () => {
    const parsed = async (type: string): Promise<Record<string, unknown>[]> => (await exported('one', type)).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    const said = (content: string) => [{ role: 'assistant', content }];
    const about = { prompt: [{ role: 'user', content: 'Which?' }], user_id: '', use_case: '', reference: '', labeler: 'ben' };
    // Neither the two that are tied, nor one answer alone.
    expect(await parsed('preferences')).toEqual([{ ...about, chosen: said('a'), rejected: said('b') }, { ...about, chosen: said('a'), rejected: said('c') }]);
    for (const type of ['prompts', 'demonstrations', 'comparisons', 'preferences', 'texts']) {
      expect(new Set((await parsed(type)).map((line) => Object.keys(line).toSorted().join()))).toHaveLength(1);
    }
    await load('pairs', await exported('one', 'preferences'));
    expect((await exported('pairs', 'comparisons')).trimEnd().split('\n')).toHaveLength(2);
  });

  test('Parquet has the same records, nested ones as lists of structs, and imported again gives them', async () => {
    const names = ['prompts', 'demonstrations', 'comparisons', 'preferences', 'texts'] as const;
    for (const type of names) {
      const bytes = await file('one', type, 'parquet');
      const lines = (await exported('one', type)).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
      const rows = (await parquetReadObjects({ file: new Uint8Array(bytes).buffer })) as Record<string, unknown>[];
      // What a line does not tell of an answer is null in its row.
      expect(rows).toMatchObject(lines);
      expect(Object.keys(rows[0] ?? {}).toSorted()).toEqual(Object.keys(lines[0] ?? {}).toSorted());
      const path = join(home.folder, `${type}.parquet`);
      await writeFile(path, bytes);
      await Array.fromAsync(importFile(home.database, { path, format: 'parquet', collection: 'tabled', strict: true }));
    }
    for (const type of ['prompts', 'demonstrations', 'texts'] as const) expect((await exported('tabled', type)).trimEnd().split('\n').length).toBe((await exported('one', type)).trimEnd().split('\n').length);
    const comparisons = (await exported('tabled', 'comparisons')).trimEnd().split('\n');
    expect(comparisons).toEqual(expect.arrayContaining((await exported('one', 'comparisons')).trimEnd().split('\n')));
    await expect(file('none', 'prompts', 'parquet')).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
  });

  test('a prompt that several people sent is each one\'s, on every page and in the export', async () => {
    const users = ['ada', 'bob', 'cyd'];
    await load('shared', [...users.map((user_id) => ({ prompt: [{ role: 'user', content: 'Hi' }], user_id })), { prompt: 'Hi' }]);
    const request = create(ListRecordsRequest, { collection: 'shared', type: 'prompts', limit: 1 });
    const seen: string[] = [];
    for (let after: string | undefined; after !== ''; ) {
      const page = await listRecords(home.database.db, { ...request, after: after ?? '' });
      seen.push(...(page.records ?? []).map((record) => record?.user ?? ''));
      after = page.next ?? '';
    }
    expect(seen.toSorted()).toEqual(['', ...users]);
    const text = await exported('shared', 'prompts');
    expect(text.trimEnd().split('\n').map((line) => (JSON.parse(line) as { user_id?: string }).user_id)).toEqual([...users, '']);
    await load('shared-again', text);
    expect(await exported('shared-again', 'prompts')).toBe(text);
  });

  test('a conversation larger than a message of the bus is shown in part, and is offered to nobody', async () => {
    const prompt = Array.from({ length: 601 }, (_, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content: `${i} `.repeat(1000) }));
    await load('long', [{ prompt }, { prompt: 'short' }]);
    const request = create(ListRecordsRequest, { collection: 'long', type: 'prompts', limit: 1 });
    const first = await listRecords(home.database.db, request);
    const pages = [first, await listRecords(home.database.db, { ...request, after: first.next ?? '' })];
    expect(pages.map((page) => page.next)).toEqual([first.next, '']);
    expect(Math.max(...pages.map((page) => JSON.stringify(page).length))).toBeLessThan(100_000);
    // Whatever it is that is long.
    const answers = Array.from({ length: 400 }, (_, rank) => ({ text: `${rank} `.repeat(1000), rank }));
    await load('many answers', JSON.stringify({ prompt: 'Which?', use_case: 'c'.repeat(100_000), answers }));
    const { records } = await listRecords(home.database.db, create(ListRecordsRequest, { collection: 'many answers', type: 'comparisons' }));
    expect(records).toMatchObject([{ answers: { length: expect.any(Number) as number } }]);
    expect(JSON.stringify(records).length).toBeLessThan(100_000);
    const offered: (string | undefined)[] = [];
    for (let holding: string[] = []; ; ) {
      const task = await leaseTask(home.database.db, create(LeaseTaskRequest, { labelerId: 'ann', kind: 'write', holding }));
      if (task.taskId === undefined) break;
      holding = [...holding, task.taskId];
      offered.push(task.messages?.[0]?.content);
    }
    expect(offered).toContain('short');
    expect(offered.every((content) => (content?.length ?? 0) < 1000)).toBe(true);
  });

  test('a search looks at what was said, as it was said', async () => {
    const found = async (type: string, search: string) => (await listRecords(home.database.db, create(ListRecordsRequest, { collection: 'one', type, search }))).records?.length;
    for (const search of ['"q"', 'é "q"\n', 'be KIND.']) expect([await found('prompts', search), await found('demonstrations', search)], search).toEqual([1, 1]);
    for (const search of ['content', 'role', '\\n', 'user']) expect(await found('prompts', search), search).toBe(0);
    expect(await found('comparisons', 'which?')).toBe(1);
    expect([await found('comparisons', 'in a WORD.'), await found('demonstrations', 'too short')]).toEqual([1, 1]);
  });

  test('a search through many records gives what it has after a while, and goes on from there', async () => {
    const questions = (from: number, to: number): string => Array.from({ length: to - from }, (_, i) => JSON.stringify({ prompt: `question ${from + i}.`, user_id: 'bob' })).join('\n');
    await load('many', questions(0, 1200));
    await load('many', questions(1200, 1300));
    const search = async (text: string, limits: { patienceMs: number }): Promise<string[][]> => {
      const pages: string[][] = [];
      let after: string | undefined = '';
      do {
        const page: Awaited<ReturnType<typeof listRecords>> = await listRecords(home.database.db, create(ListRecordsRequest, { collection: 'many', type: 'prompts', search: text, after, limit: 100 }), limits);
        pages.push(page.records?.map((record) => record?.messages?.[0]?.content ?? '') ?? []);
        after = page.next;
      } while (after !== undefined && after !== '');
      return pages;
    };
    const patience = { patienceMs: 600_000 };
    expect(await search('nothing', { patienceMs: 0 })).toEqual([[], [], [], []]);
    expect(await search('nothing', patience)).toEqual([[]]);
    const expected = Array.from({ length: 1300 }, (_, i) => `question ${i}.`).filter((text) => text.includes('9.')).toSorted();
    const [hasty, patient] = [await search('9.', { patienceMs: 0 }), await search('9.', patience)];
    expect(patient.map((page) => page.length)).toEqual([100, 30]);
    expect(hasty.length).toBeGreaterThan(2);
    for (const pages of [hasty, patient]) expect(pages.flat().toSorted()).toEqual(expected);
  });

  test('what the rules decide is told for each prompt, and can be asked for', async () => {
    expect(await decisionsOf(home.database.db, 'one')).toEqual({});
    // Two people ask at once.
    const [{ decisions }, second] = await Promise.all([applyRules(home.database.db, 'one'), applyRules(home.database.db, 'one')]);
    expect(second.decisions).toEqual(decisions);
    const counts = Object.fromEntries(decisions?.map((one) => [one?.decision, one?.prompts]) ?? []);
    expect(counts).toMatchObject({ duplicate: 1 });
    expect(Object.values(counts).reduce((sum, n) => Number(sum) + Number(n), 0)).toBe(5);
    expect(await decisionsOf(home.database.db, 'one')).toEqual({ decisions });
    const page = async (type: string, filter: { labeler?: string; decision?: string }) => (await listRecords(home.database.db, create(ListRecordsRequest, { collection: 'one', type, ...filter }))).records ?? [];
    expect(await page('prompts', { decision: 'duplicate' })).toMatchObject([{ decision: 'duplicate' }]);
    expect(await page('demonstrations', { labeler: 'ann' })).toMatchObject([{ user: 'bob', labeler: 'ann' }]);
    expect(await page('demonstrations', { labeler: 'ben' })).toEqual([]);
    expect(await page('comparisons', { labeler: 'ben' })).toMatchObject([{ note: 'b ends\nin a word.' }]);
  });
});
