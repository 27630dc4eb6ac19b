import type { ArtifactRef, GenerateChunk, GenerateRequest } from '@minchat/contracts';
import type { AnswerPiece, AnswerTracker } from './answer.ts';
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
  /** Answers that have a slot, by slot; and how many have been given one or are over. */
  running: Map<number, Answer>;
  next: number;
  over: number;
}

export interface Answer {
  index: number;
  tracker: AnswerTracker;
  /** What is certain and not yet sent. */
  held: AnswerPiece;
  /** Whether something of it was sent. */
  begun: boolean;
}

/** What is sent of an answer. */
export function chunkOf({ loaded: { tokenizer }, prompt }: Started, { index, tracker }: Answer, { text, tokens, finish }: AnswerPiece): GenerateChunk {
  return {
    index,
    text,
    tokens: tokens.map((token) => ({
      ...describeToken(tokenizer, token.id),
      logprob: token.logprob ?? 0,
      top: (token.top ?? []).map((one) => ({ ...describeToken(tokenizer, one.id), logprob: one.logprob })),
    })),
    finishReason: finish ?? '',
    promptTokens: prompt.ids.length,
    completionTokens: tracker.count,
  };
}
