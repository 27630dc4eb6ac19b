import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, LeaseTaskRequest } from '@minchat/contracts';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listCollections } from './collections.ts';
import type { Database } from './database.ts';
import { decisionsOf, applyRules } from './decisions.ts';
import { deleteCollection } from './delete-collection.ts';
import { exportRecords } from './export.ts';
import { createFeedbackStore } from './feedback.ts';
import { importFile } from './imports/run-import.ts';
import { sweepAbandoned } from './imports/sweep.ts';
import { closeQueue, openQueue } from './labeling/queues.ts';
import { leaseTask } from './labeling/tasks.ts';
import { takeSnapshot } from './snapshot.ts';
import { testDatabases, testLog, type TestDatabase } from './testing.ts';

describe.each(await testDatabases())('deleting a collection in $name', ({ start }) => {
  let home: TestDatabase;
  let folder: string;
  let database: Database;
  beforeAll(async () => {
    home = await start();
    folder = await mkdtemp(join(tmpdir(), 'minchat-delete-'));
    database = await home.open();
  }, 120_000);
  afterAll(async () => {
    await database.close();
    await home.remove();
    await rm(folder, { recursive: true, force: true });
  });

  async function load(collection: string, ...lines: readonly unknown[]): Promise<void> {
    const path = join(folder, collection);
    await writeFile(path, lines.map((line) => JSON.stringify(line)).join('\n'));
    await Array.fromAsync(importFile(database, { path, format: 'jsonl', collection, strict: true }));
  }
  const exported = async (collection: string, type: string): Promise<string> => Buffer.concat((await Array.fromAsync(exportRecords(database.db, { collection, type }))).map((chunk) => chunk.lines)).toString();
  const names = async (): Promise<string[]> => (await listCollections(database.db)).map(({ name }) => name);
  const rows = async (): Promise<number[]> => {
    const { rows: [counts] } = (await database.db.execute(sql`select (select count(*) from prompts)::int p, (select count(*) from demonstrations)::int d, (select count(*) from comparisons)::int c, (select count(*) from ranked_answers)::int a, (select count(*) from texts)::int t`)) as unknown as { rows: [Record<string, number>] };
    return Object.values(counts);
  };
  const all = [{ prompt: 'Why?', completion: 'So.' }, { prompt: 'When?', chosen: 'Now.', rejected: 'Then.' }, { text: 'Once' }, { prompt: 'Where?' }];

  test('all of it is gone, what others have stays, and its name is free', async () => {
    await load('kept', { prompt: 'Who?' }, { prompt: 'Where?' });
    const before = await rows();
    const kept = await exported('kept', 'prompts');
    await load('wrong', ...all);
    await load('wrong', { prompt: 'How?' });
    const rules = { commonPrefix: 200, promptsPerUser: 200 };
    await takeSnapshot(database.db, { jobId: 'job', runId: 'run-1', collections: ['kept', 'wrong'], seed: 1, rules, splitFractions: { validation: 0, test: 0 } });
    await applyRules(database.db, 'wrong');

    expect(await deleteCollection(database, 'wrong')).toEqual({ prompts: 4, demonstrations: 1, comparisons: 1, texts: 1, runs: ['run-1'] });
    expect(await names()).toEqual(['kept']);
    expect(await rows()).toEqual(before);
    expect(await exported('kept', 'prompts')).toBe(kept);
    await expect(exported('wrong', 'prompts')).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
    await expect(deleteCollection(database, 'wrong')).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
    await load('wrong', { prompt: 'Right?' });
    expect(await exported('wrong', 'prompts')).toContain('Right?');
    // Nor is it told of what is there now what was decided about that.
    expect(await decisionsOf(database.db, 'wrong')).toEqual({});
    await deleteCollection(database, 'wrong');
  });

  test('its prompts are offered to nobody any more', async () => {
    const ask = async (labelerId: string): Promise<string[]> => {
      const asked: string[] = [];
      for (let holding: string[] = []; ; ) {
        const task = await leaseTask(database.db, create(LeaseTaskRequest, { labelerId, kind: 'write', holding }));
        if (task.taskId === undefined) return asked.toSorted();
        holding = [...holding, task.taskId];
        asked.push(task.messages?.[0]?.content ?? '');
      }
    };
    await load('asked', { prompt: 'Where?' }, { prompt: 'Which?' });
    expect(await ask('ann')).toEqual(['Where?', 'Which?', 'Who?']);
    await database.db.execute(sql`update labeling_tasks set leased_by = null, leased_until = null`);
    await deleteCollection(database, 'asked');
    expect(await ask('ben')).toEqual(['Where?', 'Who?']);
  });

  test('what people submit, and gold questions that are asked, are not deleted so', async () => {
    await createFeedbackStore(database);
    await expect(deleteCollection(database, 'feedback')).rejects.toMatchObject({ code: 'MC_USAGE' });
    await load('gold', { prompt: 'Known?', chosen: 'Yes.', rejected: 'No.' });
    const record = { id: 'p', messages: [{ role: 'user' as const, content: 'Hm?' }], answers: ['a', 'b'].map((text) => ({ text, finished: true })) };
    await openQueue(database.db, { jobId: 'asking', runId: 'run-2', stage: 'rank', seed: 1 }, [record], { wanted: 1, labelersPerTask: 1, gold: { collection: 'gold', rate: 0.5 } });
    await expect(deleteCollection(database, 'gold')).rejects.toMatchObject({ code: 'MC_CONFLICT', message: expect.stringContaining('run-2') as string });
    expect(await names()).toContain('gold');
    await closeQueue(database.db, 'asking');
    await deleteCollection(database, 'gold');
    expect(await names()).not.toContain('gold');
  });

  test('what is left of one when the process ends nobody sees, and the next start removes it', async () => {
    const before = await rows();
    await load('large', ...all);
    await deleteCollection(database, 'large', AbortSignal.abort());
    expect(await names()).not.toContain('large');
    expect(await rows()).not.toEqual(before);
    await database.close();
    database = await home.open();
    await expect.poll(async () => (await sweepAbandoned(database, testLog)).done, { timeout: 20_000 }).toBe(1);
    expect(await rows()).toEqual(before);
  });

  test('who just reads it is told, and has no part of it for the whole', async () => {
    await load('read', ...Array.from({ length: 600 }, (_, i) => ({ prompt: `${i} ${'x'.repeat(1_000)}` })));
    const chunks = exportRecords(database.db, { collection: 'read', type: 'prompts' });
    await chunks.next();
    await deleteCollection(database, 'read');
    await expect(Array.fromAsync(chunks)).rejects.toMatchObject({ code: 'MC_CONFLICT' });
  });

  test('an import that ends at that moment is seen, or gone with it', async () => {
    for (let round = 0; round < 5; round += 1) {
      await load('raced', { prompt: 'First' });
      const [imported] = await Promise.allSettled([load('raced', { prompt: `Second ${round}` }), deleteCollection(database, 'raced')]);
      expect(imported.status).toBe('fulfilled');
      if ((await names()).includes('raced')) {
        expect(await exported('raced', 'prompts')).toContain('Second');
        await deleteCollection(database, 'raced');
      }
    }
  });
});
