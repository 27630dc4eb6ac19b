import type { GenerateRequest } from '@minchat/contracts';
import { Random, type SampledToken, type SamplingOptions } from '@minchat/model';
import type { Tokenizer } from '@minchat/tokenizer';
import type { TokenLogprobs } from './answer.ts';
import type { LoadedModel } from './requests.ts';
import type { Prompt } from './prompt.ts';

/** `goesOn`: from the caller's text. Special tokens that end nothing are no text: they are counted, and not sent. */
export function textDecoder(tokenizer: Tokenizer, goesOn: boolean): { push(id: number): string; flush(): string } {
  const decoder = tokenizer.streamDecoder({ goesOn });
  return { push: (id) => (tokenizer.isSpecial(id) ? '' : decoder.push(id)), flush: () => decoder.flush() };
}

/** Every answer of a request has a random stream of its own, told by the seed and its index only. */
export function answerSeed(seed: number, index: number): number {
  return index === 0 ? seed : new Random(seed).fork(index).bits();
}

/** What the sampler is asked for one answer. */
export function samplingOf(request: GenerateRequest, prompt: Prompt, { model, tokenizer }: LoadedModel): SamplingOptions {
  const logitBias = new Map(request.logitBias.map(({ token, bias }) => [token, bias]));
  // Embeddings are often padded: rows that are no token of the tokenizer are never drawn.
  for (let id = tokenizer.vocabSize; id < model.config.vocab_size; id += 1) logitBias.set(id, -1e9);
  return {
    maxNewTokens: prompt.maxTokens,
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    frequencyPenalty: request.frequencyPenalty,
    presencePenalty: request.presencePenalty,
    logitBias,
    stopIds: tokenizer.eosIds,
    topLogprobs: request.wantLogprobs ? request.topLogprobs : 0,
  };
}

/** A token's log-probability and the likeliest beside it, under the model alone. */
export function logprobsOf(token: SampledToken): TokenLogprobs {
  return { logprob: token.rawLogprob, top: token.top.map((one) => ({ id: one.token, logprob: one.logprob })) };
}
