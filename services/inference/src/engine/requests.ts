import type { GenerateChunk, GenerateRequest } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { DecodeBatch } from '@minchat/model';
import type { AnswerTracker } from './answer.ts';
import type { ReadingModel } from './check-bytes.ts';
import { describeToken, readPrompt, type Prompt } from './prompt.ts';
import type { Ask } from './protocol.ts';

/** A model with the batch that its answers are decoded in. */
export interface LoadedModel extends ReadingModel {
  /** Made with the first answer. */
  batch: DecodeBatch | undefined;
  /** Who has its slots. */
  readonly answers: Map<number, Answer>;
  /** Requests that hold it. */
  users: number;
}

/** A request whose model is not there yet. */
export interface Waiting extends Ask {
  id: number;
}

/** A request whose model is there, and stays there until it is over. */
export interface Begun {
  id: number;
  client: string;
  loaded: LoadedModel;
  /** Answers that have a slot. */
  running: Set<Answer>;
}

/** A generating request whose prompt is known. */
export interface Started extends Begun {
  request: GenerateRequest;
  prompt: Prompt;
  seed: number;
  /** Characters of the prompt that were sent back, before any answer. */
  echoed: number;
  /** How many answers have been given a slot, and how many are over. */
  next: number;
  over: number;
}

/** An answer that has a slot of its model's batch. */
export interface Answer {
  readonly started: Started;
  readonly slot: number;
  /** Which of the request's answers. */
  readonly index: number;
  readonly tracker: AnswerTracker;
  /** Whether something of it was sent. */
  begun: boolean;
}

/** Throws MC_USAGE for a model that scores, and what readPrompt throws. */
export function startedOf(id: number, request: GenerateRequest, loaded: LoadedModel): Started {
  if (loaded.model.head !== 'lm') throw new MinchatError('MC_USAGE', 'expected a model that writes text, found a reward model');
  const prompt = readPrompt(request, loaded);
  const seed = request.hasSeed ? request.seed : Math.floor(Math.random() * 2 ** 32);
  return { id, client: request.client, loaded, running: new Set(), request, prompt, seed, echoed: 0, next: 0, over: 0 };
}

/** What is sent of an answer. */
export function chunkOf({ started: { loaded: { tokenizer }, prompt, echoed }, index, tracker }: Answer): GenerateChunk {
  const { text, tokens, finish } = tracker.take();
  return {
    index,
    text,
    tokens: tokens.map((token) => ({
      ...describeToken(tokenizer, token.id),
      ...(tokenizer.isSpecial(token.id) ? { raw: new Uint8Array() } : {}),
      textOffset: echoed + token.start,
      logprob: token.logprob,
      top: token.top.map((one) => ({ ...describeToken(tokenizer, one.id), logprob: one.logprob })),
    })),
    finishReason: finish ?? '',
    promptTokens: prompt.ids.length,
    completionTokens: tracker.count,
  };
}
