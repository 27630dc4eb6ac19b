import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errors } from '../answers.ts';
import type { CollectPrompt } from '../collect.ts';
import type { ModelDirectory } from '../models.ts';
import { clientOf } from '../people/principal.ts';
import { clientGone, sendEvents } from '../sse.ts';
import { ChatChoices, messagesOf, planChat, streamChat } from './chat.ts';
import { chatRequest, chatResponse } from './chat-schema.ts';
import { dropNulls } from './common.ts';
import { answersOf, CompletionChoices, planCompletion, promptTexts, streamCompletion } from './completions.ts';
import { completionRequest, completionResponse } from './completions-schema.ts';
import { checkDimensions, embeddingItems, embeddingRequest, embeddingResponse, planEmbeddings } from './embeddings.ts';
import { UsageCounter, type Inference } from './generation.ts';
import { sendList } from './json-pieces.ts';
import { modelListResponse, modelResponse, viewModel } from './model-view.ts';
import { chatOf, Response } from './responses.ts';
import { responsesRequest, responsesResponse } from './responses-schema.ts';
import { rewardRequest, rewardResponse, textsToScore } from './rewards.ts';

export interface OpenAiOptions {
  inference: Inference;
  models: ModelDirectory;
  collect: CollectPrompt;
}

/** The OpenAI-compatible endpoints, under /v1. */
export const openAiRoutes: FastifyPluginAsyncZod<OpenAiOptions> = async (app, { inference, models, collect }) => {
  app.addHook('preValidation', async ({ body }) => dropNulls(body));

  app.get('/models', { schema: { tags: ['models'], summary: 'The models that can be asked', response: { 200: modelListResponse, ...errors } } }, async () => ({
    object: 'list' as const,
    data: (await models.list()).map(viewModel),
  }));

  // Names have a slash in them: the rest of the path is the name, written plainly or as %2F.
  app.get('/models/*', { schema: { tags: ['models'], summary: 'One model', params: z.object({ '*': z.string() }), response: { 200: modelResponse, ...errors } } }, async (request) =>
    viewModel(await models.describe(request.params['*'])));

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
      return sendEvents(reply, streamChat(answers, { ...head, object: 'chat.completion.chunk' }, { logprobs: body.logprobs === true, usage: body.stream_options?.include_usage === true }));
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
    const scores = await inference.score({ model: model.artifact, texts: textsToScore(body), client: clientOf(request) }, clientGone(reply));
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
