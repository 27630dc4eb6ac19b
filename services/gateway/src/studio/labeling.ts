import { createHash, randomUUID } from 'node:crypto';
import { rpc, type Bus } from '@minchat/bus';
import { LabelingTask, create, longestNote, namePattern, type GetAgreementReply } from '@minchat/contracts';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { done, doneSchema, errors } from '../answers.ts';
import { labelerOf, type Principal } from '../people/principal.ts';

const tags = ['labeling'];

const labeler = z.string().trim().min(1).max(64).describe('Who decides: a name that the labeler chose; whoever is logged in is known by the account instead');
const text = z.string().max(200_000);
const activeMs = z.int().min(0).max(86_400_000).default(0).describe('How long the labeler was at it, without the time in which they did nothing; 0 when it is not measured');
const message = z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: text });
const conversation = z.array(message).min(1).max(256);
const rank = z.int().min(0).max(99).describe('0 is best; equal ranks are ties');
const flags = z.array(z.string().max(64)).max(16).default([]);
const rating = z.int().min(0).max(7).default(0).describe('1 to 7; 0 when not rated');
const replace = z.boolean().default(false).describe('In place of what the labeler has handed in of it');
const note = z.string().max(longestNote).default('').describe('What the labeler remarks, for people who read it; never trained on');

const queuesView = z.object({
  queues: z.array(z.object({ run: z.string(), stage: z.string(), wanted: z.int(), done: z.int(), open: z.int(), leased: z.int() })),
  unanswered: z.int().describe('Prompts that nobody has answered; counted up to 1,000'),
});
const task = z.object({
  id: z.string(),
  kind: z.string(),
  run: z.string(),
  stage: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  answers: z.array(z.object({ text: z.string(), finished: z.boolean() })),
  leasedUntil: z.int(),
});
const taskView = z.object({ task: task.nullable().describe('null: there is none') });
const handedInView = z.object({ tasks: z.array(z.object({ id: z.string(), kind: z.string(), skipped: z.boolean(), run: z.string(), prompt: z.string().describe('The beginning of its last turn'), at: z.int() })) });
const oneHandedInView = z.object({
  task: task.omit({ leasedUntil: true }),
  verdicts: z.array(z.object({ rank: z.int(), rating: z.int(), flags: z.array(z.string()) })).describe('Of a ranking, in the order of the answers'),
  completion: z.string().describe('Of an answer to a prompt'),
  note: z.string(),
  skipped: z.boolean(),
  reason: z.string().describe('Why it was skipped'),
});

const guidelinesView = z.object({ text: z.string().describe('Empty when nobody has written any'), updatedAt: z.int().describe('0 when nobody has') });
const score = z.object({ value: z.number(), count: z.int() }).nullable().describe('null: nothing to take it of');
const agreementView = z.object({
  alpha: score.describe('Krippendorff’s alpha (ordinal)'),
  tau: score.describe('Mean of Kendall’s tau-b over pairs of labelers'),
  labelers: z.array(z.object({ labeler: z.string(), done: z.int(), skipped: z.int(), changed: z.int().describe('How often they handed something in again, in the place of what they had'), medianMs: score, tau: score, alpha: score, gold: score })),
  runs: z.array(z.string()).describe('All runs that somebody has labeled for, whichever was asked for'),
  tasks: z.array(z.object({ task: z.string(), run: z.string(), prompt: z.string(), labelers: z.int(), tau: score, alpha: score })),
  notes: z.array(z.object({ labeler: z.string(), run: z.string(), prompt: z.string(), note: z.string(), gold: z.boolean().describe('Whether it is about a gold question'), skipped: z.boolean().describe('Whether it is about a task that the labeler skipped') })).describe('What labelers remarked, the latest first'),
  skipped: z.array(z.object({ run: z.string(), prompt: z.string(), reasons: z.array(z.object({ reason: z.string(), count: z.int() })), open: z.boolean().describe('Whether somebody is still to do it') })).describe('Tasks that labelers skipped: those that are still open first, and of these those that most skipped'),
});

function taskOf({ taskId, kind, runId, stage, messages, answers }: LabelingTask): z.infer<typeof oneHandedInView>['task'] {
  return { id: taskId, kind, run: runId, stage, messages, answers };
}

function viewOf({ alpha, tau, labelers, runs, tasks, notes, skipped }: GetAgreementReply): z.infer<typeof agreementView> {
  return {
    alpha: alpha ?? null,
    tau: tau ?? null,
    runs,
    labelers: labelers.map((one) => ({ labeler: one.labelerId, done: one.done, skipped: one.skipped, changed: one.changed, medianMs: one.medianMs ?? null, tau: one.tau ?? null, alpha: one.alpha ?? null, gold: one.gold ?? null })),
    tasks: tasks.map((one) => ({ task: one.taskId, run: one.runId, prompt: one.prompt, labelers: one.labelers, tau: one.tau ?? null, alpha: one.alpha ?? null })),
    skipped: skipped.map(({ runId, ...one }) => ({ run: runId, ...one })),
    notes: notes.map(({ labelerId, runId, ...one }) => ({ labeler: labelerId, run: runId, ...one })),
  };
}

/** Labeling for the studio, under /api: tasks of the store, and what people decide beside them. */
export const labelingRoutes: FastifyPluginAsyncZod<{ bus: Pick<Bus, 'call' | 'publishFeedback'> }> = async (app, { bus }) => {
  app.get('/label/queues', { schema: { tags, summary: 'What waits for labelers', response: { 200: queuesView, ...errors } } }, async () => {
    const { queues, unanswered } = await bus.call(rpc.listQueues, {});
    return { queues: queues.map(({ runId, ...queue }) => ({ run: runId, ...queue })), unanswered };
  });

  const leasing = z.strictObject({
    labeler,
    kind: z.enum(['rank', 'write']),
    run: z.string().regex(namePattern).optional().describe('Only tasks of this run'),
    holding: z.array(z.string().max(128)).max(64).default([]).describe('Tasks that are before the labeler or were just ended'),
  });
  app.post('/label/tasks', { schema: { tags, summary: 'Take a task for a while', body: leasing, response: { 200: taskView, ...errors } } }, async (request) => {
    const { labeler: name, kind, run = '', holding } = request.body;
    const given = await bus.call(rpc.leaseTask, { labelerId: labelerOf(request.principal, name), kind, runId: run, holding });
    return { task: given.taskId === '' ? null : { ...taskOf(given), leasedUntil: given.leasedUntilMs } };
  });

  const params = z.object({ id: z.string().min(1).max(128) });
  const renewed = z.object({ leasedUntil: z.int() });
  const renewing = z.strictObject({ labeler, formerly: labeler.optional().describe('The name under which the labeler took it, if they go by another now') });
  app.post('/label/tasks/:id/renew', { schema: { tags, summary: 'Keep a task while the labeler is at it; 409 when somebody else has it by now', params, body: renewing, response: { 200: renewed, ...errors } } }, async (request) => {
    const { labeler: name, formerly } = request.body;
    const { leasedUntilMs } = await bus.call(rpc.renewTask, { taskId: request.params.id, labelerId: labelerOf(request.principal, name), formerly: formerly === undefined ? '' : labelerOf(request.principal, formerly) });
    return { leasedUntil: leasedUntilMs };
  });

  const verdict = z.strictObject({ rank, rating, flags });
  const submission = z.strictObject({ labeler, verdicts: z.array(verdict).max(64).default([]), completion: text.default(''), note, activeMs, replace });
  app.post('/label/tasks/:id/submit', { schema: { tags, summary: 'Hand in a ranking, or an answer', params, body: submission, response: { 200: doneSchema, ...errors } } }, async (request) => {
    const { labeler: name, verdicts, completion, note: remark, activeMs: time, replace: again } = request.body;
    await bus.call(rpc.submitTask, { taskId: request.params.id, labelerId: labelerOf(request.principal, name), verdicts, completion, note: remark, activeMs: time, replace: again });
    return done;
  });

  const skipping = z.strictObject({ labeler, reason: z.string().max(500), note, activeMs, replace });
  app.post('/label/tasks/:id/skip', { schema: { tags, summary: 'Give a task to somebody else', params, body: skipping, response: { 200: doneSchema, ...errors } } }, async (request) => {
    const { labeler: name, reason, note: remark, activeMs: time, replace: again } = request.body;
    await bus.call(rpc.skipTask, { taskId: request.params.id, labelerId: labelerOf(request.principal, name), reason, note: remark, activeMs: time, replace: again });
    return done;
  });

  const asking = z.object({ labeler });
  app.get('/label/handed-in', { schema: { tags, summary: 'The latest rankings, answers and skips that a labeler may change, as nothing was trained on them yet', querystring: asking, response: { 200: handedInView, ...errors } } }, async (request) => {
    const { tasks } = await bus.call(rpc.listHandedIn, { labelerId: labelerOf(request.principal, request.query.labeler) });
    return { tasks: tasks.map(({ taskId, kind, skipped, runId, prompt, atMs }) => ({ id: taskId, kind, skipped, run: runId, prompt, at: atMs })) };
  });
  app.get('/label/handed-in/:id', { schema: { tags, summary: 'One of them as it was handed in; 409 when it may not be changed any more', params, querystring: asking, response: { 200: oneHandedInView, ...errors } } }, async (request) => {
    const { task: asked, verdicts, completion, note: remark, skipped, reason } = await bus.call(rpc.getHandedIn, { taskId: request.params.id, labelerId: labelerOf(request.principal, request.query.labeler) });
    return { task: taskOf(create(LabelingTask, asked ?? {})), verdicts, completion, note: remark, skipped, reason };
  });

  app.get('/label/agreement', { schema: { tags, summary: 'How labelers do, and how well they agree', querystring: z.object({ run: z.string().regex(namePattern).optional() }), response: { 200: agreementView, ...errors } } }, async (request) =>
    viewOf(await bus.call(rpc.getAgreement, { runId: request.query.run ?? '' })));

  app.get('/label/guidelines', { schema: { tags, summary: 'What labelers are told to go by, in Markdown', response: { 200: guidelinesView, ...errors } } }, async () => {
    const { text: written, updatedAtMs } = await bus.call(rpc.getGuidelines, {});
    return { text: written, updatedAt: updatedAtMs };
  });
  const writing = z.strictObject({
    text: z.string().max(100_000),
    updatedAt: z.int().min(0).optional().describe('Of the guidelines that the text was written from; without it, whatever there is is replaced'),
  });
  app.put('/label/guidelines', { bodyLimit: 1024 ** 2, schema: { tags, summary: 'Write the guidelines; 409 when they are not those of `updatedAt` any more', body: writing, response: { 200: guidelinesView, ...errors } } }, async (request) => {
    const { text: next, updatedAt } = request.body;
    const { text: written, updatedAtMs } = await bus.call(rpc.saveGuidelines, { text: next, ...(updatedAt === undefined ? {} : { writtenFrom: { updatedAtMs: updatedAt } }) });
    return { text: written, updatedAt: updatedAtMs };
  });

  const answer = z.strictObject({ text, rank, finished: z.boolean().default(true), rating, flags, model: z.string().max(256).default('') });
  const comparison = z.strictObject({ labeler, messages: conversation, answers: z.array(answer).min(2).max(16) });
  app.post('/comparisons', { schema: { tags, summary: 'Store a ranking of answers to a conversation', body: comparison, response: { 200: doneSchema, ...errors } } }, async (request) => {
    const { labeler: name, messages, answers } = request.body;
    await bus.publishFeedback('ranking', { rankingId: `studio-${randomUUID()}`, promptId: promptIdOf(messages), ...authorOf(request.principal, name), messages, answers, atMs: Date.now() });
    return done;
  });

  const rated = z.strictObject({ labeler, messages: conversation, answer: z.strictObject({ text, finished: z.boolean().default(true), model: z.string().max(256).default('') }), rating: z.int().min(1).max(7), flags });
  app.post('/ratings', { schema: { tags, summary: 'Store what somebody thinks of one answer', body: rated, response: { 200: doneSchema, ...errors } } }, async (request) => {
    const { labeler: name, messages, answer: { text: words, finished, model }, rating: given, flags: marked } = request.body;
    const answers = [{ text: words, rank: 0, finished, rating: given, flags: marked, model }];
    await bus.publishFeedback('ranking', { rankingId: `studio-${randomUUID()}`, promptId: promptIdOf(messages), ...authorOf(request.principal, name), messages, answers, atMs: Date.now() });
    return done;
  });

  const demonstration = z.strictObject({ labeler, messages: conversation, completion: text.refine((value) => value !== '', 'expected an answer, found an empty text') });
  app.post('/demonstrations', { schema: { tags, summary: 'Store a prompt and an answer to it', body: demonstration, response: { 200: doneSchema, ...errors } } }, async (request) => {
    const { labeler: name, messages, completion } = request.body;
    await bus.publishFeedback('demonstration', { demonstrationId: `studio-${randomUUID()}`, promptId: promptIdOf(messages), ...authorOf(request.principal, name), messages, completion, atMs: Date.now() });
    return done;
  });
};

/** Who decides beside the tasks has written the prompt too. */
function authorOf(principal: Principal, name: string): { labelerId: string; userId: string } {
  const labelerId = labelerOf(principal, name);
  return { labelerId, userId: labelerId };
}

/** The same conversation is the same prompt. */
function promptIdOf(messages: readonly { role: string; content: string }[]): string {
  return `studio-${createHash('sha256').update(JSON.stringify(messages.map(({ role, content }) => [role, content]))).digest('hex').slice(0, 32)}`;
}
