import { and, desc, eq, exists, isNotNull, isNull, or, sql } from 'drizzle-orm';
import type { GetAgreementReply, Init, SkippedTask } from '@minchat/contracts';
import type { Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import { labelingOutcomes, labelingQueues, labelingTasks } from '../schema.ts';
import { agreementOf, agreementWithOthers, meanOf, placesOf, type Ranking } from './agreement.ts';

/** The latest so many outcomes are looked at. */
const outcomesAtMost = 50_000;
const tasksTold = 100;
const notesTold = 100;
const noteCharacters = 500;
const promptCharacters = 200;

/** How labelers did in the rankings of one run, or of all; see the reply's comments. */
export function agreementReport(db: Db, runId: string): Promise<Init<GetAgreementReply>> {
  return withDatabaseErrors(async () => {
    const ofRun = runId === '' ? undefined : eq(labelingQueues.runId, runId);
    // Of a run's answers there are rankings that were asked for another, as for the one that it is a fork of, unless their labeler is left out of it.
    const itsAnswers = db.select({ promptId: labelingTasks.promptId, answers: labelingTasks.answers }).from(labelingTasks).innerJoin(labelingQueues, eq(labelingQueues.jobId, labelingTasks.jobId)).where(and(ofRun, isNull(labelingTasks.gold)));
    const leftOut = sql`array(select unnest(${labelingQueues.excluded}) from ${labelingQueues} where ${ofRun})`;
    const aboutIt = ofRun && or(ofRun, sql`(${labelingTasks.promptId}, ${labelingTasks.answers}) in ${itsAnswers} and ${labelingOutcomes.labelerId} <> all(${leftOut})`);
    const prompt = sql<string>`left(${labelingTasks.messages}->-1->>'content', ${promptCharacters})`;
    const all = await db
      .select({
        /** The same where the same was asked. */
        asked: sql<string>`md5(${labelingTasks.promptId} || ${labelingTasks.answers}::text)`,
        taskId: labelingOutcomes.taskId,
        labelerId: labelingOutcomes.labelerId,
        outcome: labelingOutcomes.outcome,
        ranks: labelingOutcomes.ranks,
        activeMs: labelingOutcomes.activeMs,
        goldScore: labelingOutcomes.goldScore,
        reason: labelingOutcomes.reason,
        changed: sql<number>`jsonb_array_length(${labelingOutcomes.former})`.mapWith(Number),
        open: sql<boolean>`${labelingQueues.open} and ${labelingTasks.done} < ${labelingTasks.wanted}`,
        isGold: sql<boolean>`${labelingTasks.gold} is not null`,
        runId: labelingQueues.runId,
        prompt,
      })
      .from(labelingOutcomes)
      .innerJoin(labelingTasks, eq(labelingTasks.id, labelingOutcomes.taskId))
      .innerJoin(labelingQueues, eq(labelingQueues.jobId, labelingTasks.jobId))
      .where(and(eq(labelingTasks.kind, 'rank'), aboutIt))
      .orderBy(desc(labelingOutcomes.createdAt))
      .limit(outcomesAtMost);
    const rows = runId === '' ? all : all.filter((row) => row.runId === runId);
    // The latest come first, and of one labeler the latest counts.
    const latest = [...Map.groupBy(all.filter(({ ranks, isGold }) => ranks !== null && !isGold), ({ asked, labelerId }) => `${asked} ${labelerId}`).values()].flatMap(([row]) => row ?? []);
    const rankings = latest.map(({ asked, labelerId, ranks }): Ranking => ({ asked, labelerId, ranks: placesOf(ranks ?? []) }));
    const labelers = [...Map.groupBy(rows, (row) => row.labelerId)].map(([labelerId, own]) => ({
      labelerId,
      done: own.filter((row) => row.outcome === 'done').length,
      skipped: own.filter((row) => row.outcome === 'skipped').length,
      changed: own.reduce((sum, row) => sum + row.changed, 0),
      medianMs: median(own.flatMap((row) => (row.outcome === 'done' && row.activeMs !== null ? [row.activeMs] : []))),
      gold: meanOf(own.map((row) => row.goldScore ?? undefined)),
      ...agreementWithOthers(rankings, labelerId),
    }));
    const about = new Map([...all.toReversed(), ...rows.toReversed()].map((row) => [row.asked, row]));
    const tasks = [...Map.groupBy(rankings, (ranking) => ranking.asked)]
      .filter(([, group]) => group.length >= 2)
      .map(([asked, group]) => ({ taskId: about.get(asked)?.taskId ?? '', runId: about.get(asked)?.runId ?? '', prompt: about.get(asked)?.prompt ?? '', labelers: group.length, ...agreementOf(group) }));
    const notes = await db
      .select({ labelerId: labelingOutcomes.labelerId, runId: sql<string>`coalesce(${labelingQueues.runId}, '')`, prompt, note: sql<string>`left(${labelingOutcomes.note}, ${noteCharacters})`, gold: sql<boolean>`${labelingTasks.gold} is not null`, skipped: sql<boolean>`${labelingOutcomes.outcome} = 'skipped'` })
      .from(labelingOutcomes)
      .innerJoin(labelingTasks, eq(labelingTasks.id, labelingOutcomes.taskId))
      // A prompt that nobody wanted to answer is of no run.
      .leftJoin(labelingQueues, eq(labelingQueues.jobId, labelingTasks.jobId))
      .where(and(isNotNull(labelingOutcomes.note), ofRun))
      .orderBy(desc(labelingOutcomes.createdAt))
      .limit(notesTold);
    // Of whichever run is asked for, there may be others to ask for.
    const runs = await db.selectDistinct({ runId: labelingQueues.runId }).from(labelingQueues)
      .where(exists(db.select({ one: sql`1` }).from(labelingTasks).innerJoin(labelingOutcomes, eq(labelingOutcomes.taskId, labelingTasks.id)).where(eq(labelingTasks.jobId, labelingQueues.jobId))))
      .orderBy(labelingQueues.runId);
    return {
      ...agreementOf(rankings),
      runs: runs.map((run) => run.runId),
      notes,
      skipped: skippedOf(rows.filter((row) => row.outcome === 'skipped')),
      labelers: labelers.toSorted((a, b) => b.done - a.done || (a.labelerId < b.labelerId ? -1 : 1)),
      tasks: tasks.toSorted((a, b) => (a.tau?.value ?? 1) - (b.tau?.value ?? 1)).slice(0, tasksTold),
    };
  });
}

/** Tasks with why they were skipped: what is still open first, and of that what most skipped. */
function skippedOf(rows: readonly { taskId: string; runId: string; prompt: string; reason: string | null; open: boolean; isGold: boolean }[]): Init<SkippedTask>[] {
  const byTask = [...Map.groupBy(rows, (row) => row.taskId).values()].map((group) => {
    const [{ runId, prompt, open, isGold }] = group as [(typeof group)[0]];
    const reasons = [...Map.groupBy(group, (row) => row.reason ?? '')].map(([reason, own]) => ({ reason, count: own.length }));
    // A gold question is for one labeler: it is left to nobody.
    return { labelers: group.length, task: { runId, prompt, open: open && !isGold, reasons: reasons.toSorted((a, b) => b.count - a.count) } };
  });
  return byTask.toSorted((a, b) => Number(b.task.open) - Number(a.task.open) || b.labelers - a.labelers).slice(0, tasksTold).map(({ task }) => task);
}

function median(values: number[]): { value: number; count: number } | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : { value: (low + high) / 2, count: sorted.length };
}
