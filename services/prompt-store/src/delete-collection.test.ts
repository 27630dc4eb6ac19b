import { create, LeaseTaskRequest } from '@minchat/contracts';
import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { listCollections } from './collections.ts';
import { decisionsOf, applyRules } from './decisions.ts';
import { deleteCollection } from './delete-collection.ts';
import { exportRecords } from './export.ts';
import { createFeedbackStore } from './feedback.ts';
import { sweepAbandoned } from './imports/sweep.ts';
import { closeQueue, openQueue } from './labeling/queues.ts';
import { leaseTask } from './labeling/tasks.ts';
import { takeSnapshot } from './snapshot.ts';
import { testStore } from './store.testing.ts';
import { testDatabases, testLog } from './testing.ts';

describe.each(await testDatabases())('deleting a collection in $name', ({ start }) => {
  const home = testStore(start);
  const load = (collection: string, ...records: readonly unknown[]) => home.load(collection, records);
  const exported = async (collection: string, type: string): Promise<string> => Buffer.concat((await Array.fromAsync(exportRecords(home.database.db, { collection, type }))).map((chunk) => chunk.lines)).toString();
  const names = async (): Promise<string[]> => (await listCollections(home.database.db)).map(({ name }) => name);
  const rows = async (): Promise<number[]> => {
    const [counts = {}] = await home.rows<Record<string, number>>(sql`select (select count(*) from prompts)::int p, (select count(*) from demonstrations)::int d, (select count(*) from comparisons)::int c, (select count(*) from ranked_answers)::int a, (select count(*) from texts)::int t`);
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
    await takeSnapshot(home.database.db, { jobId: 'job', runId: 'run-1', collections: ['kept', 'wrong'], seed: 1, rules, splitFractions: { validation: 0, test: 0 } });
    await applyRules(home.database.db, 'wrong');

    expect(await deleteCollection(home.database, 'wrong')).toEqual({ prompts: 4, demonstrations: 1, comparisons: 1, texts: 1, runs: ['run-1'] });
    expect(await names()).toEqual(['kept']);
    expect(await rows()).toEqual(before);
    expect(await exported('kept', 'prompts')).toBe(kept);
    await expect(exported('wrong', 'prompts')).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
    await expect(deleteCollection(home.database, 'wrong')).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
    await load('wrong', { prompt: 'Right?' });
    expect(await exported('wrong', 'prompts')).toContain('Right?');
    // Nor is it told of what is there now what was decided about that.
    expect(await decisionsOf(home.database.db, 'wrong')).toEqual({});
    await deleteCollection(home.database, 'wrong');
  });

  test('its prompts are offered to nobody any more', async () => {
    const ask = async (labelerId: string): Promise<string[]> => {
      const asked: string[] = [];
      for (let holding: string[] = []; ; ) {
        const task = await leaseTask(home.database.db, create(LeaseTaskRequest, { labelerId, kind: 'write', holding }));
        if (task.taskId === undefined) return asked.toSorted();
        holding = [...holding, task.taskId];
        asked.push(task.messages?.[0]?.content ?? '');
      }
    };
    await load('asked', { prompt: 'Where?' }, { prompt: 'Which?' });
    expect(await ask('ann')).toEqual(['Where?', 'Which?', 'Who?']);
    await home.database.db.execute(sql`update labeling_tasks set leased_by = null, leased_until = null`);
    await deleteCollection(home.database, 'asked');
    expect(await ask('ben')).toEqual(['Where?', 'Who?']);
  });

  test('what people submit, and gold questions that are asked, are not deleted so', async () => {
    await createFeedbackStore(home.database);
    await expect(deleteCollection(home.database, 'feedback')).rejects.toMatchObject({ code: 'MC_USAGE' });
    await load('gold', { prompt: 'Known?', chosen: 'Yes.', rejected: 'No.' });
    const record = { id: 'p', messages: [{ role: 'user' as const, content: 'Hm?' }], answers: ['a', 'b'].map((text) => ({ text, finished: true })) };
    await openQueue(home.database.db, { jobId: 'asking', runId: 'run-2', stage: 'rank', seed: 1 }, [record], { wanted: 1, labelersPerTask: 1, gold: { collection: 'gold', rate: 0.5 } });
    await expect(deleteCollection(home.database, 'gold')).rejects.toMatchObject({ code: 'MC_CONFLICT', message: expect.stringContaining('run-2') as string });
    expect(await names()).toContain('gold');
    await closeQueue(home.database.db, 'asking');
    await deleteCollection(home.database, 'gold');
    expect(await names()).not.toContain('gold');
  });

  test('what is left of one when the process ends nobody sees, and the next start removes it', async () => {
    const before = await rows();
    await load('large', ...all);
    await deleteCollection(home.database, 'large', AbortSignal.abort());
    expect(await names()).not.toContain('large');
    expect(await rows()).not.toEqual(before);
    await home.database.close();
    await home.open();
    await expect.poll(async () => (await sweepAbandoned(home.database, testLog)).done, { timeout: 20_000 }).toBe(1);
    expect(await rows()).toEqual(before);
  });

  test('who just reads it is told, and has no part of it for the whole', async () => {
    await load('read', ...Array.from({ length: 600 }, (_, i) => ({ prompt: `${i} ${'x'.repeat(1_000)}` })));
    const chunks = exportRecords(home.database.db, { collection: 'read', type: 'prompts' });
    await chunks.next();
    await deleteCollection(home.database, 'read');
    await expect(Array.fromAsync(chunks)).rejects.toMatchObject({ code: 'MC_CONFLICT' });
  });

  test('an import that ends at that moment is seen, or gone with it', async () => {
    for (let round = 0; round < 5; round += 1) {
      await load('raced', { prompt: 'First' });
      const [imported] = await Promise.allSettled([load('raced', { prompt: `Second ${round}` }), deleteCollection(home.database, 'raced')]);
      expect(imported.status).toBe('fulfilled');
      if ((await names()).includes('raced')) {
        expect(await exported('raced', 'prompts')).toContain('Second');
        await deleteCollection(home.database, 'raced');
      }
    }
  });
});
