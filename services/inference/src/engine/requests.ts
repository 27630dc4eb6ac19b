import type { ArtifactRef, GenerateChunk, GenerateRequest } from '@minchat/contracts';
import type { AnswerTracker } from './answer.ts';
import type { LoadedModel } from './model-store.ts';
import { describeToken, type Prompt } from './prompt.ts';
import type { Reading } from './protocol.ts';

/** A request that has not got all it needs: a loaded model, or slots for all of its answers. */
export interface Waiting {
  id: number;
  source: ArtifactRef;
  work: { type: 'generate'; request: GenerateRequest } | Reading;
  /** Set once the model is there. */
  started?: Started;
}

/** A generating request whose prompt has been read. */
export interface Started {
  id: number;
  request: GenerateRequest;
  loaded: LoadedModel;
  prompt: Prompt;
  seed: number;
  /** Answers that have a slot; and how many have been given one or are over. */
  running: Set<Answer>;
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

/** What is sent of an answer. */
export function chunkOf({ started: { loaded: { tokenizer }, prompt }, index, tracker }: Answer): GenerateChunk {
  const { text, tokens, finish } = tracker.take();
  return {
    index,
    text,
    tokens: tokens.map((token) => ({
      ...describeToken(tokenizer, token.id),
      logprob: token.logprob,
      top: token.top.map((one) => ({ ...describeToken(tokenizer, one.id), logprob: one.logprob })),
    })),
    finishReason: finish ?? '',
    promptTokens: prompt.ids.length,
    completionTokens: tracker.count,
  };
}
