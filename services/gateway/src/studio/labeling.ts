import { createHash, randomUUID } from 'node:crypto';
import { rpc, type Bus } from '@minchat/bus';
import { namePattern } from '@minchat/contracts';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorSchema } from '../openai/common.ts';
import { labelerOf } from '../people/principal.ts';

const errors = { '4xx': errorSchema, '5xx': errorSchema };
const tags = ['labeling'];

const labeler = z.string().trim().min(1).max(64).describe('Who decides: a name that the labeler chose; whoever is logged in is known by the account instead');
// PostgreSQL cannot hold U+0000, which a model that has not learned yet may write: it is kept as what a page shows for it.
const text = z.string().max(200_000).transform((value) => value.replaceAll('\0', '\uFFFD'));
const message = z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: text });
const conversation = z.array(message).min(1).max(256);
const rank = z.int().min(0).max(99).describe('0 is best; equal ranks are ties');
const flags = z.array(z.string().max(64)).max(16).default([]);
const rating = z.int().min(0).max(7).default(0).describe('1 to 7; 0 when not rated');
const accepted = z.object({ ok: z.literal(true) });

const queuesView = z.object({
  queues: z.array(z.object({ run: z.string(), stage: z.string(), wanted: z.int(), done: z.int(), open: z.int(), leased: z.int() })),
  unanswered: z.int().describe('Prompts that nobody has answered; counted up to 1,000'),
});
const taskView = z.object({
  task: z.object({
    id: z.string(),
    kind: z.string(),
    run: z.string(),
    stage: z.string(),
    messages: z.array(z.object({ role: z.string(), content: z.string() })),
    answers: z.array(z.object({ text: z.string(), finished: z.boolean() })),
    leasedUntil: z.int(),
  }).nullable().describe('null: there is none'),
});

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
    const task = await bus.call(rpc.leaseTask, { labelerId: labelerOf(request.principal, name), kind, runId: run, holding });
    if (task.taskId === '') return { task: null };
    return { task: { id: task.taskId, kind: task.kind, run: task.runId, stage: task.stage, messages: task.messages, answers: task.answers, leasedUntil: task.leasedUntilMs } };
  });

  const params = z.object({ id: z.string().min(1).max(128) });
  const verdict = z.strictObject({ rank, rating, flags });
  const submission = z.strictObject({ labeler, verdicts: z.array(verdict).max(64).default([]), completion: text.default('') });
  app.post('/label/tasks/:id/submit', { schema: { tags, summary: 'Hand in a ranking, or an answer', params, body: submission, response: { 200: accepted, ...errors } } }, async (request) => {
    const { labeler: name, verdicts, completion } = request.body;
    await bus.call(rpc.submitTask, { taskId: request.params.id, labelerId: labelerOf(request.principal, name), verdicts, completion });
    return { ok: true as const };
  });

  const skipping = z.strictObject({ labeler, reason: z.string().max(500) });
  app.post('/label/tasks/:id/skip', { schema: { tags, summary: 'Give a task to somebody else', params, body: skipping, response: { 200: accepted, ...errors } } }, async (request) => {
    await bus.call(rpc.skipTask, { taskId: request.params.id, labelerId: labelerOf(request.principal, request.body.labeler), reason: request.body.reason });
    return { ok: true as const };
  });

  const answer = z.strictObject({ text, rank, finished: z.boolean().default(true), rating, flags, model: z.string().max(256).default('') });
  const comparison = z.strictObject({ labeler, messages: conversation, answers: z.array(answer).min(2).max(16) });
  app.post('/comparisons', { schema: { tags, summary: 'Store a ranking of answers to a conversation', body: comparison, response: { 200: accepted, ...errors } } }, async (request) => {
    const { labeler: name, messages, answers } = request.body;
    await bus.publishFeedback('ranking', { rankingId: `studio-${randomUUID()}`, promptId: promptIdOf(messages), labelerId: labelerOf(request.principal, name), messages, answers, atMs: Date.now() });
    return { ok: true as const };
  });

  const rated = z.strictObject({ labeler, messages: conversation, answer: z.strictObject({ text, finished: z.boolean().default(true), model: z.string().max(256).default('') }), rating: z.int().min(1).max(7), flags });
  app.post('/ratings', { schema: { tags, summary: 'Store what somebody thinks of one answer', body: rated, response: { 200: accepted, ...errors } } }, async (request) => {
    const { labeler: name, messages, answer: { text: words, finished, model }, rating: given, flags: marked } = request.body;
    const answers = [{ text: words, rank: 0, finished, rating: given, flags: marked, model }];
    await bus.publishFeedback('ranking', { rankingId: `studio-${randomUUID()}`, promptId: promptIdOf(messages), labelerId: labelerOf(request.principal, name), messages, answers, atMs: Date.now() });
    return { ok: true as const };
  });

  const demonstration = z.strictObject({ labeler, messages: conversation, completion: text.refine((value) => value !== '', 'expected an answer, found an empty text') });
  app.post('/demonstrations', { schema: { tags, summary: 'Store a prompt and an answer to it', body: demonstration, response: { 200: accepted, ...errors } } }, async (request) => {
    const { labeler: name, messages, completion } = request.body;
    await bus.publishFeedback('demonstration', { demonstrationId: `studio-${randomUUID()}`, promptId: promptIdOf(messages), labelerId: labelerOf(request.principal, name), messages, completion, atMs: Date.now() });
    return { ok: true as const };
  });
};

/** The same conversation is the same prompt. */
function promptIdOf(messages: readonly { role: string; content: string }[]): string {
  return `studio-${createHash('sha256').update(JSON.stringify(messages.map(({ role, content }) => [role, content]))).digest('hex').slice(0, 32)}`;
}
