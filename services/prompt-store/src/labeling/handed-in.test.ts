import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DemonstrationWritten, GetHandedInRequest, LeaseTaskRequest, PromptSubmitted, RankingSubmitted, SkipTaskRequest, SubmitTaskRequest, create, type Init, type LabelingTask } from '@minchat/contracts';
import type { Database } from '../database.ts';
import { createFeedbackStore, type FeedbackStore } from '../feedback.ts';
import { importFile } from '../imports/run-import.ts';
import { takeSnapshot } from '../snapshot.ts';
import { testDatabases, type TestDatabase } from '../testing.ts';
import { getHandedIn, listHandedIn, skipAgain, submitAgain } from './handed-in.ts';
import { skipTask, submitTask } from './outcomes.ts';
import { closeQueue, listQueues, openQueue, tallyOf, type QueueSettings } from './queues.ts';
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
    await submitTask(database.db, { publishFeedback }, store, request(labelerId, task, ranks, more));
    return { task, published };
  };
  const rankAndStore = async (...given: Parameters<typeof rank>): Promise<{ task: Init<LabelingTask>; published: RankingSubmitted[] }> => {
    const made = await rank(...given);
    for (const message of made.published) await store.addRanking(message);
    return made;
  };
  const change = (...given: Parameters<typeof request>) => submitAgain(database.db, store, request(...given));
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

    const before = [await listQueues(database.db), await tallyOf(database.db, 'changed-job')];
    await change('ann', task, [2, 1, 0], { activeMs: 3000, note: 'Oh.' });
    expect(await stored(task)).toEqual([{ labeler: 'ann', note: 'Oh.', ranks: [2, 1, 0], ratings: [5, 6, 7], model: 'secret' }]);
    expect([await listQueues(database.db), await tallyOf(database.db, 'changed-job')]).toEqual(before);
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

  test('of two that are handed in at once, as from two browsers, the first is kept, and the second told so', async () => {
    await open('at-once', 1);
    const task = await leaseTask(database.db, create(LeaseTaskRequest, { labelerId: 'ann', kind: 'rank', runId: 'at-once' }));
    const both = [[0, 1, 2], [0, 1, 2], [2, 1, 0]].map((ranks) => request('ann', task, ranks));
    // Those that are late have been let in before the first one is there.
    const letIn = Promise.withResolvers<void>();
    const [first, ...late] = both.map((one, i) => submitTask(database.db, { publishFeedback: () => (i === 0 ? Promise.resolve() : letIn.promise) }, store, one).catch((error: unknown) => error));
    await first;
    letIn.resolve();
    expect(await Promise.all(late)).toMatchObject([{}, { code: 'MC_CONFLICT' }]);
    expect(await stored(task)).toMatchObject([{ ranks: [0, 1, 2] }]);
    expect((await look('ann', task)).verdicts?.map((verdict) => verdict?.rank)).toEqual([0, 1, 2]);
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
    for (const refused of [() => look('ann', task), () => change('ann', task, [2, 1, 0])]) await expect(refused()).rejects.toMatchObject({ code: 'MC_LABELING_OVER' });
    // Closed after it was looked whether it is open.
    await open('over', 2);
    const closing: FeedbackStore = { ...store, replaceRanking: async (...given: Parameters<FeedbackStore['replaceRanking']>) => { await closeQueue(database.db, 'over-job'); await store.replaceRanking(...given); } };
    await expect(submitAgain(database.db, closing, request('ann', task, [2, 1, 0]))).rejects.toMatchObject({ code: 'MC_LABELING_OVER' });
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

  const skip = (labelerId: string, task: Init<LabelingTask>, reason: string, more: Partial<SkipTaskRequest> = {}) => create(SkipTaskRequest, { taskId: task.taskId ?? '', labelerId, reason, ...more });
  const take = (labelerId: string, runId: string, kind = 'rank') => leaseTask(database.db, create(LeaseTaskRequest, { labelerId, kind, runId }));
  const figures = async (run: string) => (await listQueues(database.db)).queues?.find((queue) => queue?.runId === run);

  test.each(['before', 'after'])('a ranking that is changed before it is tried again is the only one, its first message stored %s', async (when) => {
    await open(`tried-${when}`, 1);
    const task = await take('ann', `tried-${when}`);
    const published: RankingSubmitted[] = [];
    const lost = async (_: string, message: object): Promise<void> => {
      published.push(create(RankingSubmitted, message as RankingSubmitted));
      throw new Error('the database is away');
    };
    await expect(submitTask(database.db, { publishFeedback: lost }, store, request('ann', task, [0, 1, 2]))).rejects.toThrow('away');
    const [first] = published as [RankingSubmitted];
    if (when === 'before') await store.addRanking(first);
    await submitTask(database.db, { publishFeedback: () => Promise.resolve() }, store, request('ann', task, [2, 1, 0]));
    if (when === 'after') await store.addRanking(first);
    expect(await stored(task)).toMatchObject([{ ranks: [2, 1, 0] }]);
    expect(await counted()).toBe(0);
  });

  test('a skip is taken back, though somebody has seen to the task meanwhile; the stage waits for the others all the same', async () => {
    await open('skipped', 2);
    const task = await take('ann', 'skipped');
    await skipTask(database.db, skip('ann', task, 'cannot judge', { note: 'Hm.', activeMs: 1000 }));
    expect((await listHandedIn(database.db, 'ann')).tasks?.[0]).toMatchObject({ taskId: task.taskId, runId: 'skipped', kind: 'rank', skipped: true });
    expect(await look('ann', task)).toMatchObject({ task: { taskId: task.taskId }, verdicts: [], skipped: true, reason: 'cannot judge', note: 'Hm.' });
    const taken = await rankAndStore('ben', 'skipped', [0, 1, 2]);
    expect(taken.task.taskId).toBe(task.taskId);
    await change('ann', task, [2, 1, 0], { activeMs: 500 });
    expect((await stored(task)).map((row) => String(row['labeler'])).toSorted()).toEqual(['ann', 'ben']);
    // Two rankings are stored of one task, and the other is waited for.
    expect([await figures('skipped'), await tallyOf(database.db, 'skipped-job')]).toMatchObject([{ wanted: 2, done: 1, open: 1 }, { toCome: 1, beyond: 1 }]);
    expect(await look('ann', task)).toMatchObject({ skipped: false, reason: '', note: '', verdicts: [{ rank: 2 }, { rank: 1 }, { rank: 0 }] });
    const { labelers, skipped, tau } = await agreementReport(database.db, 'skipped');
    expect(labelers?.find((one) => one?.labelerId === 'ann')).toMatchObject({ done: 1, skipped: 0, changed: 1, medianMs: { value: 1500 } });
    expect([skipped, tau]).toEqual([[], { value: -1, count: 1 }]);
    const [{ former } = {}] = await rows(sql`select former from labeling_outcomes where task_id = ${task.taskId ?? ''} and labeler_id = 'ann'`);
    expect(former).toMatchObject([{ outcome: 'skipped', reason: 'cannot judge', note: 'Hm.', ranks: null, at: expect.stringMatching(/^\d{4}-.*Z$/) as string }]);
    // Who is at it, or has done with it, is not given it again.
    expect((await take('ann', 'skipped')).taskId).not.toBe(task.taskId);
  });

  test('a ranking is taken back by a skip: it is stored no more, whenever its message comes, and others are given the task', async () => {
    await open('withdrawn', 1);
    const { task, published } = await rank('ann', 'withdrawn', [0, 1, 2]);
    expect(await figures('withdrawn')).toMatchObject({ done: 1 });
    const back = () => skipAgain(database.db, store, skip('ann', task, 'personal data', { replace: true }));
    await back();
    for (const message of published) await store.addRanking(message);
    expect([await stored(task), await counted(), await figures('withdrawn'), await tallyOf(database.db, 'withdrawn-job')]).toMatchObject([[], 0, { done: 0, open: 1 }, { toCome: 1, beyond: 0 }]);
    expect((await agreementReport(database.db, 'withdrawn')).skipped).toMatchObject([{ open: true, reasons: [{ reason: 'personal data', count: 1 }] }]);
    // From another tab that has not heard of it: one skip is as good as two.
    await back();
    expect(await figures('withdrawn')).toMatchObject({ done: 0 });
    expect((await take('ben', 'withdrawn')).taskId).toBe(task.taskId);
    await closeQueue(database.db, 'withdrawn-job');
    await expect(back()).rejects.toMatchObject({ code: 'MC_LABELING_OVER' });
    await expect(change('ann', task, [0, 1, 2])).rejects.toMatchObject({ code: 'MC_LABELING_OVER' });
  });

  test('a gold question that was skipped is taken back as any other, whatever others do', async () => {
    await open('golden-skip', 40, { gold: { collection: 'gold', rate: 0.5 } });
    const skipped: Init<LabelingTask>[] = [];
    for (let i = 0; i < 8; i += 1) {
      const task = await take('ann', 'golden-skip');
      await skipTask(database.db, skip('ann', task, 'cannot judge'));
      skipped.push(task);
    }
    const isGold = (task: Init<LabelingTask>): boolean => task.answers?.some((answer) => answer?.text === 'best') === true;
    expect(new Set(skipped.map(isGold)).size).toBe(2);
    for (let i = 0; i < 12; i += 1) await rankAndStore('ben', 'golden-skip', [0, 1, 2]);
    const listed = (await listHandedIn(database.db, 'ann')).tasks?.filter((one) => one?.runId === 'golden-skip');
    expect(listed?.map((one) => one?.taskId)).toEqual(skipped.map((task) => task.taskId).toReversed());
    expect(new Set(listed?.map((one) => JSON.stringify({ ...one, taskId: '', prompt: '', atMs: 0 }))).size).toBe(1);
    for (const task of skipped) await change('ann', task, [0, 1, 2]);
    expect((await agreementReport(database.db, 'golden-skip')).labelers?.find((one) => one?.labelerId === 'ann')).toMatchObject({ done: 8, skipped: 0, gold: { count: skipped.filter(isGold).length } });
  });

  test('an answer is changed, taken back, and written anew, until a run is given it', async () => {
    const written: DemonstrationWritten[] = [];
    const bus = { publishFeedback: async (_: string, message: object): Promise<void> => void written.push(create(DemonstrationWritten, message as DemonstrationWritten)) };
    await store.addPrompt(create(PromptSubmitted, { promptId: 'asked', userId: 'u', messages: [{ role: 'user', content: 'What is a yak?' }] }));
    const task = await take('cyd', '', 'write');
    const answer = (completion: string, note = '') => create(SubmitTaskRequest, { taskId: task.taskId ?? '', labelerId: 'cyd', completion, note, replace: true });
    await submitTask(database.db, bus, store, { ...answer('A gnu.', 'Sure?'), replace: false });
    const [first] = written as [DemonstrationWritten];
    const answers = () => rows(sql`select completion, note, labeler_id from demonstrations where id = ${first.demonstrationId}`);
    const mine = async () => (await listHandedIn(database.db, 'cyd')).tasks?.find((one) => one?.taskId === task.taskId);
    expect(await mine()).toMatchObject({ kind: 'write', skipped: false, runId: '', prompt: task.messages?.at(-1)?.content });
    expect(await look('cyd', task)).toMatchObject({ completion: 'A gnu.', note: 'Sure?', verdicts: [], skipped: false });
    await submitAgain(database.db, store, answer('An ox.'));
    await store.addDemonstration(first);
    expect(await answers()).toEqual([{ completion: 'An ox.', note: null, labeler_id: 'cyd' }]);
    await expect(submitAgain(database.db, store, answer(' '))).rejects.toMatchObject({ code: 'MC_USAGE' });

    await skipAgain(database.db, store, skip('cyd', task, 'cannot judge', { replace: true }));
    await store.addDemonstration(first);
    expect([await answers(), await mine()]).toMatchObject([[], { skipped: true }]);
    // Others are offered the prompt again.
    expect((await take('dan', '', 'write')).taskId).toBe(task.taskId);
    await submitAgain(database.db, store, answer('An ox of Tibet.'));
    expect(await answers()).toMatchObject([{ completion: 'An ox of Tibet.' }]);
    expect((await rows(sql`select former from labeling_outcomes where labeler_id = 'cyd'`))[0]?.['former']).toMatchObject([{ completion: 'A gnu.', note: 'Sure?' }, { completion: 'An ox.' }, { outcome: 'skipped', completion: null }]);

    // Looking at the rules gives nobody anything; a run is given what there is.
    const snapshot = (runId: string) => takeSnapshot(database.db, { jobId: `job-${runId}`, runId, collections: ['feedback'], seed: 1, rules: { promptsPerUser: 200, commonPrefix: 200 }, splitFractions: { validation: 0, test: 0 } });
    await snapshot('');
    await submitAgain(database.db, store, answer('A long-haired ox.'));
    await snapshot('given');
    expect(await mine()).toBeUndefined();
    const over = { code: 'MC_LABELING_OVER' };
    await expect(look('cyd', task)).rejects.toMatchObject(over);
    await expect(submitAgain(database.db, store, answer('A goat.'))).rejects.toMatchObject(over);
    await expect(skipAgain(database.db, store, skip('cyd', task, 'cannot judge', { replace: true }))).rejects.toMatchObject(over);
    expect(await answers()).toMatchObject([{ completion: 'A long-haired ox.' }]);
  });
});
