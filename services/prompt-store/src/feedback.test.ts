import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { DemonstrationWritten, PromptSubmitted, RankingSubmitted, create } from '@minchat/contracts';
import { listCollections } from './collections.ts';
import { promptId } from './digest.ts';
import { createFeedbackStore, type FeedbackStore } from './feedback.ts';
import { testStore } from './store.testing.ts';
import { testDatabases } from './testing.ts';

const messages = [{ role: 'user', content: 'Why?' }];
const prompt = create(PromptSubmitted, { promptId: 'p', userId: 'ada', messages });
const demonstration = create(DemonstrationWritten, { demonstrationId: 'd', promptId: 'p', labelerId: 'ann', messages, completion: 'So.', note: 'Short.' });
const ranking = create(RankingSubmitted, {
  rankingId: 'r',
  promptId: 'p',
  labelerId: 'ann',
  taskId: 'task',
  note: 'Both\0 are.',
  messages,
  answers: [{ text: 'So.', rank: 0, finished: true, rating: 7, flags: ['hallucinates'], model: 'sft' }, { text: 'No.', rank: 0, finished: false }],
});

describe.each(await testDatabases())('feedback in $name', ({ start }) => {
  const home = testStore(start);
  const { rows } = home;
  let store: FeedbackStore;
  beforeAll(async () => {
    store = await createFeedbackStore(home.database);
  });

  test('every message is stored once, in whatever order and however often they come', async () => {
    const sends = [() => store.addRanking(ranking), () => store.addPrompt(prompt), () => store.addDemonstration(demonstration)];
    for (const send of [...sends, ...sends.toReversed()]) await send();
    await Promise.all(sends.flatMap((send) => [send(), send()]));
    // A restarted service, or another instance, finds the same import.
    const again = await createFeedbackStore(home.database);
    await again.addRanking(ranking);

    expect(await listCollections(home.database.db)).toEqual([{ name: 'feedback', prompts: 1, demonstrations: 1, comparisons: 1, texts: 0 }]);
    expect(await rows(sql`select user_id from prompts`)).toEqual([{ user_id: 'ada' }]);
    expect(await rows(sql`select labeler_id, task_id, note from comparisons`)).toEqual([{ labeler_id: 'ann', task_id: 'task', note: 'Both\uFFFD are.' }]);
    expect(await rows(sql`select note from demonstrations`)).toEqual([{ note: 'Short.' }]);
    expect(await rows(sql`select position, text, rank, finished, rating, flags, model from ranked_answers order by position`)).toEqual([
      { position: 0, text: 'So.', rank: 0, finished: true, rating: 7, flags: ['hallucinates'], model: 'sft' },
      { position: 1, text: 'No.', rank: 0, finished: false, rating: null, flags: [], model: null },
    ]);
    expect(await rows(sql`select id from users`)).toEqual([{ id: 'ada' }]);
    expect(await rows(sql`select id from labelers`)).toEqual([{ id: 'ann' }]);
  });

  test('what cannot be used is refused, and leaves nothing', async () => {
    const before = await listCollections(home.database.db);
    const bad = { name: 'BadRecordError' };
    await expect(store.addPrompt(create(PromptSubmitted, { promptId: 'empty', messages: [] }))).rejects.toMatchObject(bad);
    await expect(store.addPrompt(create(PromptSubmitted, { promptId: 'turn', messages: [{ role: 'assistant', content: 'Hi' }] }))).rejects.toMatchObject(bad);
    await expect(store.addDemonstration({ ...demonstration, demonstrationId: 'blank', promptId: 'new', completion: ' ' })).rejects.toMatchObject(bad);
    await expect(store.addRanking({ ...ranking, rankingId: 'x', answers: ranking.answers.map((answer) => ({ ...answer, rating: 8 })) })).rejects.toMatchObject(bad);
    await expect(store.addRanking({ ...ranking, rankingId: 'x', answers: ranking.answers.map((answer) => ({ ...answer, rank: 2 ** 31 })) })).rejects.toMatchObject(bad);
    expect(await listCollections(home.database.db)).toEqual(before);
  });

  test('what the database cannot hold is kept as what a page shows for it', async () => {
    const nul = [{ role: 'user', content: 'Why\0?' }];
    await store.addPrompt(create(PromptSubmitted, { promptId: 'nul', userId: 'nobody', messages: nul }));
    await store.addDemonstration({ ...demonstration, demonstrationId: 'nul', promptId: 'nul', messages: nul, completion: 'So\0.' });
    await store.addRanking({ ...ranking, rankingId: 'nul', promptId: 'nul', messages: nul, answers: ranking.answers.map((answer, i) => ({ ...answer, text: `\0${i}`, flags: ['\0'] })) });
    expect(await rows(sql`select messages->0->>'content' as content from prompts where id = 'nul'`)).toEqual([{ content: 'Why\uFFFD?' }]);
    expect(await rows(sql`select completion from demonstrations where id = 'nul'`)).toEqual([{ completion: 'So\uFFFD.' }]);
    expect(await rows(sql`select text, flags from ranked_answers where comparison_id = 'nul' order by position`)).toEqual([{ text: '\uFFFD0', flags: ['\uFFFD'] }, { text: '\uFFFD1', flags: ['\uFFFD'] }]);
  });

  test('a ranking of another prompt that has the same id is of that prompt', async () => {
    const other = [{ role: 'user' as const, content: 'Why not?' }];
    for (const [rankingId, asked] of [['of-1', messages], ['of-2', other], ['of-3', other]] as const) {
      await store.addRanking(create(RankingSubmitted, { ...ranking, rankingId, promptId: 'train-0', messages: [...asked] }));
    }
    const own = promptId(other);
    expect(await rows(sql`select prompt_id from comparisons where id like 'of-%' order by id`)).toEqual([{ prompt_id: 'train-0' }, { prompt_id: own }, { prompt_id: own }]);
    expect(await rows(sql`select messages from prompts where id = ${own}`)).toEqual([{ messages: other }]);
  });

  test('a label that comes without the messages is about its author\'s prompt, where others sent the same', async () => {
    const people = ['zoe', 'amy'];
    for (const userId of people) await store.addPrompt(create(PromptSubmitted, { promptId: 'shared', userId, messages }));
    for (const userId of people) await store.addDemonstration({ ...demonstration, demonstrationId: `of ${userId}`, promptId: 'shared', userId, messages: [] });
    expect(await rows(sql`select id, user_id from demonstrations where prompt_id = 'shared' order by id`)).toEqual([{ id: 'of amy', user_id: 'amy' }, { id: 'of zoe', user_id: 'zoe' }]);
  });
});
