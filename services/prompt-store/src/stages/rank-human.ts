import { setTimeout as sleep } from 'node:timers/promises';
import { and, asc, eq, inArray, isNotNull, notInArray } from 'drizzle-orm';
import { splits, type AnswersRecord, type ComparisonRecord, type Split } from '@minchat/datasets';
import type { Metrics } from '@minchat/stage';
import { labelerAgreement } from '@minchat/world';
import type { Db } from '../database.ts';
import { byOthers, labelersNamed } from '../labeling/excluded.ts';
import { checkGold, goldImports } from '../labeling/gold.ts';
import { closeQueue, excludedOf, openQueue, reopenQueue, tallyOf, type KnownRanking, type QueueSettings } from '../labeling/queues.ts';
import { textHash } from '../rules/normalise.ts';
import { comparisons, imports, itsPrompt, prompts } from '../schema.ts';
import { answersOf } from '../snapshot.ts';
import { promptId } from '../digest.ts';
import { storable } from '../storable.ts';
import { answersBySplit, neededInput, writeRanked, type RankContext } from './rank-common.ts';

/** How often the database is asked; people take longer than that. */
const pollMs = 1_000;
const promptsAtOnce = 500;

/** Waits until people have ranked enough of this run's answers, and takes their rankings. */
export async function rankByHumans(db: Db, context: RankContext, settings: Pick<QueueSettings, 'labelersPerTask' | 'gold'> & { rankings?: number | undefined; excludeLabelers: readonly string[]; validationFraction: number }): Promise<Metrics> {
  const bySplit = await answersBySplit(neededInput(context, 'answers', 'human'), context.seed, settings.validationFraction);
  const prompts = splits.reduce((sum, split) => sum + bySplit[split].length, 0);
  const wanted = settings.rankings ?? prompts * settings.labelersPerTask;
  const excluded = await labelersNamed(db, settings.excludeLabelers);
  if (settings.gold !== undefined) await checkGold(db, settings.gold.collection);
  // First: from here on the collection of gold questions is gold, and its rankings are left out.
  await openQueue(db, context, splits.flatMap((split) => bySplit[split]), { ...settings, wanted, excluded }, (tx) => findRankings(tx, bySplit, excluded));
  const ranked = await enoughOf(db, context, bySplit, wanted);
  const all = splits.flatMap((split) => ranked[split]);
  const { agreement, pairs } = labelerAgreement(rankedByTwo(all));
  const written = await writeRanked(context, bySplit, ranked, 'ranked by people', pairs > 0 ? { labeler_agreement: agreement } : {}, excluded);
  context.progress({ step: wanted, totalSteps: wanted });
  const labelers = new Set(all.map((record) => record.labeler));
  return { ...written, labelers: labelers.size, ...(pairs > 0 ? { labelerAgreement: agreement } : {}) };
}

/** The rankings of these answers, once there are as many as are wanted, or as many as can be had where prompts were forgotten. */
async function enoughOf(db: Db, context: RankContext, bySplit: Record<Split, AnswersRecord[]>, wanted: number): Promise<Record<Split, ComparisonRecord[]>> {
  const look = async (): Promise<{ ranked: Record<Split, ComparisonRecord[]>; count: number; enough: boolean }> => {
    // What is to come is asked first: what comes after it is not missed, and with nothing to come all there is is found.
    const { toCome } = await tallyOf(db, context.jobId);
    const found = await findRankings(db, bySplit, await excludedOf(db, context.jobId));
    const ranked: Record<Split, ComparisonRecord[]> = { train: [], validation: [], test: [] };
    for (const { split, comparison } of found) ranked[split].push(comparison);
    const count = found.length - (await tallyOf(db, context.jobId)).beyond;
    return { ranked, count, enough: count >= wanted || toCome === 0 };
  };
  for (;;) {
    const { count, enough } = await look();
    if (enough) {
      await closeQueue(db, context.jobId);
      // As they are now that nobody can change them any more, or take one back.
      const last = await look();
      if (last.enough) return last.ranked;
      await reopenQueue(db, context.jobId);
    }
    context.progress({ step: count, totalSteps: wanted, message: `waiting for ${wanted - count} more rankings`, waiting: true });
    // Rejects with the reason of the signal's abort.
    await sleep(pollMs, undefined, { signal: context.signal }).catch(async () => {
      // After a restart the stage goes on waiting; a cancelled one needs no more rankings.
      if (context.signal.reason === 'cancelled') await closeQueue(db, context.jobId);
      context.signal.throwIfAborted();
    });
  }
}

/** The ranks that every two people gave to the answers to one prompt, each answer's at the same place. */
function* rankedByTwo(comparisons: readonly ComparisonRecord[]): Generator<[{ rank: number }[], { rank: number }[]]> {
  for (const rankings of Map.groupBy(comparisons, ({ messages }) => JSON.stringify(messages)).values()) {
    for (const [i, one] of rankings.entries()) {
      const ranks = new Map(one.answers.map(({ text, rank }) => [text, { rank }]));
      for (const two of rankings.slice(0, i)) {
        if (one.labeler === two.labeler) continue;
        const both = two.answers.flatMap(({ text, rank }) => {
          const other = ranks.get(text);
          return other === undefined ? [] : [[other, { rank }] as const];
        });
        yield [both.map(([a]) => a), both.map(([, b]) => b)];
      }
    }
  }
}

interface Found extends KnownRanking {
  readonly split: Split;
  readonly comparison: ComparisonRecord;
}

/** The rankings of these answers by other labelers than these that are in the database, each split's in the order of their ids. */
async function findRankings(db: Db, bySplit: Record<Split, AnswersRecord[]>, excluded: readonly string[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const split of splits) {
    // By their ids, and by those that they have where other prompts of these ids came before (feedback.ts).
    const records = new Map([...bySplit[split].map((record) => [promptId(storable(record.messages)), record] as const), ...bySplit[split].map((record) => [record.id, record] as const)]);
    const ids = [...records.keys()];
    for (let from = 0; from < ids.length; from += promptsAtOnce) {
      const rows = await db
        .select({ id: comparisons.id, importId: comparisons.importId, promptId: comparisons.promptId, textHash: prompts.textHash, taskId: comparisons.taskId, labeler: comparisons.labelerId })
        .from(comparisons)
        .innerJoin(imports, eq(imports.id, comparisons.importId))
        .innerJoin(prompts, itsPrompt(comparisons))
        .where(and(inArray(comparisons.promptId, ids.slice(from, from + promptsAtOnce)), isNotNull(imports.collectionId), notInArray(comparisons.importId, goldImports(db)), byOthers(comparisons, excluded)))
        .orderBy(asc(comparisons.id));
      for (const [importId, group] of Map.groupBy(rows, (row) => row.importId)) {
        const answers = await answersOf(db, importId, group.map((row) => row.id));
        for (const { id, taskId, labeler, ...row } of group) {
          const record = records.get(row.promptId);
          const ranking = answers.get(id) ?? [];
          if (record === undefined || row.textHash !== textHash(storable(record.messages)) || !areOf(record, ranking)) continue;
          const { messages, useCase } = record;
          found.push({ split, answersId: record.id, taskId, labeler, comparison: { id, messages, ...(useCase === undefined ? {} : { useCase }), ...(labeler === null ? {} : { labeler }), answers: ranking } });
        }
      }
    }
  }
  return found.toSorted((a, b) => (a.comparison.id < b.comparison.id ? -1 : 1));
}

/** Whether a ranking is of these answers: another run may have asked the same prompt. */
function areOf(record: AnswersRecord, ranking: ComparisonRecord['answers']): boolean {
  const texts = new Set(record.answers.map((answer) => storable(answer.text)));
  return ranking.length >= 2 && ranking.every((answer) => texts.has(answer.text));
}
