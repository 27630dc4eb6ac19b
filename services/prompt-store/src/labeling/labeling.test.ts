import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Feedback } from '@minchat/bus';
import { LeaseTaskRequest, SubmitTaskRequest, create, type DemonstrationWritten, type Init, type LabelingTask, type RankingSubmitted, PromptSubmitted } from '@minchat/contracts';
import type { AnswersRecord } from '@minchat/datasets';
import type { Database } from '../database.ts';
import { createFeedbackStore } from '../feedback.ts';
import { listRecords } from '../records-page.ts';
import { testDatabases, type TestDatabase } from '../testing.ts';
import { closeQueue, listQueues, openQueue } from './queues.ts';
import { leaseTask, skipTask, submitTask } from './tasks.ts';

describe.each(await testDatabases())('labeling on $name', ({ start }) => {
  let home: TestDatabase;
  let database: Database;
  const rankings: Init<RankingSubmitted>[] = [];
  const written: Init<DemonstrationWritten>[] = [];
  const bus = {
    publishFeedback: (kind: keyof Feedback, message: Init<Feedback[keyof Feedback]>): Promise<void> => {
      if (kind === 'ranking') rankings.push(message as Init<RankingSubmitted>);
      else written.push(message as Init<DemonstrationWritten>);
      return Promise.resolve();
    },
  };

  beforeAll(async () => {
    home = await start();
    database = await home.open();
  }, 120_000);
  afterAll(async () => {
    await database.close();
    await home.remove();
  });

  const records = (run: string, count: number): AnswersRecord[] => Array.from({ length: count }, (_, i) => ({
    id: `${run}-p${i}`, messages: [{ role: 'user', content: `question ${i} of ${run}` }], model: 'secret', answers: ['one', 'two', 'three'].map((text) => ({ text, finished: true })),
  }));
  const open = (run: string, count: number, wanted: number): Promise<void> => openQueue(database.db, { jobId: `${run}-job`, runId: run, stage: 'rank', seed: 1 }, records(run, count), wanted);
  const take = (labelerId: string, runId: string, holding: string[] = [], kind = 'rank'): Promise<Init<LabelingTask>> => leaseTask(database.db, create(LeaseTaskRequest, { labelerId, kind, runId, holding }));
  const submit = (labelerId: string, task: Init<LabelingTask>, ranks: number[]) =>
    submitTask(database.db, bus, create(SubmitTaskRequest, { taskId: task.taskId ?? '', labelerId, verdicts: ranks.map((rank) => ({ rank, rating: 7 - rank, flags: [] })) }));
  const queue = async (run: string) => (await listQueues(database.db)).queues?.find((one) => one?.runId === run);

  test('two labelers never have one task, and each gets the same again until it is done', async () => {
    await open('two', 3, 3);
    const [ann, ben] = [await take('ann', 'two'), await take('ben', 'two')];
    expect(ann.taskId).toBeTruthy();
    expect(ben.taskId).not.toBe(ann.taskId);
    expect(ann.answers?.map((answer) => answer?.text).toSorted()).toEqual(['one', 'three', 'two']);
    expect(JSON.stringify(ann)).not.toContain('secret');
    expect((await take('ann', 'two')).taskId).toBe(ann.taskId);
    const next = await take('ann', 'two', [ann.taskId ?? '']);
    expect(new Set([ann.taskId, ben.taskId, next.taskId]).size).toBe(3);
    expect(await take('eve', 'two')).toEqual({});
    expect(await queue('two')).toEqual({ runId: 'two', stage: 'rank', wanted: 3, done: 0, open: 3, leased: 3 });

    await submit('ann', ann, [1, 0, 1]);
    expect(rankings.at(-1)).toMatchObject({ taskId: ann.taskId, labelerId: 'ann', promptId: ann.promptId, answers: [{ rank: 1, rating: 6, model: 'secret' }, { rank: 0, rating: 7 }, { rank: 1 }] });
    await expect(submit('ann', ann, [0, 1, 2])).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    await expect(submit('ann', ben, [0, 1, 2])).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    await expect(submit('ben', ben, [0, 1])).rejects.toMatchObject({ code: 'MC_USAGE' });
    expect(await queue('two')).toMatchObject({ done: 1, open: 2, leased: 2 });
  });

  test('a task that was skipped goes to somebody else', async () => {
    await open('skip', 1, 1);
    const task = await take('ann', 'skip');
    await skipTask(database.db, { taskId: task.taskId ?? '', labelerId: 'ann', reason: 'cannot judge' });
    expect(await take('ann', 'skip')).toEqual({});
    expect((await take('ben', 'skip')).taskId).toBe(task.taskId);
  });

  test('more rankings than prompts: each prompt goes to several labelers', async () => {
    await open('more', 1, 2);
    const first = await take('ann', 'more');
    await submit('ann', first, [0, 1, 2]);
    expect(await take('ann', 'more')).toEqual({});
    const second = await take('ben', 'more');
    expect(second.taskId).toBe(first.taskId);
    await submit('ben', second, [0, 1, 2]);
    expect(await take('eve', 'more')).toEqual({});
  });

  test('a closed queue gives nothing, and opening one again changes nothing', async () => {
    await open('closed', 2, 2);
    await open('closed', 2, 2);
    expect(await queue('closed')).toMatchObject({ open: 2 });
    await closeQueue(database.db, 'closed-job');
    expect(await take('ann', 'closed')).toEqual({});
    expect(await queue('closed')).toBeUndefined();
  });

  test('prompts that nobody answered are offered to be answered', async () => {
    const store = await createFeedbackStore(database);
    for (const id of ['a', 'b']) await store.addPrompt(create(PromptSubmitted, { promptId: `open-${id}`, userId: 'u', messages: [{ role: 'user', content: `What is 100% ${id}?` }] }));
    const [one, two] = [await take('ann', '', [], 'write'), await take('ben', '', [], 'write')];
    expect(new Set([one.promptId, two.promptId])).toEqual(new Set(['open-a', 'open-b']));
    expect(await take('eve', '', [], 'write')).toEqual({});
    await submitTask(database.db, bus, create(SubmitTaskRequest, { taskId: one.taskId ?? '', labelerId: 'ann', completion: 'A letter.' }));
    expect(written.at(-1)).toMatchObject({ promptId: one.promptId, completion: 'A letter.', labelerId: 'ann' });
    expect((await listQueues(database.db)).unanswered).toBe(1);
  });

  test('what is stored is browsed by pages and found by its words', async () => {
    const page = (search: string, after = '', limit = 1) => listRecords(database.db, { collection: 'feedback', type: 'prompts', search, after, limit });
    const first = await page('');
    const second = await page('', first.next);
    expect([first.records?.[0]?.id, second.records?.[0]?.id, second.next]).toEqual(['open-a', 'open-b', '']);
    expect((await page('100% B', '', 10)).records?.map((record) => record?.id)).toEqual(['open-b']);
    expect((await page('100x', '', 10)).records).toEqual([]);
    await expect(listRecords(database.db, { collection: 'none', type: 'prompts', search: '', after: '', limit: 1 })).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
  });
});
