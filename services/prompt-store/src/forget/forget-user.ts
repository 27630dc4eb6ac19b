import { randomBytes } from 'node:crypto';
import { or, sql, type SQL } from 'drizzle-orm';
import type { ForgetUserRequest, ForgetUserReply, Init } from '@minchat/contracts';
import type { Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import { accountIds } from '../people/accounts.ts';
import { comparisons, demonstrations, labelingOutcomes, prompts } from '../schema.ts';
import { lockTombstones, tombstoneOf } from './tombstones.ts';

/** Thrown to leave the transaction of a dry run with nothing changed. */
class NotMeant extends Error {
  readonly reply: Init<ForgetUserReply>;
  constructor(reply: Init<ForgetUserReply>) {
    super('a dry run');
    this.reply = reply;
  }
}

/**
 * A person goes by the id that their prompts and labels have, or by the name of their account. Deletes the prompts that they sent, in every collection, with the demonstrations, comparisons
 * and labeling tasks that hang on them; copies of a prompt without an author count as theirs. What
 * the person did as a labeler is deleted too, or stays under a pseudonym. Tombstones keep all of it
 * from coming back. Snapshots, models and reports that were made before are not changed: the reply
 * names their runs. A dry run tells the same and changes nothing.
 */
export function forgetUser(db: Db, { userId, labels, dryRun }: ForgetUserRequest): Promise<Init<ForgetUserReply>> {
  return withDatabaseErrors(async () => {
    try {
      return await db.transaction(async (tx) => {
        const replies: Told[] = [];
        for (const id of await idsOf(tx, userId)) replies.push(await forget(tx, id, labels === 'delete'));
        const reply = replies.reduce((one, other) => bothOf(one, other));
        if (dryRun) throw new NotMeant(reply);
        return reply;
      });
    } catch (error) {
      if (error instanceof NotMeant) return error.reply;
      throw error;
    }
  });
}

type Told = Record<'prompts' | 'demonstrations' | 'comparisons' | 'tasks' | 'anonymised', number> & { runs: string[] };

function bothOf(one: Told, other: Told): Told {
  return {
    prompts: one.prompts + other.prompts,
    demonstrations: one.demonstrations + other.demonstrations,
    comparisons: one.comparisons + other.comparisons,
    tasks: one.tasks + other.tasks,
    anonymised: one.anonymised + other.anonymised,
    runs: [...new Set([...one.runs, ...other.runs])].toSorted(),
  };
}

/** The ids that somebody's data stands under. Where an account has the name, others of that name are meant only if there is anything of theirs. */
async function idsOf(tx: Db, name: string): Promise<readonly string[]> {
  const ofAccounts = await accountIds(tx, name);
  if (ofAccounts.length === 0) return [name];
  const columns = [prompts.userId, demonstrations.labelerId, comparisons.labelerId, labelingOutcomes.labelerId];
  const [given] = await tx.select({ one: sql`1` }).from(sql`(select 1) as one`).where(or(...columns.map((column) => sql`exists (select 1 from ${column.table} where ${column} = ${name})`)));
  return given === undefined ? ofAccounts : [...new Set([name, ...ofAccounts])];
}

async function forget(tx: Db, userId: string, deleteLabels: boolean): Promise<Told> {
  const rows = async <T>(query: SQL): Promise<T[]> => ((await tx.execute(query)) as unknown as { rows: T[] }).rows;
  const count = async (query: SQL): Promise<number> => (await rows(query)).length;
  await lockTombstones(tx, 'to write');
  await tx.execute(sql`
    create temp table doomed_prompts as
    with own as (select id, text_hash from prompts where user_id = ${userId})
    select import_id, id, text_hash, user_id from prompts
    where user_id = ${userId} or (user_id like 'thread:%' and (id in (select id from own) or text_hash in (select text_hash from own)))`);
  // Labels that stayed under a pseudonym before can still be deleted.
  const [before] = await rows<{ pseudonym: string | null }>(sql`select pseudonym from tombstones where hash = ${tombstoneOf('labeler', userId)}`);
  const names = [userId, before?.pseudonym ?? userId];
  const label = sql`labeler_id in ${names}`;
  for (const table of ['demonstrations', 'comparisons']) {
    await tx.execute(sql`
      create temp table ${sql.identifier(`doomed_${table}`)} as
      select import_id, id from ${sql.identifier(table)} where (${deleteLabels} and ${label}) or (import_id, prompt_id, user_id) in (select import_id, id, user_id from doomed_prompts)`);
  }
  await tx.execute(sql`create temp table doomed_tasks as select id, job_id from labeling_tasks where prompt_id in (select id from doomed_prompts)`);

  const runs = await rows<{ run_id: string }>(sql`
    select run_id from snapshots s where exists (
      select 1 from snapshot_prompts p where p.snapshot_id = s.id and p.dropped_reason is null
      and p.prompt_id in (select id from doomed_prompts union select prompt_id from demonstrations where ${label} union select prompt_id from comparisons where ${label}))
    union select run_id from labeling_queues where job_id in (select job_id from doomed_tasks)
    union select q.run_id from labeling_queues q join labeling_tasks t on t.job_id = q.job_id join labeling_outcomes o on o.task_id = t.id where ${label}`);

  for (const kind of ['prompts', 'demonstrations', 'comparisons']) {
    await tx.execute(sql`update imports i set ${sql.identifier(kind)} = i.${sql.identifier(kind)} - d.n from (select import_id, count(*) as n from ${sql.identifier(`doomed_${kind}`)} group by import_id) d where d.import_id = i.id`);
  }
  await tx.execute(sql`delete from ranked_answers where (import_id, comparison_id) in (select import_id, id from doomed_comparisons)`);
  const comparisons = await count(sql`delete from comparisons where (import_id, id) in (select import_id, id from doomed_comparisons) returning 1`);
  const demonstrations = await count(sql`delete from demonstrations where (import_id, id) in (select import_id, id from doomed_demonstrations) returning 1`);
  const prompts = await count(sql`delete from prompts where (import_id, id, user_id) in (select import_id, id, user_id from doomed_prompts) returning 1`);
  await tx.execute(sql`delete from snapshot_prompts where prompt_id in (select id from doomed_prompts) and prompt_id not in (select id from prompts)`);
  await tx.execute(sql`delete from labeling_outcomes where task_id in (select id from doomed_tasks)`);
  const tasks = await count(sql`delete from labeling_tasks where id in (select id from doomed_tasks) returning 1`);
  await tx.execute(sql`delete from users where id = ${userId}`);

  const pseudonym = deleteLabels ? null : (before?.pseudonym ?? `forgotten-${randomBytes(6).toString('hex')}`);
  for (const name of names) await renameExcluded(tx, name, pseudonym);
  if (deleteLabels) await deleteOutcomes(tx, names);
  const anonymised = pseudonym === null ? 0 : await renameLabeler(tx, userId, pseudonym, count);
  const hashes = [
    { hash: tombstoneOf('user', userId), kind: 'user', pseudonym: null },
    { hash: tombstoneOf('labeler', userId), kind: 'labeler', pseudonym },
    ...(await rows<{ text_hash: string }>(sql`select distinct text_hash from doomed_prompts`)).map((row) => ({ hash: tombstoneOf('prompt', row.text_hash), kind: 'prompt', pseudonym: null })),
  ];
  await tx.execute(sql`
    insert into tombstones (hash, kind, pseudonym) select * from json_to_recordset(${JSON.stringify(hashes)}::json) as t(hash text, kind text, pseudonym text)
    on conflict (hash) do update set pseudonym = case when excluded.pseudonym is null then null else tombstones.pseudonym end`);
  for (const table of ['doomed_prompts', 'doomed_demonstrations', 'doomed_comparisons', 'doomed_tasks']) await tx.execute(sql`drop table ${sql.identifier(table)}`);
  return { prompts, demonstrations, comparisons, tasks, anonymised, runs: runs.map((row) => row.run_id).filter((run) => run !== '').toSorted() };
}

/** Forgets what is left of a labeler, under either name: others are asked what they were asked. */
async function deleteOutcomes(tx: Db, names: readonly string[]): Promise<void> {
  await giveBack(tx, names);
  await tx.execute(sql`update labeling_tasks t set done = t.done - u.n from (select task_id, count(*)::int as n from labeling_outcomes where labeler_id in ${names} and outcome = 'done' group by task_id) u where u.task_id = t.id`);
  for (const name of names) await tx.execute(sql`update labeling_tasks set wanted = wanted + 1, ranked_by = array_remove(ranked_by, ${name}) where ${name} = any(ranked_by)`);
  await tx.execute(sql`delete from labeling_outcomes where labeler_id in ${names} or task_id in (select id from labeling_tasks where gold_for in ${names})`);
  await tx.execute(sql`delete from labeling_tasks where gold_for in ${names}`);
  await tx.execute(sql`delete from labelers where id in ${names}`);
}

/** Gives a labeler's work a name that nobody knows, without their remarks: somebody's own words may tell who they are. Returns how many labels it is. */
async function renameLabeler(tx: Db, labelerId: string, pseudonym: string, count: (query: SQL) => Promise<number>): Promise<number> {
  await giveBack(tx, [labelerId]);
  await tx.execute(sql`delete from labelers where id = ${labelerId}`);
  await tx.execute(sql`update labeling_outcomes set labeler_id = ${pseudonym}, note = null, former = (select coalesce(jsonb_agg(one || '{"note": null}' order by i), '[]') from jsonb_array_elements(former) with ordinality as t(one, i)) where labeler_id = ${labelerId}`);
  await tx.execute(sql`update labeling_tasks set gold_for = ${pseudonym} where gold_for = ${labelerId}`);
  await tx.execute(sql`update labeling_tasks set ranked_by = array_replace(ranked_by, ${labelerId}, ${pseudonym}) where ${labelerId} = any(ranked_by)`);
  const kept = (await count(sql`update demonstrations set labeler_id = ${pseudonym}, note = null where labeler_id = ${labelerId} returning 1`)) + (await count(sql`update comparisons set labeler_id = ${pseudonym}, note = null where labeler_id = ${labelerId} returning 1`));
  if (kept > 0) await tx.execute(sql`insert into labelers (id) values (${pseudonym}) on conflict do nothing`);
  return kept;
}

/** Whoever was left out of rankings and snapshots stays so under the name that stands for theirs, where there is one. */
async function renameExcluded(tx: Db, labelerId: string, pseudonym: string | null): Promise<void> {
  const names = pseudonym === null ? [] : [pseudonym];
  await tx.execute(sql`update labeling_queues set excluded = array_remove(excluded, ${labelerId}) || ${sql.param(names)}::text[] where ${labelerId} = any(excluded)`);
  await tx.execute(sql`update snapshots set settings = jsonb_set(settings, '{excluded}', (settings->'excluded') - ${labelerId}::text || ${JSON.stringify(names)}::jsonb) where settings->'excluded' ? ${labelerId}`);
}

/** The tasks that a labeler holds are anybody's. */
async function giveBack(tx: Db, names: readonly string[]): Promise<void> {
  await tx.execute(sql`update labeling_tasks set leased_by = null, leased_until = null where leased_by in ${names}`);
}
