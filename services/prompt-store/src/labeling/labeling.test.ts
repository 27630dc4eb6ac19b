import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Feedback } from '@minchat/bus';
import { LeaseTaskRequest, ListRecordsRequest, RenewTaskRequest, SkipTaskRequest, SubmitTaskRequest, create, DemonstrationWritten, type Init, type LabelingTask, type RankingSubmitted, PromptSubmitted } from '@minchat/contracts';
import type { AnswersRecord } from '@minchat/datasets';
import type { Database } from '../database.ts';
import { createFeedbackStore, type FeedbackStore } from '../feedback.ts';
import { importFile } from '../imports/run-import.ts';
import { listRecords } from '../records-page.ts';
import { testDatabases, type TestDatabase } from '../testing.ts';
import { checkGold } from './gold.ts';
import { getGuidelines, saveGuidelines } from './guidelines.ts';
import { skipTask, submitTask } from './outcomes.ts';
import { closeQueue, listQueues, openQueue } from './queues.ts';
import { agreementReport } from './report.ts';
import { leaseTask, renewTask } from './tasks.ts';

describe.each(await testDatabases())('labeling on $name', ({ start }) => {
  let home: TestDatabase;
  let database: Database;
  let store: FeedbackStore;
  /** The same, but for rankings: what comes of these is looked at elsewhere, and their prompts would be offered to be answered. */
  let aside: FeedbackStore;
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
    store = await createFeedbackStore(database);
    aside = { ...store, replaceRanking: (_, also) => database.db.transaction(also) };
  }, 120_000);
  afterAll(async () => {
    await database.close();
    await home.remove();
  });

  const records = (run: string, count: number): AnswersRecord[] => Array.from({ length: count }, (_, i) => ({
    id: `${run}-p${i}`, messages: [{ role: 'user', content: `question ${i} of ${run}` }], model: 'secret', answers: ['one', 'two', 'three'].map((text) => ({ text, finished: true })),
  }));
  const open = (run: string, count: number, wanted: number): Promise<void> => openQueue(database.db, { jobId: `${run}-job`, runId: run, stage: 'rank', seed: 1 }, records(run, count), { wanted, labelersPerTask: 1 });
  const take = (labelerId: string, runId: string, holding: string[] = [], kind = 'rank'): Promise<Init<LabelingTask>> => leaseTask(database.db, create(LeaseTaskRequest, { labelerId, kind, runId, holding }));
  const submit = (labelerId: string, task: Init<LabelingTask>, ranks: number[]) =>
    submitTask(database.db, bus, aside, create(SubmitTaskRequest, { taskId: task.taskId ?? '', labelerId, verdicts: ranks.map((rank) => ({ rank, rating: 7 - rank, flags: [] })) }));
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
    await skipTask(database.db, create(SkipTaskRequest, { taskId: task.taskId ?? '', labelerId: 'ann', reason: 'cannot judge', activeMs: 4000 }));
    expect(await take('ann', 'skip')).toEqual({});
    expect((await take('ben', 'skip')).taskId).toBe(task.taskId);
  });

  test('what was skipped is told with the reasons, what is still open first', async () => {
    await openQueue(database.db, { jobId: 'why-job', runId: 'why', stage: 'rank', seed: 1 }, records('why', 2), { wanted: 2, labelersPerTask: 1 });
    const skip = async (labelerId: string, reason: string): Promise<Init<LabelingTask>> => {
      const task = await take(labelerId, 'why');
      await skipTask(database.db, create(SkipTaskRequest, { taskId: task.taskId ?? '', labelerId, reason }));
      return task;
    };
    const first = await skip('ann', 'I cannot judge this');
    const second = await skip('ann', 'I cannot judge this');
    for (const labelerId of ['ben', 'cas']) expect((await skip(labelerId, labelerId === 'ben' ? 'It contains personal data' : 'I cannot judge this')).taskId).toBe(first.taskId);
    const told = async () => (await agreementReport(database.db, 'why')).skipped;
    const ofFirst = { runId: 'why', prompt: first.messages?.[0]?.content, open: true, reasons: [{ reason: 'I cannot judge this', count: 2 }, { reason: 'It contains personal data', count: 1 }] };
    const ofSecond = { runId: 'why', prompt: second.messages?.[0]?.content, open: true, reasons: [{ reason: 'I cannot judge this', count: 1 }] };
    expect(await told()).toEqual([ofFirst, ofSecond]);
    await submit('eve', await take('eve', 'why'), [0, 1, 2]);
    expect(await told()).toEqual([ofSecond, { ...ofFirst, open: false }]);
    await closeQueue(database.db, 'why-job');
    expect(await told()).toEqual([{ ...ofFirst, open: false }, { ...ofSecond, open: false }]);
  });

  test('a task is kept by renewing it, by its holder alone, and not once somebody else has it', async () => {
    await open('kept', 2, 2);
    const renew = (labelerId: string, task: Init<LabelingTask>) => renewTask(database.db, create(RenewTaskRequest, { taskId: task.taskId ?? '', labelerId }));
    // As if that much time had passed.
    const pass = (minutes: number) => database.db.execute(sql`update labeling_tasks set leased_until = leased_until - make_interval(mins => ${minutes}) where job_id = 'kept-job'`);
    const first = await take('ann', 'kept');
    const behind = await take('ann', 'kept', [first.taskId ?? '']);

    await pass(14);
    const { leasedUntilMs } = await renew('ann', first);
    expect(leasedUntilMs).toBeGreaterThanOrEqual(first.leasedUntilMs ?? 0);
    await expect(renew('ben', first)).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    await renew('ann', behind);
    await pass(14);
    expect(await take('ben', 'kept')).toEqual({});
    // Which of them comes first after a reload is as before.
    expect((await take('ann', 'kept')).taskId).toBe(first.taskId);

    // Over, but nobody came: it is hers still.
    await pass(30);
    await renew('ann', first);
    const taken = await take('ben', 'kept');
    expect(taken.taskId).toBe(behind.taskId);
    await expect(renew('ann', behind)).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    await expect(submit('ann', behind, [0, 1, 2])).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    await submit('ben', taken, [0, 1, 2]);
    await expect(renew('ben', taken)).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    await expect(renew('ann', { taskId: 'none' })).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
    await submit('ann', first, [0, 1, 2]);
  });

  test('a labeler who goes by another name now keeps the task', async () => {
    await open('named', 1, 1);
    const task = await take('labeler-1', 'named');
    await expect(submit('ann', task, [0, 1, 2])).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    const renew = (formerly: string) => renewTask(database.db, create(RenewTaskRequest, { taskId: task.taskId ?? '', labelerId: 'ann', formerly }));
    await expect(renew('labeler-2')).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    await renew('labeler-1');
    await submit('ann', task, [0, 1, 2]);
  });

  test('what was taken unheard is taken when it is sent again, and nothing else in its place', async () => {
    await open('unheard', 2, 2);
    const task = await take('ann', 'unheard');
    const send = (rank: number, more: Partial<SubmitTaskRequest> = {}) => submitTask(database.db, bus, aside, create(SubmitTaskRequest, { taskId: task.taskId ?? '', labelerId: 'ann', note: 'Hm.', verdicts: [rank, 1, 2].map((one) => ({ rank: one, flags: ['opinion'] })), ...more }));
    await send(0);
    const published = rankings.length;
    await send(0);
    for (const other of [() => send(2), () => send(0, { note: '' }), () => send(0, { labelerId: 'ben' })]) await expect(other()).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    expect([rankings.length, (await queue('unheard'))?.done]).toEqual([published, 1]);

    const skipped = await take('ann', 'unheard');
    const skip = (labelerId: string) => skipTask(database.db, create(SkipTaskRequest, { taskId: skipped.taskId ?? '', labelerId, reason: 'cannot judge' }));
    await skip('ann');
    await skip('ann');
    await expect(skip('ben')).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    await expect(submit('ann', skipped, [0, 1, 2])).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    // A rank that no ranking is stored with is refused at once.
    const last = await take('ben', 'unheard');
    await expect(send(1_000, { taskId: last.taskId ?? '', labelerId: 'ben' })).rejects.toMatchObject({ code: 'MC_USAGE' });
  });

  test('a task that somebody else was given while it was handed in is theirs, too', async () => {
    await open('late', 1, 1);
    const task = await take('ann', 'late');
    // Ann's time is over, and Ben takes the task, at the moment at which hers is published.
    const publishFeedback = async (...args: Parameters<typeof bus.publishFeedback>): Promise<void> => {
      await database.db.execute(sql`update labeling_tasks set leased_until = now() - interval '1 minute' where job_id = 'late-job'`);
      expect((await take('ben', 'late')).taskId).toBe(task.taskId);
      await bus.publishFeedback(...args);
    };
    await submitTask(database.db, { publishFeedback } as typeof bus, aside, create(SubmitTaskRequest, { taskId: task.taskId ?? '', labelerId: 'ann', verdicts: [0, 1, 2].map((rank) => ({ rank })) }));
    await submit('ben', task, [2, 1, 0]);
    expect(rankings.slice(-2).map((ranking) => ranking.labelerId)).toEqual(['ann', 'ben']);
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
    for (const id of ['a', 'b']) await store.addPrompt(create(PromptSubmitted, { promptId: `open-${id}`, userId: 'u', messages: [{ role: 'user', content: `What is 100% ${id}?` }] }));
    const [one, two] = [await take('ann', '', [], 'write'), await take('ben', '', [], 'write')];
    expect(new Set([one.promptId, two.promptId])).toEqual(new Set(['open-a', 'open-b']));
    expect(await take('eve', '', [], 'write')).toEqual({});
    await submitTask(database.db, bus, aside, create(SubmitTaskRequest, { taskId: one.taskId ?? '', labelerId: 'ann', completion: 'A letter.', note: 'Of the alphabet.' }));
    expect(written.at(-1)).toMatchObject({ promptId: one.promptId, completion: 'A letter.', labelerId: 'ann', note: 'Of the alphabet.' });
    expect((await listQueues(database.db)).unanswered).toBe(1);
    await skipTask(database.db, create(SkipTaskRequest, { taskId: two.taskId ?? '', labelerId: 'ben', reason: 'cannot judge', note: 'Of which alphabet?' }));
    expect((await agreementReport(database.db, '')).notes?.[0]).toMatchObject({ note: 'Of which alphabet?', runId: '', skipped: true });
    // It may be sent again by who has not heard of it.
    const again = (completion: string) => submitTask(database.db, bus, aside, create(SubmitTaskRequest, { taskId: one.taskId ?? '', labelerId: 'ann', completion, note: 'Of the alphabet.' }));
    await store.addDemonstration(create(DemonstrationWritten, written.at(-1) ?? {}));
    await again('A letter.');
    await expect(again('Another letter.')).rejects.toMatchObject({ code: 'MC_CONFLICT' });
  });

  test('gold questions come in place of tasks, look like them, are scored, and are no feedback', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'minchat-gold-'));
    const lines = Array.from({ length: 20 }, (_, i) => JSON.stringify({ prompt: `gold question ${i}`, answers: [{ text: 'best', rank: 0 }, { text: 'middling', rank: 1 }, { text: 'worst', rank: 2 }] }));
    // None of these can be asked: no message of the bus can carry them.
    for (let i = 0; i < 5; i++) lines.push(JSON.stringify({ prompt: `gold ${i} ${'x'.repeat(600_000)}`, answers: [{ text: 'best', rank: 0 }, { text: `long ${'y'.repeat(600_000)}`, rank: 1 }] }));
    await writeFile(join(folder, 'gold.jsonl'), lines.join('\n'));
    await Array.fromAsync(importFile(database, { path: join(folder, 'gold.jsonl'), format: 'jsonl', collection: 'gold', strict: true }));
    await rm(folder, { recursive: true });
    await createFeedbackStore(database);
    await checkGold(database.db, 'gold');
    // What people submit is trained on.
    await expect(checkGold(database.db, 'feedback')).rejects.toMatchObject({ code: 'MC_STAGE_SETTINGS' });
    await openQueue(database.db, { jobId: 'mixed-job', runId: 'mixed', stage: 'rank', seed: 1 }, records('mixed', 30), { wanted: 30, labelersPerTask: 1, gold: { collection: 'gold', rate: 0.4 } });

    const published = rankings.length;
    let gold = 0;
    for (let i = 0; i < 30; i += 1) {
      const task = await take('ann', 'mixed');
      expect(JSON.stringify(task).length).toBeLessThan(500_000);
      // A page that is loaded again is given the same task: it cannot be told from a real one by that.
      expect((await take('ann', 'mixed')).taskId).toBe(task.taskId);
      expect(Object.keys(task).toSorted()).toEqual(['answers', 'kind', 'leasedUntilMs', 'messages', 'promptId', 'runId', 'stage', 'taskId']);
      expect([task.kind, task.runId, task.stage, task.taskId?.length]).toEqual(['rank', 'mixed', 'rank', 32]);
      // Nor by what the queue's figures do: those of 30 rankings among which two of five tasks are gold questions.
      expect(await queue('mixed')).toEqual({ runId: 'mixed', stage: 'rank', wanted: 50, done: i, open: 50 - i, leased: 1 });
      const texts = task.answers?.map((answer) => answer?.text ?? '') ?? [];
      const isGold = texts.includes('best');
      gold += isGold ? 1 : 0;
      // Ann knows the best one and confuses the others.
      await submit('ann', task, isGold ? texts.map((text) => ['best', 'worst', 'middling'].indexOf(text)) : [0, 1, 2]);
    }
    expect(gold).toBeGreaterThan(5);
    expect(gold).toBeLessThan(20);
    expect(rankings.length - published).toBe(30 - gold);
    expect(rankings.slice(published).every((ranking) => !ranking.messages?.some((message) => message?.content?.startsWith('gold')))).toBe(true);
    expect(await queue('mixed')).toMatchObject({ done: 30, open: 20, leased: 0 });
    // Their prompts are not offered to be answered, where they would be met again.
    expect((await listQueues(database.db)).unanswered).toBe(1);
    const { labelers } = await agreementReport(database.db, 'mixed');
    expect(labelers).toMatchObject([{ labelerId: 'ann', done: 30, skipped: 0, gold: { value: expect.closeTo(2 / 3, 5) as number, count: gold } }]);
  });

  test('labelers, their times and their agreement are told by run', async () => {
    await openQueue(database.db, { jobId: 'agree-job', runId: 'agree', stage: 'rank', seed: 1 }, records('agree', 3), { wanted: 6, labelersPerTask: 2 });
    const ranksOf: Record<string, number[][]> = { ann: [[0, 1, 2], [0, 1, 2], [0, 1, 2]], ben: [[0, 1, 2], [0, 1, 2], [2, 1, 0]] };
    const byTask = new Map<string, number>();
    for (const [labelerId, times] of [['ann', [1000, 2000, 9000]], ['ben', [4000, 6000, 5000]]] as const) {
      for (const activeMs of times) {
        const task = await take(labelerId, 'agree');
        const id = task.taskId ?? '';
        if (!byTask.has(id)) byTask.set(id, byTask.size);
        const ranks = ranksOf[labelerId]?.[byTask.get(id) ?? 0] ?? [];
        await submitTask(database.db, bus, aside, create(SubmitTaskRequest, { taskId: id, labelerId, activeMs, verdicts: ranks.map((rank) => ({ rank, rating: 0, flags: [] })) }));
      }
    }
    const report = await agreementReport(database.db, 'agree');
    expect(report.tau).toEqual({ value: 1 / 3, count: 3 });
    expect(report.labelers).toMatchObject([
      { labelerId: 'ann', done: 3, medianMs: { value: 2000, count: 3 }, tau: { value: 1 / 3, count: 3 }, gold: undefined },
      { labelerId: 'ben', done: 3, medianMs: { value: 5000, count: 3 }, tau: { value: 1 / 3, count: 3 } },
    ]);
    expect(report.tasks?.map((task) => [task?.labelers, task?.tau?.value])).toEqual([[2, -1], [2, 1], [2, 1]]);
    expect(report.tasks?.[0]?.prompt).toMatch(/^question \d of agree$/);
  });

  test('agreement counts rankings of the same answers that were asked for another run, each labeler\'s last one', async () => {
    const asked = records('forked', 2);
    await openQueue(database.db, { jobId: 'first-of-two-job', runId: 'first-of-two', stage: 'rank', seed: 1 }, asked, { wanted: 6, labelersPerTask: 3 });
    const first = await take('ann', 'first-of-two');
    await submit('ann', first, [0, 1, 2]);
    await submit('ann', await take('ann', 'first-of-two'), [0, 1, 2]);
    await submit('cyd', await take('cyd', 'first-of-two'), [1, 1, 0]);
    await closeQueue(database.db, 'first-of-two-job');
    const known = [{ answersId: first.promptId ?? '', taskId: first.taskId ?? '', labeler: 'ann' }];
    await openQueue(database.db, { jobId: 'fork-job', runId: 'fork-of-it', stage: 'rank', seed: 1 }, asked, { wanted: 4, labelersPerTask: 2, excluded: ['cyd'] }, () => Promise.resolve(known));
    // Of the other, ann is asked again.
    await submit('ann', await take('ann', 'fork-of-it'), [2, 1, 0]);
    for (let i = 0; i < 2; i += 1) await submit('ben', await take('ben', 'fork-of-it'), [0, 1, 2]);
    const { labelers, tasks } = await agreementReport(database.db, 'fork-of-it');
    expect(tasks?.map((task) => [task?.runId, task?.labelers, task?.tau?.value])).toEqual([['fork-of-it', 2, -1], ['fork-of-it', 2, 1]]);
    expect(labelers).toMatchObject([{ labelerId: 'ben', done: 2, tau: { value: 0, count: 2 } }, { labelerId: 'ann', done: 1, tau: { value: 0, count: 2 } }]);
    // Of all runs everybody's.
    const all = (await agreementReport(database.db, '')).tasks?.filter((task) => task?.prompt?.endsWith('of forked'));
    expect(all?.map((task) => task?.labelers).toSorted()).toEqual([2, 3]);
  });

  test('what labelers remark goes with their rankings and answers, and is told with the agreement, of gold questions too', async () => {
    await openQueue(database.db, { jobId: 'noted-job', runId: 'noted', stage: 'rank', seed: 1 }, records('noted', 4), { wanted: 4, labelersPerTask: 1, gold: { collection: 'gold', rate: 0.5 } });
    const remarked: { note: string; gold: boolean }[] = [];
    for (let i = 0; i < 4; i += 1) {
      const task = await take('ann', 'noted');
      const gold = task.answers?.some((answer) => answer?.text === 'best') === true;
      // Nothing but spaces is none.
      const note = i === 0 ? ' ' : `remark ${i}\n${'x'.repeat(1_000)}`;
      await submitTask(database.db, bus, aside, create(SubmitTaskRequest, { taskId: task.taskId ?? '', labelerId: 'ann', verdicts: [0, 1, 2].map((rank) => ({ rank })), note }));
      if (!gold) expect(rankings.at(-1)).toMatchObject({ note });
      if (i > 0) remarked.unshift({ note: note.slice(0, 500), gold });
    }
    const { notes } = await agreementReport(database.db, 'noted');
    expect(notes).toEqual(remarked.map((one) => ({ ...one, skipped: false, labelerId: 'ann', runId: 'noted', prompt: expect.stringMatching(one.gold ? /^gold/ : /^question/) as string })));
    expect(new Set(remarked.map(({ gold }) => gold))).toHaveLength(2);
    // Also where nothing else comes of it.
    const last = await take('ben', 'noted');
    await skipTask(database.db, create(SkipTaskRequest, { taskId: last.taskId ?? '', labelerId: 'ben', reason: 'cannot judge', note: 'In Latin.' }));
    expect((await agreementReport(database.db, 'noted')).notes?.[0]).toMatchObject({ note: 'In Latin.', labelerId: 'ben', skipped: true });
    expect((await agreementReport(database.db, 'two')).notes).toEqual([]);
    expect(() => create(SubmitTaskRequest, { taskId: 't', labelerId: 'ann', note: 'x'.repeat(2_001) })).toThrow('at most 2000 characters');
  });

  test('a program that counts ranks from 1, or leaves some out behind a tie, agrees with a person who ranks alike', async () => {
    await openQueue(database.db, { jobId: 'counts-job', runId: 'counts', stage: 'rank', seed: 1 }, records('counts', 2), { wanted: 4, labelersPerTask: 2 });
    for (const [labelerId, all] of [['ann', [[0, 1, 2], [0, 0, 1]]], ['program', [[1, 2, 3], [5, 5, 7]]]] as const) {
      for (const [i, text] of ['question 0 of counts', 'question 1 of counts'].entries()) {
        // Whichever of them comes first.
        const task = await take(labelerId, 'counts');
        const ranks = all[task.messages?.[0]?.content === text ? i : 1 - i] ?? [];
        await submit(labelerId, task, [...ranks]);
      }
    }
    expect(await agreementReport(database.db, 'counts')).toMatchObject({ alpha: { value: 1, count: 6 }, tau: { value: 1, count: 2 } });
    // A run that somebody has labeled for can be asked for, whatever is asked for now, and though few agree in others.
    await open('waits', 1, 1);
    const { runs, tasks } = await agreementReport(database.db, 'none');
    expect([runs?.includes('counts'), runs?.includes('waits'), tasks]).toEqual([true, false, []]);
  });

  test('answers that the database cannot hold as they are can be ranked', async () => {
    const record: AnswersRecord = { id: 'nul', messages: [{ role: 'user', content: 'say \0' }], answers: ['a\0', 'b'].map((text) => ({ text, finished: true })) };
    await openQueue(database.db, { jobId: 'nul-job', runId: 'nul', stage: 'rank', seed: 1 }, [record], { wanted: 1, labelersPerTask: 1 });
    const task = await take('ann', 'nul');
    expect(task.answers?.map((answer) => answer?.text).toSorted()).toEqual(['a\uFFFD', 'b']);
  });

  test('guidelines are those that were written last', async () => {
    expect(await getGuidelines(database.db)).toEqual({});
    await saveGuidelines(database.db, '# One');
    await saveGuidelines(database.db, '# Two\0');
    expect(await getGuidelines(database.db)).toMatchObject({ text: '# Two\uFFFD' });
    await expect(saveGuidelines(database.db, 'x'.repeat(100_001))).rejects.toMatchObject({ code: 'MC_USAGE' });
  });

  test('guidelines that were written from others than there are by now replace nothing', async () => {
    const { updatedAtMs: from } = await getGuidelines(database.db);
    const saved = await Promise.allSettled(['# Ann', '# Ben'].map((text) => saveGuidelines(database.db, text, from)));
    expect(saved.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(saved.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'MC_CONFLICT' } });
    const kept = await getGuidelines(database.db);
    expect(kept.text).toBe(saved[0]?.status === 'fulfilled' ? '# Ann' : '# Ben');
    // Nor does a text that was written when there were none, or in a time that no calendar has.
    for (const ms of [0, Number.MAX_SAFE_INTEGER]) await expect(saveGuidelines(database.db, '# First', ms)).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    // Whoever did not hear that theirs was stored sends it again.
    const again = await saveGuidelines(database.db, kept.text ?? '', from);
    expect(again.updatedAtMs).toBeGreaterThan(kept.updatedAtMs ?? 0);
    expect(await saveGuidelines(database.db, '# Both', again.updatedAtMs)).toMatchObject({ text: '# Both' });
  });

  test('what is stored is browsed by pages and found by its words', async () => {
    const page = (search: string, after = '', limit = 1) => listRecords(database.db, create(ListRecordsRequest, { collection: 'feedback', type: 'prompts', search, after, limit }));
    const first = await page('');
    const second = await page('', first.next);
    expect([first.records?.[0]?.id, second.records?.[0]?.id, second.next]).toEqual(['open-a', 'open-b', '']);
    expect((await page('100% B', '', 10)).records?.map((record) => record?.id)).toEqual(['open-b']);
    expect((await page('100x', '', 10)).records).toEqual([]);
    await expect(listRecords(database.db, create(ListRecordsRequest, { collection: 'none', type: 'prompts' }))).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
  });
});
