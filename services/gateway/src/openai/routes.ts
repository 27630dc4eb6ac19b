import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { GenerateChunk, NamedModel } from '@minchat/contracts';
import { errors } from '../answers.ts';
import { ApiError } from '../errors.ts';
import { merge } from '../merge.ts';
import type { ModelDirectory } from '../models.ts';
import { clientGone, sendEvents, type ServerSentEvent } from '../sse.ts';
import { ChatChoices, chatDelta, messagesOf, planChat } from './chat.ts';
import { chatRequest, chatResponse, type ChatChunk } from './chat-schema.ts';
import { clientOf } from '../people/principal.ts';
import { dropNulls } from './common.ts';
import { checkDimensions, embeddingItems, embeddingRequest, embeddingResponse, planEmbeddings } from './embeddings.ts';
import { CompletionChoices, completionDelta, planCompletion, promptTexts, type CompletionPlan } from './completions.ts';
import { completionRequest, completionResponse, type CompletionResponse } from './completions-schema.ts';
import { UsageCounter, type Inference } from './generation.ts';
import { sendList } from './json-pieces.ts';
import { chatOf, Response } from './responses.ts';
import { responsesRequest, responsesResponse } from './responses-schema.ts';
import { modelListResponse, modelResponse, rewardRequest, rewardResponse, type RewardRequest } from './rewards-schema.ts';

/** A prompt that a user gave with consent. */
export interface CollectedPrompt {
  request: FastifyRequest;
  /** Its place among the prompts of the request. */
  index: number;
  messages: { role: string; content: string }[];
  user: string | null | undefined;
  /** The request itself asks not to be kept. */
  refused: boolean;
}

export interface OpenAiOptions {
  inference: Inference;
  models: ModelDirectory;
  /** Hands a prompt to the store if the settings allow it; never fails the request. */
  collect: (prompt: CollectedPrompt) => void;
}

const done: ServerSentEvent = { data: '[DONE]' };

/** The OpenAI-compatible endpoints, under /v1. */
export const openAiRoutes: FastifyPluginAsyncZod<OpenAiOptions> = async (app, { inference, models, collect }) => {
  app.addHook('preValidation', async ({ body }) => dropNulls(body));

  app.get('/models', { schema: { tags: ['models'], summary: 'The models that can be asked', response: { 200: modelListResponse, ...errors } } }, async () => ({
    object: 'list' as const,
    data: (await models.list()).map(describeModel),
  }));

  // Names have a slash in them: the rest of the path is the name, written plainly or as %2F.
  app.get('/models/*', { schema: { tags: ['models'], summary: 'One model', params: z.object({ '*': z.string() }), response: { 200: modelResponse, ...errors } } }, async (request) =>
    describeModel(await models.describe(request.params['*'])));

  app.post('/completions', { schema: { tags: ['generate'], summary: 'Continue a text', body: completionRequest, response: { 200: completionResponse, ...errors } } }, async (request, reply) => {
    const { body } = request;
    const model = await models.resolve(body.model, 'text');
    const plan = planCompletion(body, model, request.id);
    for (const [index, text] of promptTexts(body).entries()) {
      collect({ request, index, messages: [{ role: 'user', content: text }], user: body.user, refused: false });
    }
    const signal = clientGone(reply);
    const head = { id: `cmpl-${request.id}`, object: 'text_completion' as const, created: Math.floor(Date.now() / 1000), model: model.id };
    if (body.stream === true) return sendEvents(reply, streamCompletion(answersOf(inference, plan, clientOf(request), signal), plan, head, body.stream_options?.include_usage === true));
    const usage = new UsageCounter();
    const choices = new CompletionChoices(plan);
    for await (const { source, value } of answersOf(inference, plan, clientOf(request), signal)) {
      usage.add(source, value);
      choices.add(source, value);
    }
    return sendList(reply, { ...head, usage: usage.usage }, 'choices', choices.items());
  });

  app.post('/chat/completions', { schema: { tags: ['generate'], summary: 'Answer in a conversation', body: chatRequest, response: { 200: chatResponse, ...errors } } }, async (request, reply) => {
    const { body } = request;
    const model = await models.resolve(body.model, 'text');
    const plan = planChat(body, model, request.id);
    collect({ request, index: 0, messages: messagesOf(body), user: body.user, refused: body.store === false });
    const signal = clientGone(reply);
    const head = { id: `chatcmpl-${request.id}`, created: Math.floor(Date.now() / 1000), model: model.id };
    const answers = inference.generate({ ...plan, client: clientOf(request) }, signal);
    if (body.stream === true) {
      return sendEvents(reply, streamChat(answers, { ...head, object: 'chat.completion.chunk' }, { n: plan.n ?? 1, logprobs: body.logprobs === true, usage: body.stream_options?.include_usage === true }));
    }
    const usage = new UsageCounter();
    const choices = new ChatChoices(plan);
    for await (const chunk of answers) {
      usage.add(0, chunk);
      choices.add(chunk);
    }
    return sendList(reply, { ...head, object: 'chat.completion', usage: usage.usage }, 'choices', choices.items());
  });

  app.post('/responses', { schema: { tags: ['generate'], summary: 'Answer in a conversation, in the form of OpenAI’s Responses', body: responsesRequest, response: { 200: responsesResponse, ...errors } } }, async (request, reply) => {
    const { body } = request;
    const chat = chatOf(body);
    const model = await models.resolve(body.model, 'text');
    const plan = planChat(chat, model, request.id);
    collect({ request, index: 0, messages: messagesOf(chat), user: body.user, refused: body.store === false });
    const answer = inference.generate({ ...plan, client: clientOf(request) }, clientGone(reply));
    const response = new Response(body, request.id, model.id);
    if (body.stream === true) return sendEvents(reply, response.events(answer));
    for await (const chunk of answer) response.add(chunk);
    return response.body;
  });

  app.post('/rewards', { schema: { tags: ['rewards'], summary: 'Score answers with a reward model', body: rewardRequest, response: { 200: rewardResponse, ...errors } } }, async (request, reply) => {
    const { body } = request;
    const model = await models.resolve(body.model, 'reward');
    const texts = [body.input].flat().map(textToScore);
    const scores = await inference.score({ model: model.artifact, texts, client: clientOf(request) }, clientGone(reply));
    return { object: 'list' as const, model: model.id, data: scores.map((score, index) => ({ object: 'reward' as const, index, score })) };
  });

  app.post('/embeddings', { schema: { tags: ['embeddings'], summary: 'Vectors that stand for texts', body: embeddingRequest, response: { 200: embeddingResponse, ...errors } } }, async (request, reply) => {
    const { body } = request;
    const model = await models.resolve(body.model, 'text');
    const { embeddings, promptTokens } = await inference.embed({ ...planEmbeddings(body, model), client: clientOf(request) }, clientGone(reply));
    const vectors = embeddings.map(({ values }) => values);
    checkDimensions(body, vectors[0]?.length ?? 0);
    return sendList(reply, { object: 'list', model: model.id, usage: { prompt_tokens: promptTokens, total_tokens: promptTokens } }, 'data', embeddingItems(body, vectors));
  });
};

/** The chunks of all prompts as they come. */
function answersOf(inference: Inference, { requests }: CompletionPlan, client: string, signal: AbortSignal) {
  return merge(requests.map((request) => (ending: AbortSignal) => inference.generate({ ...request, client }, ending)), signal);
}

async function* streamCompletion(answers: ReturnType<typeof answersOf>, plan: CompletionPlan, head: Pick<CompletionResponse, 'id' | 'object' | 'created' | 'model'>, withUsage: boolean): AsyncGenerator<ServerSentEvent, void, undefined> {
  const usage = new UsageCounter();
  const extra = withUsage ? { usage: null } : {};
  for await (const { source, value } of answers) {
    usage.add(source, value);
    yield { data: JSON.stringify({ ...head, choices: [completionDelta(plan, source, value)], ...extra } satisfies CompletionResponse) };
  }
  if (withUsage) yield { data: JSON.stringify({ ...head, choices: [], usage: usage.usage } satisfies CompletionResponse) };
  yield done;
}

async function* streamChat(answers: AsyncIterable<GenerateChunk>, head: Pick<ChatChunk, 'id' | 'object' | 'created' | 'model'>, want: { n: number; logprobs: boolean; usage: boolean }): AsyncGenerator<ServerSentEvent, void, undefined> {
  const usage = new UsageCounter();
  const extra = want.usage ? { usage: null } : {};
  const told = new Set<number>();
  const event = (choices: ChatChunk['choices']): ServerSentEvent => ({ data: JSON.stringify({ ...head, choices, ...extra } satisfies ChatChunk) });
  for await (const chunk of answers) {
    usage.add(0, chunk);
    if (!told.has(chunk.index)) {
      told.add(chunk.index);
      yield event([{ index: chunk.index, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }]);
    }
    yield event([chatDelta(chunk, want.logprobs)]);
  }
  if (want.usage) yield { data: JSON.stringify({ ...head, choices: [], usage: usage.usage } satisfies ChatChunk) };
  yield done;
}

function textToScore(input: Exclude<RewardRequest['input'], readonly unknown[]>) {
  if ('prompt' in input) {
    return { messages: typeof input.prompt === 'string' ? [{ role: 'user', content: input.prompt }] : input.prompt, completion: input.completion };
  }
  const last = input.messages.at(-1);
  if (last?.role !== 'assistant') throw new ApiError(400, `input.messages: expected the last message to be an assistant's, found one of ${last?.role ?? 'nobody'}`, { param: 'input', code: 'invalid_value' });
  return { messages: input.messages.slice(0, -1), completion: last.content };
}

function describeModel(model: NamedModel) {
  const { id, run, stage, kind, purpose } = model;
  return { id, object: 'model' as const, created: Math.floor(model.createdAtMs / 1000), owned_by: 'minchat' as const, minchat: { run, stage, kind, purpose } };
}
