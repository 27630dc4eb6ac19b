import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Bus } from '@minchat/bus';
import { DemonstrationWritten, ForgetUserRequest, LeaseTaskRequest, PromptSubmitted, RankingSubmitted, SubmitTaskRequest, create } from '@minchat/contracts';
import { listCollections } from '../collections.ts';
import { consumeFeedback, createFeedbackStore, type FeedbackStore } from '../feedback.ts';
import { importFile } from '../imports/run-import.ts';
import { labelersNamed } from '../labeling/excluded.ts';
import { submitAgain } from '../labeling/handed-in.ts';
import { submitTask } from '../labeling/outcomes.ts';
import { excludedOf, listQueues, openQueue, tallyOf } from '../labeling/queues.ts';
import { leaseTask } from '../labeling/tasks.ts';
import { snapshotComparisons, snapshotDemonstrations, snapshotPromptRecords, takeSnapshot, type Snapshot } from '../snapshot.ts';
import { testStore } from '../store.testing.ts';
import { testDatabases, testLog } from '../testing.ts';
import { forgetUser } from './forget-user.ts';

const secret = 'My cat is called Mimi, what should she eat?';
const turn = (content: string) => [{ role: 'user' as const, content }];
const lines = [
  { prompt: secret, completion: 'Cat food.', user_id: 'eve', labeler: 'ann' },
  { prompt: secret, chosen: 'Cat food.', rejected: 'Chocolate.', user_id: 'eve' },
  { prompt: 'What is a yak?', completion: 'An ox.', user_id: 'bob', labeler: 'eve' },
  { prompt: 'What is a gnu?', answers: [{ text: 'An antelope.', rank: 0 }, { text: 'A cow.', rank: 1 }], user_id: 'bob', labeler: 'eve' },
];

describe.each(await testDatabases())('forgetting in $name', ({ start }) => {
  const home = testStore(start);
  const { rows } = home;
  let store: FeedbackStore;
  beforeAll(async () => {
    store = await createFeedbackStore(home.database);
  });
  beforeEach(async () => {
    for (const table of ['labeling_outcomes', 'labeling_tasks', 'labeling_queues', 'snapshot_prompts', 'snapshots', 'ranked_answers', 'comparisons', 'demonstrations', 'prompts', 'tombstones', 'users', 'labelers']) await home.database.db.execute(sql`delete from ${sql.identifier(table)}`);
    await home.database.db.execute(sql`delete from imports where format <> 'feedback'`);
    await home.database.db.execute(sql`update imports set prompts = 0, demonstrations = 0, comparisons = 0`);
  });

  const load = (collection: string, records: readonly object[] = lines) => home.load(collection, records);
  const forget = (userId: string, labels: 'anonymise' | 'delete', dryRun = false) => forgetUser(home.database.db, create(ForgetUserRequest, { userId, labels, dryRun }));
  /** Every text of every table that holds any. */
  const everything = async (): Promise<string> =>
    JSON.stringify([
      await rows(sql`select * from prompts`), await rows(sql`select * from demonstrations`), await rows(sql`select * from comparisons`), await rows(sql`select * from ranked_answers`),
      await rows(sql`select * from labeling_tasks`), await rows(sql`select * from labeling_outcomes`), await rows(sql`select * from labeling_queues`), await rows(sql`select settings from snapshots`), await rows(sql`select * from users`), await rows(sql`select * from labelers`), await rows(sql`select * from tombstones`),
    ]);
  const snapshot = (jobId: string, collection: string): Promise<Snapshot> =>
    takeSnapshot(home.database.db, { jobId, runId: `${jobId}-run`, collections: [collection], seed: 1, rules: { commonPrefix: 200, promptsPerUser: 200 }, splitFractions: { validation: 0, test: 0 } });
  const contentOf = async (taken: Snapshot): Promise<string> =>
    JSON.stringify([await Array.fromAsync(snapshotPromptRecords(home.database.db, taken, 'train')), await Array.fromAsync(snapshotDemonstrations(home.database.db, taken, 'train')), await Array.fromAsync(snapshotComparisons(home.database.db, taken, 'train'))]);

  const prompt = create(PromptSubmitted, { promptId: 'api-1', userId: 'eve', messages: turn('Mimi again: may she drink milk?') });
  const ranking = create(RankingSubmitted, { rankingId: 'r-1', promptId: 'api-1', labelerId: 'ann', messages: prompt.messages, answers: [{ text: 'Mimi may not.', rank: 0, finished: true }, { text: 'Yes.', rank: 1, finished: true }] });

  test('what a user sent is gone everywhere, what hangs on it too, and the rest stays', async () => {
    await load('animals');
    await store.addPrompt(prompt);
    await store.addRanking(ranking);
    await openQueue(home.database.db, { jobId: 'rank-job', runId: 'ranking-run', stage: 'rank', seed: 1 }, [{ id: 'api-1', messages: turn('Mimi again: may she drink milk?'), answers: [{ text: 'Mimi?', finished: true }, { text: 'b', finished: true }] }], { wanted: 1, labelersPerTask: 1 });
    expect(await contentOf(await snapshot('before', 'animals'))).toContain('Mimi');

    const told = await forget('eve', 'anonymise', true);
    expect(await everything()).toContain('Mimi');
    const reply = await forget('eve', 'anonymise');
    expect(reply).toEqual(told);
    expect(reply).toEqual({ prompts: 2, demonstrations: 1, comparisons: 2, tasks: 1, anonymised: 2, runs: ['before-run', 'ranking-run'] });

    const left = await everything();
    expect(left).not.toContain('Mimi');
    expect(left).not.toContain('"eve"');
    expect(left).toContain('What is a yak?');
    expect(await rows(sql`select labeler_id from demonstrations`)).toEqual([{ labeler_id: expect.stringMatching(/^forgotten-[0-9a-f]{12}$/) as string }]);
    expect(await listCollections(home.database.db)).toEqual([
      { name: 'animals', prompts: 2, demonstrations: 1, comparisons: 1, texts: 0 },
      { name: 'feedback', prompts: 0, demonstrations: 0, comparisons: 0, texts: 0 },
    ]);
    const next = await contentOf(await snapshot('after', 'animals'));
    expect(next).not.toContain('Mimi');
    expect(next).toContain('What is a gnu?');
  });

  test('neither an import nor a message that comes again brings it back', async () => {
    await load('animals');
    await store.addPrompt(prompt);
    await store.addRanking(ranking);
    await forget('eve', 'anonymise');

    // The same file; the same without authors; the same prompt by somebody else, which is theirs.
    expect(await load('again')).toMatchObject({ prompts: 2, demonstrations: 1, comparisons: 1, forgotten: 4 });
    expect(await load('unnamed', [{ prompt: secret, completion: 'Cat food.' }, { prompt: 'What is an emu?', completion: 'A bird.' }])).toMatchObject({ prompts: 1, demonstrations: 1, forgotten: 1 });
    // A tree stands for its author, where it names none.
    expect(await load('tree', [{ message_tree_id: 't', prompt: { text: secret, role: 'prompter', replies: [{ text: 'Mimi eats.', role: 'assistant' }] } }, { prompt: 'What is an ibis?' }])).toMatchObject({ prompts: 1, demonstrations: 0, forgotten: 1 });
    const bad = { name: 'BadRecordError' };
    await expect(store.addPrompt(prompt)).rejects.toMatchObject(bad);
    await expect(store.addPrompt({ ...prompt, promptId: 'api-2', messages: turn('Something new by Mimi') })).rejects.toMatchObject(bad);
    await expect(store.addRanking(ranking)).rejects.toMatchObject(bad);
    await expect(store.addDemonstration(create(DemonstrationWritten, { demonstrationId: 'd', promptId: 'x', labelerId: 'ann', messages: turn(secret), completion: 'Mimi.' }))).rejects.toMatchObject(bad);
    expect(await everything()).not.toContain('Mimi');
    expect(await everything()).not.toContain('"eve"');
    expect(await load('others', [{ prompt: secret, completion: 'Cat food.', user_id: 'bob' }])).toMatchObject({ prompts: 1, forgotten: 0 });
  });

  test('what a labeler remarked is gone, though their labels stay, and does not come back', async () => {
    const remarks = { completion: 'An ox.', labeler: 'eve', note: 'As a vet in Leeds I know.' };
    const noted = [{ prompt: 'What is a yak?', ...remarks }, { prompt: 'What is a gnu?', chosen: 'So.', rejected: 'No.', labeler: 'eve', note: remarks.note }];
    await load('noted', noted);
    await openQueue(home.database.db, { jobId: 'rank-job', runId: 'rank-run', stage: 'rank', seed: 1 }, [{ id: 'p', messages: turn('question'), answers: ['a', 'b'].map((text) => ({ text, finished: true })) }], { wanted: 1, labelersPerTask: 1 });
    const task = await leaseTask(home.database.db, create(LeaseTaskRequest, { labelerId: 'eve', kind: 'rank' }));
    const ranked = create(SubmitTaskRequest, { taskId: task.taskId ?? '', labelerId: 'eve', verdicts: [{ rank: 0 }, { rank: 1 }], note: remarks.note });
    await submitTask(home.database.db, { publishFeedback: () => Promise.resolve() }, store, ranked);
    await submitAgain(home.database.db, store, { ...ranked, note: 'Another one.' });
    await submitAgain(home.database.db, store, ranked);
    // With the ranking, with its task as it is, and as it was before.
    expect((await everything()).split('Leeds')).toHaveLength(6);
    await forget('eve', 'anonymise');
    await load('again', noted);
    await store.addRanking({ ...ranking, labelerId: 'eve', note: remarks.note });
    expect(await everything()).not.toContain('Leeds');
    expect((await listCollections(home.database.db)).map(({ comparisons }) => comparisons)).toEqual([1, 2, 1]);
  });

  test('who has an account is forgotten by its name, which is all that people see of it', async () => {
    await home.database.db.execute(sql`insert into accounts (id, name, name_key, role, password_hash) values ('account-1', 'Ada L', 'ada l', 'labeler', '')`);
    await load('team', [{ prompt: secret, completion: 'Cat food.', user_id: 'account-1', labeler: 'account-1' }, { prompt: 'What is a yak?', completion: 'An ox.', labeler: 'account-1' }]);
    expect(await forget('ADA  L', 'anonymise', true)).toMatchObject({ prompts: 1, demonstrations: 1, anonymised: 1 });
    expect(await forget('ADA  L', 'anonymise')).toMatchObject({ prompts: 1, demonstrations: 1, anonymised: 1 });
    expect(await everything()).not.toContain('"account-1"');
    // Nobody else who is called so in a file was meant; where there is something of theirs already it is told and goes, too.
    expect(await load('named', [{ prompt: 'What is a gnu?', user_id: 'Ada L' }])).toMatchObject({ prompts: 1, forgotten: 0 });
    expect(await forget('Ada L', 'anonymise')).toMatchObject({ prompts: 1 });
    expect(await load('again', [{ prompt: 'What is an emu?', user_id: 'Ada L' }])).toMatchObject({ prompts: 0, forgotten: 1 });
    await home.database.db.execute(sql`delete from accounts`);
  });

  test.each(['anonymise', 'delete'] as const)('who was left out stays so, named by nothing: %s', async (labels) => {
    await load('animals');
    const db = home.database.db;
    await takeSnapshot(db, { jobId: 'left-out', runId: 'left-out-run', collections: ['animals'], seed: 1, rules: { commonPrefix: 200, promptsPerUser: 200 }, splitFractions: { validation: 0, test: 0 }, excluded: ['eve', 'hasty'] });
    const asked = [{ id: 'p', messages: turn('question'), answers: ['a', 'b'].map((text) => ({ text, finished: true })) }];
    const job = { jobId: 'rank-job', runId: 'rank-run', stage: 'rank', seed: 1 };
    await openQueue(db, job, asked, { wanted: 2, labelersPerTask: 2, excluded: ['eve'] }, () => Promise.resolve([{ answersId: 'p', taskId: 'earlier', labeler: 'eve' }]));
    const told = await labelersNamed(db, ['eve']);
    await forget('eve', labels);
    expect(await everything()).not.toContain('"eve"');
    expect(await everything()).toContain('"hasty"');
    const [stayed] = (await rows(sql`select labeler_id from demonstrations where labeler_id <> 'ann'`)).map((row) => row['labeler_id']);
    expect([told, await labelersNamed(db, ['eve'])]).toEqual([['eve'], ['eve', ...(labels === 'delete' ? [] : [stayed])]]);
    expect(await excludedOf(db, 'rank-job')).toEqual(labels === 'delete' ? [] : [stayed]);
    // What is there no more is wanted anew.
    expect(await tallyOf(db, 'rank-job')).toEqual({ toCome: labels === 'delete' ? 2 : 1, beyond: 0 });
  });

  test('labels are deleted when that is asked for, and stay deleted', async () => {
    await load('animals');
    const own = create(DemonstrationWritten, { demonstrationId: 'own', promptId: 'studio-1', labelerId: 'eve', userId: 'eve', messages: turn('Who is Mimi?'), completion: 'A cat.' });
    await store.addDemonstration(own);
    expect(await forget('eve', 'delete')).toMatchObject({ prompts: 2, demonstrations: 3, comparisons: 2, anonymised: 0 });
    expect(await rows(sql`select id from demonstrations`)).toEqual([]);
    // Bob's prompts are his; what eve made of them is not kept.
    expect(await load('again')).toMatchObject({ prompts: 2, demonstrations: 0, comparisons: 0, forgotten: 4 });
    await expect(store.addDemonstration(own)).rejects.toMatchObject({ name: 'BadRecordError' });
    await expect(store.addDemonstration({ ...own, userId: 'bob', messages: turn('What is a rhea?') })).rejects.toMatchObject({ name: 'BadRecordError' });
    // Once more finds nothing, and changes nothing.
    expect(await forget('eve', 'anonymise')).toMatchObject({ prompts: 0, demonstrations: 0, comparisons: 0, anonymised: 0 });
    expect(await load('third')).toMatchObject({ demonstrations: 0, comparisons: 0 });
  });

  test('a prompt that came without its author goes with the author\'s', async () => {
    await load('animals', [{ prompt: secret }, { prompt: 'What is a yak?', user_id: 'bob' }, { prompt: secret, user_id: 'eve' }]);
    expect(await forget('eve', 'anonymise')).toMatchObject({ prompts: 2 });
    expect(await rows(sql`select user_id from prompts`)).toEqual([{ user_id: 'bob' }]);
  });

  test('what labelers make of a prompt that another person sent as well is kept, and goes with theirs', async () => {
    await load('animals', [{ prompt: secret, user_id: 'eve' }, { prompt: secret, user_id: 'bob' }]);
    await forget('eve', 'anonymise');
    // The task names no author.
    const task = await leaseTask(home.database.db, create(LeaseTaskRequest, { labelerId: 'ann', kind: 'write' }));
    expect(task.messages).toEqual(turn(secret));
    await store.addDemonstration(create(DemonstrationWritten, { demonstrationId: 'd', promptId: task.promptId ?? '', labelerId: 'ann', messages: turn(secret), completion: 'Cat food.' }));
    expect(await rows(sql`select user_id, completion from demonstrations`)).toEqual([{ user_id: 'bob', completion: 'Cat food.' }]);
    expect(await forget('bob', 'anonymise')).toMatchObject({ prompts: 2, demonstrations: 1 });
  });

  test('of one prompt by two people in one import each is forgotten with what hangs on theirs', async () => {
    const both = [
      { prompt: secret, completion: 'Bob has a cat, too.', user_id: 'bob' },
      { prompt: secret, chosen: 'Bob.', rejected: 'Cats.', user_id: 'bob' },
      { prompt: secret, completion: 'Eve has no dog.', user_id: 'eve' },
      { prompt: secret, chosen: 'Eve.', rejected: 'Dogs.', user_id: 'eve' },
      { prompt: secret, completion: 'Of nobody.' },
    ];
    for (const [person, other] of [['Bob', 'Eve'], ['Eve', 'Bob']] as const) {
      await load(person, both);
      // To the rules it is one prompt, of which all is kept.
      const taken = await snapshot(`before-${person}`, person);
      expect(taken.kept).toEqual({ train: 1, validation: 0, test: 0 });
      expect(taken.dropped).toEqual({});
      for (const text of ['Bob has', 'Eve has', 'Bob.', 'Eve.', 'nobody']) expect(await contentOf(taken)).toContain(text);

      expect(await forget(person.toLowerCase(), 'anonymise')).toMatchObject({ prompts: 2, demonstrations: 2, comparisons: 1 });
      const left = await everything();
      expect(left).not.toContain(person);
      expect(left).not.toContain('nobody');
      const next = await contentOf(await snapshot(`after-${person}`, person));
      expect(next).toContain(`${other} has`);
      expect(next).toContain(`${other}.`);
      await forget(other.toLowerCase(), 'anonymise');
      await home.database.db.execute(sql`delete from tombstones`);
    }
  });

  test('of one prompt by two people in the feedback, too', async () => {
    const asked = [{ role: 'user', content: secret }];
    for (const userId of ['bob', 'eve']) {
      await store.addPrompt(create(PromptSubmitted, { promptId: 'same', userId, messages: asked }));
      await store.addDemonstration(create(DemonstrationWritten, { demonstrationId: userId, promptId: 'same', userId, messages: asked, labelerId: 'ann', completion: `for ${userId}` }));
    }
    expect(await forget('eve', 'anonymise')).toMatchObject({ prompts: 1, demonstrations: 1 });
    expect(await rows(sql`select user_id, completion from demonstrations`)).toEqual([{ user_id: 'bob', completion: 'for bob' }]);
  });

  test('labels that stayed under a pseudonym can still be deleted, with all that is known of it', async () => {
    const answers = [{ text: 'a', finished: true }, { text: 'b', finished: true }];
    await openQueue(home.database.db, { jobId: 'rank-job', runId: 'rank-run', stage: 'rank', seed: 1 }, ['p1', 'p2'].map((id) => ({ id, messages: turn(`question ${id}`), answers })), { wanted: 2, labelersPerTask: 1 });
    const handedIn: RankingSubmitted[] = [];
    for (let i = 0; i < 2; i++) {
      const task = await leaseTask(home.database.db, create(LeaseTaskRequest, { labelerId: 'eve', kind: 'rank' }));
      const publishFeedback = async (_: string, message: object) => void handedIn.push(create(RankingSubmitted, message as RankingSubmitted));
      await submitTask(home.database.db, { publishFeedback } as Pick<Bus, 'publishFeedback'>, store, create(SubmitTaskRequest, { taskId: task.taskId ?? '', labelerId: 'eve', verdicts: [{ rank: 0 }, { rank: 1 }] }));
    }
    await home.database.db.execute(sql`insert into labeling_tasks (id, kind, job_id, prompt_id, messages, answers, gold, gold_for) values ('gold', 'rank', 'rank-job', 'p', '[]', '[]', '[0]', 'eve')`);
    // The messages come when it is stored already.
    for (const message of handedIn) await store.addRanking(message);
    await snapshot('seen', 'feedback');
    expect((await tallyOf(home.database.db, 'rank-job')).toCome).toBe(0);

    const [first, second] = [await forget('eve', 'anonymise'), await forget('eve', 'anonymise')];
    expect(first).toMatchObject({ anonymised: 2, comparisons: 0, runs: ['rank-run', 'seen-run'] });
    expect(second).toMatchObject({ anonymised: 0, runs: ['rank-run', 'seen-run'] });
    expect(await everything()).not.toContain('"eve"');
    expect(await forget('eve', 'delete')).toMatchObject({ comparisons: 2, anonymised: 0, runs: ['rank-run', 'seen-run'] });
    expect(await everything()).not.toContain('forgotten-');
    // Others are asked.
    expect((await tallyOf(home.database.db, 'rank-job')).toCome).toBe(2);
    expect((await listQueues(home.database.db)).queues).toMatchObject([{ done: 0, open: 2 }]);
    expect((await leaseTask(home.database.db, create(LeaseTaskRequest, { labelerId: 'ann', kind: 'rank' }))).taskId).toBeTruthy();
  });

  test('what is handed in by somebody whose labels are not kept is not waited for', async () => {
    let receive: ((message: RankingSubmitted) => Promise<void>) | undefined;
    const bus = {
      consumeFeedback: async (_: string, handlers: { ranking: typeof receive }) => void (receive = handlers.ranking),
      publishFeedback: async (_: string, message: object) => receive?.(create(RankingSubmitted, message as RankingSubmitted)),
    } as unknown as Bus;
    await consumeFeedback(bus, store, testLog);
    await forget('eve', 'delete');
    await openQueue(home.database.db, { jobId: 'rank-job', runId: 'rank-run', stage: 'rank', seed: 1 }, [{ id: 'p', messages: turn('question'), answers: ['a', 'b'].map((text) => ({ text, finished: true })) }], { wanted: 1, labelersPerTask: 1 });
    const task = await leaseTask(home.database.db, create(LeaseTaskRequest, { labelerId: 'eve', kind: 'rank' }));
    expect((await tallyOf(home.database.db, 'rank-job')).toCome).toBe(1);
    await submitTask(home.database.db, bus, store, create(SubmitTaskRequest, { taskId: task.taskId ?? '', labelerId: 'eve', verdicts: [{ rank: 0 }, { rank: 1 }] }));
    expect((await tallyOf(home.database.db, 'rank-job')).toCome).toBe(0);
  });

  test('a queue counts no rankings of prompts that are gone', async () => {
    await store.addPrompt(prompt);
    const answers = ['a', 'b'].map((text) => ({ text, finished: true }));
    await openQueue(home.database.db, { jobId: 'rank-job', runId: 'rank-run', stage: 'rank', seed: 1 }, ['api-1', 'other'].map((id) => ({ id, messages: turn(`question ${id}`), answers })), { wanted: 2, labelersPerTask: 1 });
    for (let i = 0; i < 2; i++) {
      const task = await leaseTask(home.database.db, create(LeaseTaskRequest, { labelerId: 'ann', kind: 'rank' }));
      await submitTask(home.database.db, { publishFeedback: () => Promise.resolve() }, store, create(SubmitTaskRequest, { taskId: task.taskId ?? '', labelerId: 'ann', verdicts: [{ rank: 0 }, { rank: 1 }] }));
    }
    expect((await listQueues(home.database.db)).queues).toMatchObject([{ done: 2 }]);
    await forget('eve', 'anonymise');
    expect((await listQueues(home.database.db)).queues).toMatchObject([{ done: 1 }]);
  });

  test.each(['at once', 'after their labels had stayed'])('an import that runs while somebody is forgotten, %s, is broken off', async (when) => {
    if (when !== 'at once') await forget('eve', 'anonymise');
    const many = Array.from({ length: 3000 }, (_, i) => ({ prompt: `${i} ${'x'.repeat(600)}`, user_id: i === 0 ? 'eve' : 'bob' }));
    await writeFile(join(home.folder, 'many.jsonl'), many.map((record) => JSON.stringify(record)).join('\n'));
    const running = importFile(home.database, { path: join(home.folder, 'many.jsonl'), format: 'jsonl', collection: 'many', strict: true });
    // By a clock that runs fast it tells how far it is after its first batch, in the middle of the file.
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
    expect((await running.next()).value).toMatchObject({ done: false });
    clock.mockRestore();
    await forget('eve', 'delete');
    await expect(Array.fromAsync(running)).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    expect((await listCollections(home.database.db)).map((one) => one.name)).not.toContain('many');
  });
});
