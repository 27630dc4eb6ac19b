import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GetHandedInRequest, LeaseTaskRequest, RankingSubmitted, SubmitTaskRequest, create, type Init, type LabelingTask } from '@minchat/contracts';
import type { Database } from '../database.ts';
import { createFeedbackStore, type FeedbackStore } from '../feedback.ts';
import { importFile } from '../imports/run-import.ts';
import { testDatabases, type TestDatabase } from '../testing.ts';
import { changeHandedIn, getHandedIn, listHandedIn } from './handed-in.ts';
import { submitTask } from './outcomes.ts';
import { closeQueue, listQueues, openQueue, rankingsToCome, type QueueSettings } from './queues.ts';
import { agreementReport } from './report.ts';
import { leaseTask } from './tasks.ts';

describe.each(await testDatabases())('what was handed in on $name', ({ start }) => {
  let home: TestDatabase;
  let database: Database;
  let store: FeedbackStore;
  beforeAll(async () => {
    home = await start();
    database = await home.open();
    store = await createFeedbackStore(database);
  }, 120_000);
  afterAll(async () => {
    await database.close();
    await home.remove();
  });

  const texts = ['one', 'two', 'three'];
  const open = (run: string, count: number, settings: Partial<QueueSettings> = {}): Promise<void> =>
    openQueue(database.db, { jobId: `${run}-job`, runId: run, stage: 'rank', seed: 1 }, Array.from({ length: count }, (_, i) => ({ id: `${run}-p${i}`, messages: [{ role: 'user' as const, content: `question ${i} of ${run}` }], model: 'secret', answers: texts.map((text) => ({ text, finished: true })) })), { wanted: count, labelersPerTask: 1, ...settings });
  const request = (labelerId: string, task: Init<LabelingTask>, ranks: number[], more: Partial<SubmitTaskRequest> = {}) =>
    create(SubmitTaskRequest, { taskId: task.taskId ?? '', labelerId, verdicts: ranks.map((rank) => ({ rank, rating: 7 - rank, flags: rank === 2 ? ['opinion'] : [] })), ...more });
  /** The next task, handed in; what is published is for the caller to store. */
  const rank = async (labelerId: string, run: string, ranks: number[], more: Partial<SubmitTaskRequest> = {}): Promise<{ task: Init<LabelingTask>; published: RankingSubmitted[] }> => {
    const task = await leaseTask(database.db, create(LeaseTaskRequest, { labelerId, kind: 'rank', runId: run }));
    const published: RankingSubmitted[] = [];
    const publishFeedback = async (_: string, message: object): Promise<void> => void published.push(create(RankingSubmitted, message as RankingSubmitted));
    await submitTask(database.db, { publishFeedback }, request(labelerId, task, ranks, more));
    return { task, published };
  };
  const rankAndStore = async (...given: Parameters<typeof rank>): Promise<{ task: Init<LabelingTask>; published: RankingSubmitted[] }> => {
    const made = await rank(...given);
    for (const message of made.published) await store.addRanking(message);
    return made;
  };
  const change = (...given: Parameters<typeof request>) => changeHandedIn(database.db, store, request(...given));
  const look = (labelerId: string, task: Init<LabelingTask>) => getHandedIn(database.db, create(GetHandedInRequest, { taskId: task.taskId ?? '', labelerId }));
  const rows = async (query: ReturnType<typeof sql>): Promise<Record<string, unknown>[]> => ((await database.db.execute(query)) as unknown as { rows: Record<string, unknown>[] }).rows;
  /** The rankings that are stored of a task: each answer's rank, in the order in which they were offered. */
  const stored = async (task: Init<LabelingTask>) => rows(sql`
    select c.labeler_id as labeler, c.note, json_agg(a.rank order by a.position) as ranks, json_agg(a.rating order by a.position) as ratings, min(a.model) as model
    from comparisons c join ranked_answers a on a.import_id = c.import_id and a.comparison_id = c.id where c.task_id = ${task.taskId ?? ''} group by c.id, c.labeler_id, c.note`);
  const counted = async (): Promise<unknown> => (await rows(sql`select i.comparisons::int - (select count(*)::int from comparisons c where c.import_id = i.id) as more from imports i where format = 'feedback'`))[0]?.['more'];

  test('is shown as it was made, and another in its place is the only one', async () => {
    await open('changed', 2, { wanted: 4, labelersPerTask: 2 });
    const { task, published } = await rankAndStore('ann', 'changed', [0, 1, 2], { note: 'Hm.', activeMs: 4000 });
    const { taskId, answers, messages } = task;
    const { task: shown, verdicts, note } = await look('ann', task);
    expect([shown, note]).toEqual([expect.objectContaining({ taskId, answers, messages, kind: 'rank', runId: 'changed' }), 'Hm.']);
    expect(verdicts).toEqual([{ rank: 0, rating: 7, flags: [] }, { rank: 1, rating: 6, flags: [] }, { rank: 2, rating: 5, flags: ['opinion'] }]);
    expect(JSON.stringify(shown)).not.toContain('secret');

    const before = [await listQueues(database.db), await rankingsToCome(database.db, 'changed-job')];
    await change('ann', task, [2, 1, 0], { activeMs: 3000, note: 'Oh.' });
    expect(await stored(task)).toEqual([{ labeler: 'ann', note: 'Oh.', ranks: [2, 1, 0], ratings: [5, 6, 7], model: 'secret' }]);
    expect([await listQueues(database.db), await rankingsToCome(database.db, 'changed-job')]).toEqual(before);
    // The first one comes again.
    for (const message of published) await store.addRanking(message);
    expect(await stored(task)).toMatchObject([{ ranks: [2, 1, 0] }]);
    expect(await counted()).toBe(0);
    expect((await look('ann', task)).verdicts?.map((verdict) => verdict?.rank)).toEqual([2, 1, 0]);

    // Ben ranks alike: that they agree is told of what she has made of it in the end.
    for (let i = 0; i < 2; i += 1) await rankAndStore('ben', 'changed', [2, 1, 0]);
    expect(await agreementReport(database.db, 'changed')).toMatchObject({ tau: { value: 1, count: 1 }, labelers: [{ labelerId: 'ben' }, { labelerId: 'ann', done: 1, medianMs: { value: 7000, count: 1 } }], notes: [{ note: 'Oh.' }] });
    await change('ann', task, [0, 0, 0]);
    expect((await agreementReport(database.db, 'changed')).notes).toEqual([]);
  });

  test('may be changed before it is stored, and from two tabs at once', async () => {
    await open('early', 1);
    const { task, published } = await rank('ann', 'early', [0, 1, 2]);
    const [first] = published as [RankingSubmitted];
    await change('ann', task, [1, 0, 2]);
    await store.addRanking(first);
    expect(await stored(task)).toMatchObject([{ ranks: [1, 0, 2] }]);
    await Promise.all([change('ann', task, [2, 0, 1]), store.addRanking(first), change('ann', task, [1, 2, 0])]);
    const [last, ...others] = await stored(task);
    expect(others).toEqual([]);
    expect((await look('ann', task)).verdicts?.map((verdict) => verdict?.rank)).toEqual(last?.['ranks']);
    expect(await counted()).toBe(0);
  });

  test('is the labeler\'s alone, and refused as a whole when it is no ranking of these answers', async () => {
    await open('own', 2);
    const { task } = await rankAndStore('ann', 'own', [0, 1, 2]);
    const held = await leaseTask(database.db, create(LeaseTaskRequest, { labelerId: 'ben', kind: 'rank', runId: 'own' }));
    const none = { code: 'MC_NOT_FOUND' };
    for (const [labelerId, which] of [['ben', task], ['ben', held], ['ann', held], ['ann', { taskId: 'none' }]] as const) {
      await expect(look(labelerId, which)).rejects.toMatchObject(none);
      await expect(change(labelerId, which, [0, 1, 2])).rejects.toMatchObject(none);
    }
    await expect(change('ann', task, [0, 1])).rejects.toMatchObject({ code: 'MC_USAGE' });
    expect(await stored(task)).toMatchObject([{ ranks: [0, 1, 2] }]);
    expect((await listHandedIn(database.db, 'ben')).tasks?.filter((one) => one?.runId === 'own')).toEqual([]);
  });

  test('stays as it is once its stage waits no more, until that waits again', async () => {
    await open('over', 2);
    const made = [await rankAndStore('ann', 'over', [0, 1, 2]), await rankAndStore('ann', 'over', [0, 1, 2])];
    const [{ task }] = made as [(typeof made)[0]];
    const listed = async (): Promise<(string | undefined)[] | undefined> => (await listHandedIn(database.db, 'ann')).tasks?.filter((one) => one?.runId === 'over').map((one) => one?.taskId);
    // The latest first.
    expect(await listed()).toEqual(made.map((one) => one.task.taskId).toReversed());
    await closeQueue(database.db, 'over-job');
    expect(await listed()).toEqual([]);
    for (const refused of [look('ann', task), change('ann', task, [2, 1, 0])]) await expect(refused).rejects.toMatchObject({ code: 'MC_LABELING_OVER' });
    // Closed after it was looked whether it is open.
    await open('over', 2);
    const closing = { replaceRanking: async (...given: Parameters<FeedbackStore['replaceRanking']>) => { await closeQueue(database.db, 'over-job'); await store.replaceRanking(...given); } };
    await expect(changeHandedIn(database.db, closing, request('ann', task, [2, 1, 0]))).rejects.toMatchObject({ code: 'MC_LABELING_OVER' });
    expect(await stored(task)).toMatchObject([{ ranks: [0, 1, 2] }]);
    await open('over', 2);
    expect((await look('ann', task)).verdicts?.map((verdict) => verdict?.rank)).toEqual([0, 1, 2]);
    await change('ann', task, [2, 1, 0]);
    expect(await stored(task)).toMatchObject([{ ranks: [2, 1, 0] }]);
  });

  test('of a gold question is changed as any other, and scored anew', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'minchat-gold-'));
    await writeFile(join(folder, 'gold.jsonl'), Array.from({ length: 20 }, (_, i) => JSON.stringify({ prompt: `gold question ${i}`, answers: [{ text: 'best', rank: 0 }, { text: 'middling', rank: 1 }, { text: 'worst', rank: 2 }] })).join('\n'));
    await Array.fromAsync(importFile(database, { path: join(folder, 'gold.jsonl'), format: 'jsonl', collection: 'gold', strict: true }));
    await rm(folder, { recursive: true });
    await open('golden', 20, { gold: { collection: 'gold', rate: 0.5 } });
    const made = [];
    for (let i = 0; i < 8; i += 1) made.push((await rankAndStore('ann', 'golden', [0, 1, 2])).task);
    const isGold = (task: Init<LabelingTask>): boolean => task.answers?.some((answer) => answer?.text === 'best') === true;
    expect(new Set(made.map(isGold))).toHaveLength(2);
    const before = (await listQueues(database.db)).queues?.find((queue) => queue?.runId === 'golden');
    const listed = (await listHandedIn(database.db, 'ann')).tasks?.filter((one) => one?.runId === 'golden');
    expect(listed?.map((one) => one?.taskId)).toEqual(made.map((task) => task.taskId).toReversed());
    const told = new Set<string>();
    for (const task of made) {
      const answers = task.answers?.map((answer) => answer?.text ?? '') ?? [];
      const { task: shown, ...rest } = await look('ann', task);
      told.add(JSON.stringify([Object.keys(shown ?? {}), rest]));
      told.add(JSON.stringify([Object.keys(shown ?? {}), rest, await change('ann', task, isGold(task) ? answers.map((text) => ['best', 'middling', 'worst'].indexOf(text)) : [0, 2, 1])]));
    }
    // All alike, looked at and changed.
    expect(told.size).toBe(2);
    expect((await agreementReport(database.db, 'golden')).labelers).toMatchObject([{ done: 8, gold: { value: 1, count: made.filter(isGold).length } }]);
    expect((await listQueues(database.db)).queues?.find((queue) => queue?.runId === 'golden')).toEqual(before);
    for (const task of made) expect(await stored(task)).toMatchObject(isGold(task) ? [] : [{ ranks: [0, 2, 1] }]);
    await closeQueue(database.db, 'golden-job');
    for (const task of made) await expect(change('ann', task, [0, 1, 2])).rejects.toMatchObject({ code: 'MC_LABELING_OVER' });
  });
});
