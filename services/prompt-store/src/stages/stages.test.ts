import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadRecords, readDatasetInfo, splits, writeDataset, type AnswersRecord } from '@minchat/datasets';
import type { Metrics, StageContext, StageDefinition } from '@minchat/stage';
import { createWorld } from '@minchat/world';
import { LeaseTaskRequest, RankingSubmitted, SubmitTaskRequest, create } from '@minchat/contracts';
import { promptId } from '../digest.ts';
import { createFeedbackStore } from '../feedback.ts';
import { submitAgain } from '../labeling/handed-in.ts';
import { submitTask } from '../labeling/outcomes.ts';
import { listQueues } from '../labeling/queues.ts';
import { leaseTask } from '../labeling/tasks.ts';
import { testStore } from '../store.testing.ts';
import { testDatabases, testLog } from '../testing.ts';
import { dataStage } from './data.ts';
import { rankStage } from './rank.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-stages-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let runs = 0;

/** Runs a stage as the host does: settings parsed, folders for what goes in and comes out. */
async function runStage(stage: StageDefinition, settings: unknown, options: { seed?: number; inputs?: Record<string, string>; signal?: AbortSignal } = {}): Promise<{ metrics: Metrics; out: (name: string) => string }> {
  runs += 1;
  const home = join(folder, `run-${runs}`);
  for (const name of Object.keys(stage.outputs)) await mkdir(join(home, name), { recursive: true });
  const out = (name: string): string => join(home, name);
  const inputs = options.inputs ?? {};
  const context: StageContext<unknown> = {
    runId: 'run',
    jobId: `job-${runs}`,
    stage: stage.kind,
    seed: options.seed ?? 1,
    settings: stage.settings.parse(settings),
    log: testLog,
    signal: options.signal ?? new AbortController().signal,
    input: (name) => inputs[name] as string,
    hasInput: (name) => name in inputs,
    output: out,
    progress: () => undefined,
    checkpoint: { restore: () => Promise.resolve(undefined), save: () => Promise.resolve(), due: () => false },
  };
  return { metrics: await stage.run(context), out };
}

async function bytesOf(root: string): Promise<Record<string, string>> {
  const files = (await readdir(root)).toSorted();
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await readFile(join(root, file), 'utf8')] as const)));
}

const outputs = ['corpus', 'demonstrations', 'prompts', 'comparisons'];

describe.each(await testDatabases())('stages on $name', ({ name: databaseName, start }) => {
  const home = testStore(start);
  const { load } = home;
  let data: StageDefinition;
  let rank: StageDefinition;

  beforeAll(async () => {
    // The stage's own types are narrower than what the host, and this test, hand it.
    data = dataStage(home.database.db) as unknown as StageDefinition;
    rank = rankStage(home.database.db) as unknown as StageDefinition;

    const lines = Array.from({ length: 300 }, (_, i) => {
      const person = { user_id: `user-${i % 60}`, labeler: `labeler-${i % 3}`, note: 'a remark' };
      if (i % 3 === 0) return { prompt: `How do I do ${i}?`, completion: `Like ${i}.`, ...person, use_case: 'open_qa' };
      return i % 3 === 1 ? { prompt: `What is ${i}?`, chosen: `It is ${i}.`, rejected: 'No idea.', ...person } : { prompt: `Tell me about ${i}`, ...person };
    });
    await load('mixed', lines);
    await load('mixed', [{ prompt: 'how do I do 3?', completion: 'Again.', user_id: 'late' }, { prompt: 'Write to jane.doe@example.com', user_id: 'mailer' }]);
    await load('ranked', Array.from({ length: 40 }, (_, i) => ({ prompt: `Which ${i}?`, chosen: `This ${i}.`, rejected: `That ${i}.` })));
    await load('texts', Array.from({ length: 250 }, (_, i) => ({ text: `text ${i}` })));
  }, 120_000);

  const mixed = { source: 'collection', collection: 'mixed', splitFractions: { validation: 0.2, test: 0.1 } };

  test('a collection gives the same bytes every time, and other splits for another seed', async () => {
    const one = await runStage(data, mixed);
    const two = await runStage(data, mixed);
    const other = await runStage(data, mixed, { seed: 2 });
    for (const name of outputs) expect(await bytesOf(one.out(name))).toEqual(await bytesOf(two.out(name)));
    // What labelers remarked is for people alone.
    for (const name of outputs) expect(JSON.stringify(await bytesOf(one.out(name)))).not.toContain('remark');
    expect(await bytesOf(one.out('prompts'))).not.toEqual(await bytesOf(other.out('prompts')));
    expect(one.metrics).toEqual(two.metrics);
  });

  test('what a labeler wrote and ranked is left out where that is asked for, and is there again where it is not', async () => {
    const by = (i: number) => ['careful', 'hasty', undefined][i % 3];
    await load('labeled', Array.from({ length: 60 }, (_, i) => [{ prompt: `How ${i}?`, completion: `So ${i}.`, labeler: by(i) }, { prompt: `Which ${i}?`, chosen: 'This.', rejected: 'That.', labeler: by(i) }]).flat());
    const settings = { ...mixed, collection: 'labeled' };
    const all = await runStage(data, settings);
    const left = await runStage(data, { ...settings, excludeLabelers: ['hasty'] });
    expect(left.metrics).toMatchObject({ 'excluded/demonstrations': 20, 'excluded/comparisons': 20, 'prompts': all.metrics['prompts'] });
    expect(await bytesOf(left.out('prompts'))).toEqual(await bytesOf(all.out('prompts')));
    for (const split of splits) {
      // Whoever is left is where they were; of comparisons it is told who they are by.
      expect(await loadRecords(left.out('comparisons'), 'comparisons', split)).toEqual((await loadRecords(all.out('comparisons'), 'comparisons', split)).filter(({ labeler }) => labeler !== 'hasty'));
      const numbers = (await loadRecords(left.out('demonstrations'), 'demonstrations', split)).map(({ completion }) => Number(completion.slice(3, -1)));
      expect(numbers.filter((i) => by(i) === 'hasty')).toEqual([]);
      expect(numbers.length).toBe((await loadRecords(all.out('demonstrations'), 'demonstrations', split)).filter(({ completion }) => by(Number(completion.slice(3, -1))) !== 'hasty').length);
    }
    const again = await runStage(data, settings);
    expect(again.metrics).toEqual(all.metrics);
    for (const name of outputs) expect(await bytesOf(again.out(name))).toEqual(await bytesOf(all.out(name)));
    // A slip of the pen would leave out nobody.
    await expect(runStage(data, { ...settings, excludeLabelers: ['careful', 'Hasty'] })).rejects.toMatchObject({ code: 'MC_STAGE_SETTINGS', message: 'excludeLabelers: expected labelers that there are, found "Hasty"' });
  });

  test('all of a user is in one split, though some came without their name at first', async () => {
    const asked = Array.from({ length: 40 }, (_, i) => ({ prompt: `What did Bob ask ${i}?` }));
    await load('users', asked);
    await load('users', asked.toReversed().flatMap((line) => [line, { ...line, user_id: 'bob' }]));
    const { metrics } = await runStage(data, { ...mixed, collection: 'users', splitFractions: { validation: 0.2, test: 0.1 } });
    expect(splits.map((split) => metrics[`kept/${split}`]).filter((count) => count !== 0)).toEqual([40]);
  });

  test('conversations with one opening are in one split, whatever its case and spacing, those that an older version stored, too', async () => {
    const opened = (opening: string, i: number) => [{ role: 'user', content: opening }, { role: 'assistant', content: `Yes ${i}.` }, { role: 'user', content: `And ${opening}?` }];
    await load('branches', Array.from({ length: 40 }, (_, i) => [`Tell me of ${i}`, ` tell  ME of ${i}\n`].map((opening) => ({ prompt: opened(opening, i), completion: `So ${opening}.` }))).flat());
    // As of a version that told openings apart by case.
    await home.database.db.execute(sql`update prompts set user_id = 'thread:' || md5(id) where user_id in (select user_id from prompts where messages->0->>'content' in ('Tell me of 3', 'Tell me of 4'))`);
    const { out } = await runStage(data, { ...mixed, collection: 'branches', commonPrefix: 1_000 });
    const places = new Map<number, Set<string>>();
    for (const split of splits) {
      for (const { messages } of await loadRecords(out('demonstrations'), 'demonstrations', split)) {
        const number = Number(/\d+/.exec(messages[0]?.content ?? '')?.[0]);
        places.set(number, (places.get(number) ?? new Set()).add(split));
      }
    }
    expect([...places.values()].every((own) => own.size === 1)).toBe(true);
    expect(new Set([...places.values()].flatMap((own) => [...own]))).toHaveLength(3);
  });

  test('records are sorted by id, users are in one split each, duplicates are gone', async () => {
    const { out, metrics } = await runStage(data, mixed);
    const texts = new Map<string, string>();
    for (const split of splits) {
      const prompts = await loadRecords(out('prompts'), 'prompts', split);
      expect(prompts.map((prompt) => prompt.id)).toEqual(prompts.map((prompt) => prompt.id).toSorted());
      for (const prompt of prompts) texts.set(prompt.messages[0]?.content ?? '', split);
    }
    // Prompts i and i + 60 are one user's.
    for (let i = 0; i < 240; i += 1) {
      const of = (n: number): string | undefined => texts.get(['How do I do', 'What is', 'Tell me about'][n % 3] + (n % 3 === 2 ? ` ${n}` : ` ${n}?`));
      // Of prompt 3 and its duplicate either may be the one that stays.
      if (i !== 3) expect(of(i + 60)).toBe(of(i));
    }
    expect([texts.has('How do I do 3?'), texts.has('how do I do 3?')].filter(Boolean)).toHaveLength(1);
    expect(metrics['dropped/duplicate']).toBe(1);
    expect(metrics['dropped']).toBe(Object.entries(metrics).reduce((sum, [name, count]) => sum + (name.startsWith('dropped/') ? count : 0), 0));
    expect(texts.size).toBe(300 + (texts.has('Write to jane.doe@example.com') ? 1 : 0));
    expect(texts.get('Write to jane.doe@example.com')).not.toBe('train');
    const [demonstration] = await loadRecords(out('demonstrations'), 'demonstrations', 'train');
    expect(demonstration?.useCase).toBe('open_qa');
    const comparisons = await loadRecords(out('comparisons'), 'comparisons', 'train');
    expect(comparisons.every((comparison) => comparison.answers.length === 2 && comparison.labeler?.startsWith('labeler-'))).toBe(true);
    const [decided] = await home.rows<{ n: number }>(sql`select count(*)::int as n from snapshot_prompts where dropped_reason = 'duplicate'`);
    expect(decided?.n).toBeGreaterThan(0);
  });

  test('prompts come with their right answers, those too that were imported without at first', async () => {
    const asked = Array.from({ length: 20 }, (_, i) => ({ prompt: `How much is ${i} and 1?` }));
    await load('sums', asked);
    await load('sums', asked.slice(1).map((line, i) => ({ ...line, reference: i + 2 })));
    const { out } = await runStage(data, { ...mixed, collection: 'sums', splitFractions: { validation: 0, test: 0 } });
    const found = new Map((await loadRecords(out('prompts'), 'prompts', 'train')).map(({ messages, reference }) => [messages[0]?.content, reference]));
    expect(found.get('How much is 7 and 1?')).toBe('8');
    expect([...found.values()].filter((reference) => reference === undefined)).toHaveLength(1);
  });

  test('several collections are taken as one', async () => {
    await load('also', [{ prompt: 'how do I do 3?', completion: 'Again and again.', user_id: 'late' }, { prompt: 'Which 0?', chosen: 'Neither.', rejected: 'Both.' }]);
    const alone = await runStage(data, { ...mixed, splitFractions: { validation: 0, test: 0 } });
    const { metrics, out } = await runStage(data, { ...mixed, also: ['ranked', 'also', 'ranked'], splitFractions: { validation: 0, test: 0 } });
    expect(metrics['comparisons']).toBe((alone.metrics['comparisons'] ?? 0) + 41);
    // The prompts of both, one that is in both once.
    expect(metrics['prompts']).toBe((alone.metrics['prompts'] ?? 0) + 40);
    const answersTo = async (question: string) => (await loadRecords(out('demonstrations'), 'demonstrations', 'train')).filter(({ messages }) => messages[0]?.content.toLowerCase() === question).map(({ completion }) => completion);
    expect(await answersTo('how do i do 3?')).toContain('Again and again.');
    await expect(runStage(data, { ...mixed, also: ['nothing'] })).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
    // What a run was given so is no gold, either.
    const input = await answers([{ id: 'p', messages: [{ role: 'user', content: 'Heads?' }] }], () => ['a', 'b']);
    await expect(runStage(rank, { labelers: 'human', gold: { collection: 'also' } }, { inputs: { answers: input } })).rejects.toMatchObject({ code: 'MC_STAGE_SETTINGS' });
  });

  test('limits hold for each split', async () => {
    const { out } = await runStage(data, { ...mixed, limits: { prompts: 5, demonstrations: 0 } });
    expect((await readDatasetInfo(out('prompts'))).counts).toEqual({ train: 5, validation: 5, test: 5 });
    expect((await readDatasetInfo(out('demonstrations'))).counts).toEqual({ train: 0, validation: 0, test: 0 });
  });

  test('without texts conversations are the corpus, without demonstrations the best answers stand in', async () => {
    const { out } = await runStage(data, { source: 'collection', collection: 'ranked' });
    const demonstrations = await loadRecords(out('demonstrations'), 'demonstrations', 'train');
    expect(demonstrations.length).toBeGreaterThan(20);
    expect(demonstrations.every((record) => record.completion.startsWith('This'))).toBe(true);
    const [text] = await loadRecords(out('corpus'), 'text', 'train');
    expect(text?.text).toMatch(/^Which \d+\?\n\nThis \d+\.$/);
  });

  test('an answer that was cut off stands in for no demonstration', async () => {
    const answers = (...given: [string, number, boolean][]) => given.map(([text, rank, finished]) => ({ text, rank, finished }));
    await load('unfinished', [
      { prompt: 'Who?', answers: answers(['Cut o', 0, false], ['Whole.', 1, true]) },
      { prompt: 'When?', answers: answers(['Cut o', 0, false], ['Now.', 0, true], ['Then.', 1, true]) },
    ]);
    const { out } = await runStage(data, { source: 'collection', collection: 'unfinished', splitFractions: { validation: 0, test: 0 } });
    expect((await loadRecords(out('demonstrations'), 'demonstrations', 'train')).map((record) => record.completion)).toEqual(['Now.']);
  });

  test('raw texts are the corpus where there are some', async () => {
    const { out } = await runStage(data, { source: 'collection', collection: 'texts' });
    const { counts } = await readDatasetInfo(out('corpus'), 'text');
    expect((counts['train'] ?? 0) + (counts['validation'] ?? 0)).toBe(250);
    expect(counts['validation']).toBeGreaterThan(5);
  });

  test('an unknown collection is told with those that there are', async () => {
    await expect(runStage(data, { source: 'collection', collection: 'mixd' })).rejects.toMatchObject({ code: 'MC_NOT_FOUND', message: expect.stringMatching(/mixed, ranked, sums, texts/) as string });
  });

  test('the world is written whole: the rules find nothing to drop in it', async () => {
    const settings = { source: 'world', documents: 30, validationDocuments: 5, prompts: { train: 60, validation: 10, test: 10 }, demonstrations: { train: 40, validation: 5 } };
    const one = await runStage(data, settings);
    const two = await runStage(data, settings);
    expect(one.metrics).toEqual({ texts: 30, prompts: 60, demonstrations: 40, comparisons: 0, dropped: 0 });
    for (const name of outputs) expect(await bytesOf(one.out(name))).toEqual(await bytesOf(two.out(name)));
    expect((await readDatasetInfo(one.out('prompts'))).counts).toEqual({ train: 60, validation: 10, test: 10 });
    await expect(runStage(data, { ...settings, prompts: { train: 10_000_000, validation: 1, test: 1 } })).rejects.toMatchObject({ code: 'MC_STAGE_SETTINGS' });
  });

  async function answers<T extends { id: string; messages: AnswersRecord['messages'] }>(prompts: readonly T[], repliesTo: (prompt: T, i: number) => readonly string[]): Promise<string> {
    runs += 1;
    const path = join(folder, `answers-${runs}`);
    const train = prompts.map((prompt, i) => ({ id: prompt.id, messages: prompt.messages, answers: repliesTo(prompt, i).map((text) => ({ text, finished: true })) }));
    await writeDataset(path, 'answers', { train });
    return path;
  }

  test('simulated labelers rank the world’s answers, and tell how far they agree', async () => {
    const world = createWorld({ seed: 5, sizes: { documents: 1, validationDocuments: 1, prompts: { train: 1, validation: 1, test: 1 }, demonstrations: { train: 200, validation: 1 } } });
    // A good answer and three bad ones: a good one to another question, none, and one broken off.
    const input = await answers(world.demonstrations.train, ({ completion }, i) => [completion, world.demonstrations.train.at(i - 1)?.completion ?? '', 'asdf asdf', completion.slice(0, 5)]);
    const { metrics, out } = await runStage(rank, { labelers: 'simulated' }, { inputs: { answers: input } });
    expect(metrics['comparisons']).toBe(200);
    expect(metrics['labelerAgreement']).toBeGreaterThan(0.6);
    expect(metrics['noiseCeiling']).toBeGreaterThan(0.6);
    expect((await readDatasetInfo(out('comparisons'))).metrics).toEqual({ noise_ceiling: metrics['noiseCeiling'], labeler_agreement: metrics['labelerAgreement'] });
    const train = await loadRecords(out('comparisons'), 'comparisons', 'train');
    const validation = await loadRecords(out('comparisons'), 'comparisons', 'validation');
    expect(train.length + validation.length).toBe(200);
    expect(validation.length).toBeGreaterThan(5);
    expect(new Set(train.map((record) => record.labeler)).size).toBeGreaterThan(5);

    const several = await runStage(rank, { labelers: 'simulated', labelersPerPrompt: 3 }, { inputs: { answers: input } });
    expect(several.metrics['comparisons']).toBe(600);
    const prompts = (await loadRecords(several.out('comparisons'), 'comparisons', 'validation')).map((record) => record.messages[0]?.content);
    const inTrain = new Set((await loadRecords(several.out('comparisons'), 'comparisons', 'train')).map((record) => record.messages[0]?.content));
    expect(prompts.some((prompt) => inTrain.has(prompt))).toBe(false);
  });

  test('what was ranked before is handed on behind the new rankings, each once, all of a prompt in one split', async () => {
    const asked = ['old', 'new'].map((id) => ({ id, messages: [{ role: 'user' as const, content: `question ${id}` }] }));
    const compared = (id: string, content: string) => ({ id, messages: [{ role: 'user' as const, content }], answers: [{ text: 'one', finished: true, rank: 0 }, { text: 'two', finished: true, rank: 1 }] });
    const earlier = join(folder, 'earlier');
    // Of a prompt that is asked again, too, and is in the validation split there; and one that this stage finds by itself.
    await writeDataset(earlier, 'comparisons', { train: [compared('c1', 'long ago')], validation: [compared('c2', 'question old'), compared('c3', 'held out')], test: [compared('found', 'question new')] });
    const store = await createFeedbackStore(home.database);
    for (const [rankingId, content] of [['found', 'question new'], ['also', 'question old']] as const) {
      await store.addRanking(create(RankingSubmitted, { rankingId, promptId: content.slice(9), labelerId: 'eve', messages: [{ role: 'user', content }], answers: ['one', 'two'].map((text, rank_) => ({ text, rank: rank_, finished: true })) }));
    }
    const input = await answers(asked, () => ['one', 'two']);
    const { metrics, out } = await runStage(rank, { labelers: 'human', validationFraction: 0 }, { inputs: { answers: input, comparisons: earlier } });
    expect(metrics).toEqual({ comparisons: 5, rankedBefore: 3, labelers: 1 });
    const ids = async (split: 'train' | 'validation' | 'test') => (await loadRecords(out('comparisons'), 'comparisons', split)).map(({ id }) => id);
    expect([await ids('train'), await ids('validation'), await ids('test')]).toEqual([['also', 'found', 'c1', 'c2'], ['c3'], []]);
  });

  test('simulated labelers say that they do not know another prompt', async () => {
    const input = await answers([{ id: 'p', messages: [{ role: 'user', content: 'Whither Canada?' }] }], () => ['a', 'b']);
    await expect(runStage(rank, { labelers: 'simulated' }, { inputs: { answers: input } })).rejects.toMatchObject({ code: 'MC_DATA_INVALID' });
    await expect(runStage(rank, { labelers: 'simulated' })).rejects.toMatchObject({ code: 'MC_STAGE_INPUT' });
  });

  test('people: the stage waits until their rankings of these answers are there', async () => {
    const prompts = ['p1', 'p2'].map((id) => ({ id, messages: [{ role: 'user' as const, content: `question ${id}` }] }));
    const input = await answers(prompts, () => ['one', 'two', 'three']);
    const store = await createFeedbackStore(home.database);
    const submit = (rankingId: string, promptId: string, texts: readonly string[], { content = `question ${promptId}`, labelerId = 'eve' } = {}) =>
      store.addRanking(
        create(RankingSubmitted, {
          rankingId,
          promptId,
          labelerId,
          messages: [{ role: 'user', content }],
          note: 'a remark',
          answers: texts.map((text, rank_) => ({ text, rank: rank_, finished: true })),
        }),
      );
    const done = runStage(rank, { labelers: 'human', validationFraction: 0 }, { inputs: { answers: input } });
    // Another run's prompt of this id came first, and happens to have these answers.
    await submit('r-other-prompt', 'p1', ['one', 'two', 'three'], { content: 'something else' });
    await submit('r1', 'p1', ['two', 'one', 'three']);
    await submit('r-other-run', 'p2', ['quite', 'different']);
    await submit('r2', 'p2', ['three', 'two', 'one']);
    const { metrics, out } = await done;
    expect(metrics).toEqual({ comparisons: 2, labelers: 1 });
    const records = await loadRecords(out('comparisons'), 'comparisons', 'train');
    expect(JSON.stringify(await bytesOf(out('comparisons')))).not.toContain('remark');
    expect(records.map((record) => [record.id, record.labeler, record.answers[0]?.text])).toEqual([['r1', 'eve', 'two'], ['r2', 'eve', 'three']]);
    // A fork that waits for no more than there are ends at once.
    const fork = await runStage(rank, { labelers: 'human', rankings: 2, labelersPerTask: 3, validationFraction: 0 }, { inputs: { answers: input } });
    expect(fork.metrics).toEqual({ comparisons: 2, labelers: 1 });
    // Somebody else orders two of three pairs as eve did, and all of them.
    await submit('r3', 'p1', ['two', 'three', 'one'], { labelerId: 'ann' });
    await submit('r4', 'p2', ['three', 'two', 'one'], { labelerId: 'ann' });
    const twice = await runStage(rank, { labelers: 'human', labelersPerTask: 2, validationFraction: 0 }, { inputs: { answers: input } });
    expect(twice.metrics).toEqual({ comparisons: 4, labelers: 2, labelerAgreement: 5 / 6 });
    expect((await readDatasetInfo(twice.out('comparisons'), 'comparisons')).metrics).toEqual({ labeler_agreement: 5 / 6 });
  });

  test('people: who is left out is given no task, and what they ranked before is not taken', async () => {
    const input = await answers(['out1', 'out2'].map((id) => ({ id, messages: [{ role: 'user', content: `question ${id}` }] })), () => ['one', 'two']);
    const store = await createFeedbackStore(home.database);
    const hand = async (taskId: string, labelerId: string): Promise<unknown> =>
      submitTask(home.database.db, { publishFeedback: () => Promise.resolve() }, store, create(SubmitTaskRequest, { taskId, labelerId, verdicts: [{ rank: 0 }, { rank: 1 }] }));
    const lease = async (labelerId: string) => (await leaseTask(home.database.db, create(LeaseTaskRequest, { labelerId, kind: 'rank' }))).taskId;
    const first = runStage(rank, { labelers: 'human', validationFraction: 0 }, { inputs: { answers: input } });
    for (const labelerId of ['hasty', 'ann']) await hand(await vi.waitUntil(() => lease(labelerId)), labelerId);
    expect((await first).metrics).toMatchObject({ comparisons: 2, labelers: 2 });

    await home.database.db.execute(sql`insert into accounts (id, name, name_key, role, password_hash) values ('account-1', 'Cyd', 'cyd', 'labeler', '')`);
    const earlier = await mkdtemp(join(folder, 'earlier-'));
    const before = (id: string, labeler: string) => ({ id, messages: [{ role: 'user' as const, content: 'earlier' }], labeler, answers: [0, 1].map((rank_) => ({ text: String(rank_), finished: true, rank: rank_ })) });
    await writeDataset(earlier, 'comparisons', { train: [before('a', 'hasty'), before('b', 'account-1'), before('c', 'ben')] });
    const again = runStage(rank, { labelers: 'human', validationFraction: 0, excludeLabelers: ['hasty', 'CYD'] }, { inputs: { answers: input, comparisons: earlier } });
    const task = await vi.waitUntil(() => lease('ann'));
    expect([await lease('hasty'), await lease('account-1')]).toEqual([undefined, undefined]);
    await hand(task, 'ann');
    const { metrics, out } = await again;
    expect(metrics).toMatchObject({ comparisons: 3, rankedBefore: 1, labelers: 1 });
    expect((await loadRecords(out('comparisons'), 'comparisons', 'train')).map(({ labeler }) => labeler)).toEqual(['ann', 'ann', 'ben']);
    const unknown = runStage(rank, { labelers: 'human', excludeLabelers: ['hast'] }, { inputs: { answers: input } });
    await expect(unknown).rejects.toMatchObject({ code: 'MC_STAGE_SETTINGS', message: 'excludeLabelers: expected labelers that there are, found "hast"' });
  });

  test('people: of answers that were ranked for another run as much is asked as is missing, and nobody twice', async () => {
    const input = await answers(['again1', 'again2', 'again3'].map((id) => ({ id, messages: [{ role: 'user', content: `question ${id}` }] })), () => ['one', 'two']);
    const store = await createFeedbackStore(home.database);
    const lease = async (labelerId: string) => (await leaseTask(home.database.db, create(LeaseTaskRequest, { labelerId, kind: 'rank' }))).taskId;
    const hand = async (taskId: string, labelerId: string): Promise<void> =>
      void (await submitTask(home.database.db, { publishFeedback: () => Promise.resolve() }, store, create(SubmitTaskRequest, { taskId, labelerId, verdicts: [{ rank: 0 }, { rank: 1 }] })));
    const controller = new AbortController();
    const first = runStage(rank, { labelers: 'human', validationFraction: 0 }, { inputs: { answers: input }, signal: controller.signal });
    const ended = first.catch((error: unknown) => error);
    for (let i = 0; i < 2; i += 1) await hand(await vi.waitUntil(() => lease('ann')), 'ann');
    controller.abort('cancelled');
    await ended;

    const fork = runStage(rank, { labelers: 'human', labelersPerTask: 2, validationFraction: 0 }, { inputs: { answers: input } });
    await hand(await vi.waitUntil(() => lease('ann')), 'ann');
    expect((await listQueues(home.database.db)).queues).toMatchObject([{ wanted: 4, done: 1, open: 3 }]);
    expect(await lease('ann')).toBeUndefined();
    for (let i = 0; i < 3; i += 1) await hand((await lease('ben')) ?? '', 'ben');
    const { out } = await fork;
    const ranked = await loadRecords(out('comparisons'), 'comparisons', 'train');
    expect(ranked.map(({ messages, labeler }) => `${messages[0]?.content} ${labeler}`).toSorted()).toEqual(['again1', 'again2', 'again3'].flatMap((id) => [`question ${id} ann`, `question ${id} ben`]));
  });

  // The embedded database has one connection: of what is done at once there one waits for the other.
  if (databaseName !== 'embedded') test('people: a ranking that is being changed while the stage ends is taken as it becomes', async () => {
    const input = await answers(['ending', 'last'].map((id) => ({ id, messages: [{ role: 'user', content: `question ${id}` }] })), () => ['one', 'two']);
    const done = runStage(rank, { labelers: 'human', validationFraction: 0 }, { inputs: { answers: input } });
    const take = () => vi.waitUntil(async () => (await leaseTask(home.database.db, create(LeaseTaskRequest, { labelerId: 'eve', kind: 'rank' }))).taskId);
    const request = (taskId: string, ranks: number[]) => create(SubmitTaskRequest, { taskId, labelerId: 'eve', verdicts: ranks.map((rank_) => ({ rank: rank_ })) });
    const store = await createFeedbackStore(home.database);
    const submit = async (taskId: string) => submitTask(home.database.db, { publishFeedback: () => Promise.resolve() }, store, request(taskId, [0, 1]));
    const first = await take();
    await submit(first);
    const second = await take();
    const endWaits = sql`select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'update "labeling_queues"%'`;
    await submitAgain(home.database.db, {
      ...store,
      replaceRanking: (message, also) => store.replaceRanking(message, async (tx) => {
        await also(tx);
        // That is all that the stage waits for: it would end.
        await submit(second);
        await vi.waitUntil(async () => ((await home.database.db.execute(endWaits)) as unknown as { rows: unknown[] }).rows.length > 0, 30_000);
      }),
    }, request(first, [1, 0]));
    const { out } = await done;
    const ranked = await loadRecords(out('comparisons'), 'comparisons', 'train');
    expect(ranked.map((record) => record.answers.map((answer) => answer.rank).join()).toSorted()).toEqual(['0,1', '1,0']);
  });

  test('gold questions stay out of what is trained on', async () => {
    await load('golden', [{ prompt: 'Heads or tails?', chosen: 'Heads.', rejected: 'Tails.' }]);
    const messages = [{ role: 'user' as const, content: 'Heads or tails?' }];
    // The very answers that a gold question has: its known ranking is no labeler's all the same.
    const input = await answers([{ id: promptId(messages), messages }], () => ['Heads.', 'Tails.']);
    const controller = new AbortController();
    const settings = { labelers: 'human', validationFraction: 0 };
    const waiting = runStage(rank, { ...settings, gold: { collection: 'golden' } }, { inputs: { answers: input }, signal: controller.signal });
    const ended = waiting.then(() => 'ended', (error: unknown) => error);
    await expect.poll(async () => (await listQueues(home.database.db)).queues?.length).toBe(1);
    // A snapshot of them is refused from now on, and so is asking what a run was given.
    await expect(runStage(data, { source: 'collection', collection: 'golden' })).rejects.toMatchObject({ code: 'MC_STAGE_SETTINGS', message: expect.stringContaining('gold questions') as string });
    await runStage(data, { source: 'collection', collection: 'ranked' });
    await expect(runStage(rank, { ...settings, gold: { collection: 'ranked' } }, { inputs: { answers: input } })).rejects.toMatchObject({ code: 'MC_STAGE_SETTINGS' });
    controller.abort('cancelled');
    expect(await ended).toBe('cancelled');
  });

  test('people: a stage that is asked to stop while it waits stops', async () => {
    const input = await answers([{ id: 'nobody', messages: [{ role: 'user', content: 'anybody?' }] }], () => ['one', 'two']);
    const controller = new AbortController();
    const waiting = runStage(rank, { labelers: 'human' }, { inputs: { answers: input }, signal: controller.signal });
    controller.abort('shutdown');
    await expect(waiting).rejects.toBe('shutdown');
  });

  test('imported comparisons are handed on', async () => {
    const { out } = await runStage(data, { source: 'collection', collection: 'ranked' });
    const passed = await runStage(rank, { labelers: 'imported' }, { inputs: { comparisons: out('comparisons') } });
    expect(await bytesOf(passed.out('comparisons'))).toEqual(await bytesOf(out('comparisons')));
    expect(passed.metrics['comparisons']).toBe(40);
  });
});
