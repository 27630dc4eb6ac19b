import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { ApiError } from './errors.ts';
import { chatRequest } from './openai/chat-schema.ts';
import { completionRequest } from './openai/completions-schema.ts';
import { embeddingRequest } from './openai/embeddings.ts';
import { rewardRequest } from './openai/rewards.ts';
import { checkRequest } from './validation.ts';

/** The error of a request. */
function faultOf(schema: z.ZodType, data: unknown): ApiError['body']['error'] | undefined {
  const result = checkRequest({ schema, method: 'POST', url: '/', httpPart: 'body' })(data) as { error?: ApiError };
  return result.error?.body.error;
}

/** A list of 10,000, and how many of them were looked at. */
function watched(item: unknown): { list: unknown[]; looked: () => number } {
  let looked = 0;
  const list = new Proxy(Array.from({ length: 10_000 }, () => item), {
    get: (target, key) => {
      if (typeof key === 'string' && /^\d+$/.test(key)) looked += 1;
      return Reflect.get(target, key) as unknown;
    },
  });
  return { list, looked: () => looked };
}

const messages = [{ role: 'user', content: 'hi' }];

describe('a request that is wrong', () => {
  it.each<[string, z.ZodType, unknown, (list: unknown[]) => object]>([
    ['messages that are none', chatRequest, 1, (list) => ({ messages: list })],
    ['parts that are none', chatRequest, {}, (list) => ({ messages: [{ role: 'user', content: list }] })],
    ['modalities', chatRequest, 'audio', (list) => ({ messages, modalities: list })],
    ['stop strings that are none', chatRequest, 1, (list) => ({ messages, stop: list })],
    ['tokens below all', completionRequest, -1, (list) => ({ prompt: list })],
    ['tokens beyond all', completionRequest, 2 ** 40, (list) => ({ prompt: [list] })],
    ['prompts that are none', completionRequest, null, (list) => ({ prompt: list })],
    ['texts that are none', embeddingRequest, {}, (list) => ({ input: list })],
    ['tokens of a text', embeddingRequest, -1, (list) => ({ input: list })],
    ['messages to score', rewardRequest, {}, (list) => ({ input: { messages: list } })],
    ['prompts to score', rewardRequest, {}, (list) => ({ input: { prompt: list, completion: '' } })],
  ])('is looked at as far as its first fault: %s', (_, schema, item, bodyOf) => {
    const { list, looked } = watched(item);
    expect(faultOf(schema, { model: 'tiny', ...bodyOf(list) })).toMatchObject({ code: 'invalid_value', type: 'invalid_request_error' });
    expect(looked()).toBeLessThan(10);
  });

  it('is told how many biases there may be before any of them is looked at', () => {
    const bias = Object.fromEntries(Array.from({ length: 1025 }, (_, i) => [`no id ${String(i)}`, 'no number']));
    expect(faultOf(chatRequest, { model: 'tiny', messages, logit_bias: bias })).toMatchObject({ param: 'logit_bias', message: 'logit_bias: at most 1024 tokens' });
  });

  it('is told by its own names, cut where they are long', () => {
    expect(faultOf(chatRequest, { model: 'tiny', messages: [{ role: 'king', content: '' }] })).toMatchObject({ param: 'messages.0.role', message: 'messages.0.role: expected system, developer, user or assistant' });
    expect(faultOf(chatRequest, { model: 'tiny', messages: [{ ...messages[0], mood: 1 }] })).toMatchObject({ param: 'messages.0.mood', code: 'unknown_parameter' });
    expect(faultOf(chatRequest, null)).toMatchObject({ param: null, message: expect.stringMatching(/^request: /) as string });
    expect(faultOf(chatRequest, { model: 'tiny', messages, logit_bias: { ['x'.repeat(100_000)]: 1 } })?.message.length).toBeLessThan(200);
  });
});
