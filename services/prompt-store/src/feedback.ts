import { and, desc, eq, isNotNull, like, sql } from 'drizzle-orm';
import type { Bus, Subscription } from '@minchat/bus';
import type { DemonstrationWritten, Message, PromptSubmitted, RankedAnswer, RankingSubmitted } from '@minchat/contracts';
import type { ChatMessage } from '@minchat/datasets';
import type { Logger } from '@minchat/telemetry';
import { lockSpace, type Database, type Db } from './database.ts';
import { withDatabaseErrors } from './database-errors.ts';
import { isNamed, promptId } from './digest.ts';
import { loadTombstones, lockTombstones, promptTombstone, tombstoneOf } from './forget/tombstones.ts';
import { BadRecordError, checkRecord, highestRank } from './imports/records.ts';
import { textHash, threadOf } from './rules/normalise.ts';
import { storable } from './storable.ts';
import { collections, comparisons, demonstrations, imports, labelers, labelingOutcomes, labelingTasks, prompts, rankedAnswers, users } from './schema.ts';

/** The collection that what people submit goes to. */
export const feedbackCollection = 'feedback';

/**
 * Stores feedback as it comes. A message that was stored already is not stored again; one that
 * cannot be used is logged and passed over; one that the database cannot take now comes again.
 */
export async function consumeFeedback(bus: Bus, store: FeedbackStore, log: Logger): Promise<Subscription> {
  const handle = async (kind: string, id: string, work: () => Promise<void>, refused?: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof BadRecordError)) throw error;
      log.warn({ kind, id, reason: error.message }, 'feedback that cannot be used');
      await refused?.();
    }
  };
  return bus.consumeFeedback('prompt-store', {
    prompt: (message) => handle('prompt', message.promptId, () => store.addPrompt(message)),
    demonstration: (message) => handle('demonstration', message.demonstrationId, () => store.addDemonstration(message)),
    ranking: (message) => handle('ranking', message.rankingId, () => store.addRanking(message), () => store.refuseRanking(message)),
  });
}

/** Each method stores one message, once. They throw BadRecordError for a message that cannot be used. */
export interface FeedbackStore {
  addPrompt(message: PromptSubmitted): Promise<void>;
  addDemonstration(message: DemonstrationWritten): Promise<void>;
  addRanking(message: RankingSubmitted): Promise<void>;
  /** Puts a ranking in the place of the one with its id, stored by now or not, in one transaction with what `also` does first. */
  replaceRanking(message: RankingSubmitted, also: (tx: Db) => Promise<void>): Promise<void>;
  /** The same of a demonstration. */
  replaceDemonstration(message: DemonstrationWritten, also: (tx: Db) => Promise<void>): Promise<void>;
  /** Takes away what is stored of this kind under an id, in one transaction with what `also` does first. */
  remove(kind: 'ranking' | 'demonstration', id: string, also: (tx: Db) => Promise<void>): Promise<void>;
  /** Of a ranking that cannot be used: its task waits for one less. */
  refuseRanking(message: RankingSubmitted): Promise<void>;
}

export async function createFeedbackStore(database: Database): Promise<FeedbackStore> {
  const { db } = database;
  const importId = await withDatabaseErrors(() => feedbackImport(db));
  const store = (work: (tx: Db) => Promise<void>): Promise<void> =>
    withDatabaseErrors(() =>
      db.transaction(async (tx) => {
        await lockTombstones(tx, 'to read');
        await work(tx);
      }),
    );
  const counted = (tx: Db, column: 'prompts' | 'demonstrations' | 'comparisons', more = 1) =>
    tx.update(imports).set({ [column]: sql`${imports[column]} + ${more}` }).where(eq(imports.id, importId));

  /**
   * Stores the prompt that a message is about unless it is there, and returns its id and user. An id that another prompt has,
   * as where ids are counted anew in every file, gives way to one of the prompt's own words.
   */
  async function needPrompt(tx: Db, id: string, messages: ChatMessage[], userId: string): Promise<{ promptId: string; userId: string }> {
    const prompt = await promptOf(tx, id, messages, userId);
    const hash = textHash(prompt.messages);
    for (const own of [id, promptId(prompt.messages)]) {
      // What another message stores under this id meanwhile is not missed.
      await tx.execute(sql`select pg_advisory_xact_lock(${lockSpace + 2}, hashtext(${own}))`);
      const ofId = and(eq(prompts.importId, importId), eq(prompts.id, own));
      const stored = await tx.select({ userId: prompts.userId, textHash: prompts.textHash }).from(prompts).where(ofId);
      if (stored.some((one) => one.textHash !== hash)) continue;
      const [only] = stored;
      // A message that names nobody is about the one prompt that is there.
      if (only !== undefined && stored.length === 1 && !isNamed(prompt.userId)) return { promptId: own, userId: only.userId };
      if (!stored.some((one) => one.userId === prompt.userId)) {
        // A ranking may have come before the prompt that it is about; it does not know the user.
        const unnamed = stored.find((one) => !isNamed(one.userId));
        if (unnamed !== undefined) {
          await tx.update(prompts).set({ userId: prompt.userId }).where(and(ofId, eq(prompts.userId, unnamed.userId)));
        } else {
          await tx.insert(prompts).values({ importId, id: own, textHash: hash, ...prompt });
          await counted(tx, 'prompts');
        }
      }
      return { promptId: own, userId: prompt.userId };
    }
    throw new BadRecordError('prompt_unknown', { found: id });
  }

  /** Stores a ranking; of one that is there, `again`, what was made of it is put in its place, or else nothing done. */
  async function putRanking(tx: Db, message: RankingSubmitted, again: 'replace' | 'leave'): Promise<void> {
    // One answer alone is compared with nothing, but it may be rated: a thumb in the chat.
    const rated = message.answers.length === 1 && message.answers[0]?.rating !== 0;
    if (message.answers.length < 2 && !rated) throw new BadRecordError('answers_few', { found: message.answers.length });
    for (const answer of message.answers) checkAnswer(answer);
    const about = await needPrompt(tx, message.promptId, plain(message.messages), message.userId);
    const by = await needLabeler(tx, message);
    if (await isTakenBack(tx, message.taskId, by.labelerId)) return;
    const insert = tx.insert(comparisons).values({ importId, id: message.rankingId, ...about, ...by, taskId: message.taskId === '' ? null : message.taskId });
    const kept = again === 'replace' ? insert.onConflictDoUpdate({ target: [comparisons.importId, comparisons.id], set: by }) : insert.onConflictDoNothing();
    const [stored] = await kept.returning({ id: comparisons.id });
    if (stored === undefined) return;
    const former = await tx.delete(rankedAnswers).where(and(eq(rankedAnswers.importId, importId), eq(rankedAnswers.comparisonId, message.rankingId))).returning({ position: rankedAnswers.position });
    await tx.insert(rankedAnswers).values(
      message.answers.map(({ text, rank, finished, rating, flags, model }, position) => ({
        importId,
        comparisonId: message.rankingId,
        position,
        text,
        rank,
        finished,
        rating: rating === 0 ? null : rating,
        flags: [...flags],
        model: model === '' ? null : model,
      })),
    );
    if (former.length === 0) await counted(tx, 'comparisons');
  }

  /** The same for a demonstration. */
  async function putDemonstration(tx: Db, message: DemonstrationWritten, again: 'replace' | 'leave'): Promise<void> {
    const { demonstrationId: id, completion } = message;
    // A demonstration without a prompt's id has one by its words.
    const about = await needPrompt(tx, message.promptId === '' ? `demonstration:${id}` : message.promptId, plain(message.messages), message.userId);
    if (completion.trim() === '') throw new BadRecordError('answer_empty');
    const by = await needLabeler(tx, message);
    if (await isTakenBack(tx, message.taskId, by.labelerId)) return;
    const added = await tx.insert(demonstrations).values({ importId, id, ...about, ...by, completion }).onConflictDoNothing().returning({ id: demonstrations.id });
    if (added.length > 0) await counted(tx, 'demonstrations');
    else if (again === 'replace') await tx.update(demonstrations).set({ ...by, completion }).where(and(eq(demonstrations.importId, importId), eq(demonstrations.id, id)));
  }

  return {
    addPrompt: (received) =>
      store(async (tx) => {
        const message = storable(received);
        await needPrompt(tx, message.promptId, plain(message.messages), message.userId);
        if (message.userId !== '') await tx.insert(users).values({ id: message.userId }).onConflictDoNothing();
      }),

    addDemonstration: (received) => store((tx) => putDemonstration(tx, storable(received), 'leave')),

    replaceDemonstration: (received, also) =>
      store(async (tx) => {
        await also(tx);
        await putDemonstration(tx, storable(received), 'replace');
      }),

    addRanking: (received) => store((tx) => putRanking(tx, storable(received), 'leave')),

    replaceRanking: (received, also) =>
      store(async (tx) => {
        await also(tx);
        await putRanking(tx, storable(received), 'replace');
      }),

    remove: (kind, id, also) =>
      store(async (tx) => {
        await also(tx);
        const [table, column] = kind === 'ranking' ? ([comparisons, 'comparisons'] as const) : ([demonstrations, 'demonstrations'] as const);
        if (kind === 'ranking') await tx.delete(rankedAnswers).where(and(eq(rankedAnswers.importId, importId), eq(rankedAnswers.comparisonId, id)));
        const gone = await tx.delete(table).where(and(eq(table.importId, importId), eq(table.id, id))).returning({ id: table.id });
        if (gone.length > 0) await counted(tx, column, -1);
      }),

    refuseRanking: ({ taskId }) => store((tx) => tx.update(labelingTasks).set({ wanted: sql`${labelingTasks.wanted} - 1` }).where(eq(labelingTasks.id, taskId)).then(() => undefined)),
  };
}

/** The one import that feedback belongs to, made at the first start; several instances agree on it. */
async function feedbackImport(db: Db): Promise<number> {
  return db.transaction(async (tx) => {
    // The first half of the lock's key tells it from the imports' locks.
    await tx.execute(sql`select pg_advisory_xact_lock(${lockSpace + 1}, 0)`);
    const [found] = await tx.select({ id: imports.id }).from(imports).where(eq(imports.format, 'feedback'));
    if (found !== undefined) return found.id;
    await tx.insert(collections).values({ name: feedbackCollection }).onConflictDoNothing();
    const [collection] = await tx.select({ id: collections.id }).from(collections).where(eq(collections.name, feedbackCollection));
    const [added] = await tx
      .insert(imports)
      .values({ target: feedbackCollection, collectionId: collection?.id ?? null, format: 'feedback', state: 'done' })
      .returning({ id: imports.id });
    if (added === undefined) throw new Error('expected the number of the new import, found none');
    return added.id;
  });
}

interface Prompt {
  messages: ChatMessage[];
  userId: string;
  useCase: string | null;
  reference: string | null;
}

/** The prompt that a message is about: its own, or, where it was sent without, one that is known. Throws BadRecordError for what cannot be used, or was forgotten. */
async function promptOf(tx: Db, id: string, messages: ChatMessage[], userId: string): Promise<Prompt> {
  let prompt: Prompt = { messages, userId: userId === '' && messages.length > 0 ? threadOf(messages) : userId, useCase: null, reference: null };
  if (messages.length === 0) {
    const known = await knownPrompt(tx, id, userId);
    if (known === undefined) throw new BadRecordError('prompt_unknown', { found: id });
    prompt = { ...known, userId: userId !== '' && !isNamed(known.userId) ? userId : known.userId };
  }
  checkRecord({ kind: 'prompt', prompt: { messages: prompt.messages } });
  const tombstone = promptTombstone(prompt.messages, prompt.userId);
  if (!(await loadTombstones(tx, [tombstone])).has(tombstone)) return prompt;
  // What was forgotten with one person may be another's as well: a label that names nobody is about theirs.
  const known = isNamed(prompt.userId) ? undefined : await knownPrompt(tx, id, userId);
  if (known === undefined || !isNamed(known.userId) || textHash(known.messages) !== textHash(prompt.messages)) throw new BadRecordError('prompt_forgotten');
  return { ...prompt, userId: known.userId };
}

/** A prompt that was imported or submitted before, from whichever import has it: of several people's this one's, else that of one who is named. */
async function knownPrompt(tx: Db, id: string, userId: string): Promise<Prompt | undefined> {
  const [row] = await tx
    .select({ messages: prompts.messages, userId: prompts.userId, useCase: prompts.useCase, reference: prompts.reference })
    .from(prompts)
    .innerJoin(imports, and(eq(imports.id, prompts.importId), isNotNull(imports.collectionId)))
    .where(eq(prompts.id, id))
    .orderBy(desc(eq(prompts.userId, userId)), like(prompts.userId, 'thread:%'), prompts.importId, prompts.userId)
    .limit(1);
  return row;
}

/**
 * The labeler with what they remarked, or the name that stands for one who was forgotten. Throws BadRecordError for one
 * whose labels are deleted.
 */
async function needLabeler(tx: Db, { labelerId: given, note }: Pick<RankingSubmitted, 'labelerId' | 'note'>): Promise<{ labelerId: string | null; note: string | null }> {
  const remark = note.trim() === '' ? null : note;
  if (given === '') return { labelerId: null, note: remark };
  const pseudonym = (await loadTombstones(tx, [tombstoneOf('labeler', given)])).get(tombstoneOf('labeler', given));
  if (pseudonym === null) throw new BadRecordError('label_forgotten');
  const labelerId = pseudonym ?? given;
  await tx.insert(labelers).values({ id: labelerId }).onConflictDoNothing();
  // Somebody's own words may tell who they are.
  return { labelerId, note: pseudonym === undefined ? remark : null };
}

/** Whether a labeler has skipped the task since they handed this in: a message comes late, or again. */
async function isTakenBack(tx: Db, taskId: string, labelerId: string | null): Promise<boolean> {
  if (taskId === '' || labelerId === null) return false;
  const skipped = and(eq(labelingOutcomes.taskId, taskId), eq(labelingOutcomes.labelerId, labelerId), eq(labelingOutcomes.outcome, 'skipped'));
  return (await tx.select({ one: sql`1` }).from(labelingOutcomes).where(skipped)).length > 0;
}

/** The contract's messages as records: their role is one of three, checked when they were decoded. */
function plain(messages: readonly Message[]): ChatMessage[] {
  return messages.map(({ role, content }) => ({ role: role as ChatMessage['role'], content }));
}

function checkAnswer(answer: RankedAnswer): void {
  if (answer.rating > 7) throw new BadRecordError('rating_range', { found: answer.rating });
  if (answer.rank > highestRank) throw new BadRecordError('field_too_big', { field: 'rank', limit: highestRank });
}
