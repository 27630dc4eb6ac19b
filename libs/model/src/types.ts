import type * as tf from '@tensorflow/tfjs-core';
import type { Head, ModelConfig, ModelShape } from './architectures/architecture.ts';
import type { Random } from './random.ts';

// Shapes everywhere: B batch, T time, C channels (width), nh heads, hs head size, I width of the MLP, V vocabulary.
//
// Who owns a tensor: a function never disposes what it was given; what it returns belongs to the
// caller, who disposes it (tf.tidy or .dispose()).

/** A model with its weights under GPT-2's names (`transformer.wte.weight`, ...; architectures/parameters.ts has them all). */
export interface Model {
  /** What its folder's config.json says. */
  readonly config: ModelConfig;
  readonly shape: ModelShape;
  readonly parameters: Map<string, tf.Variable>;
  readonly head: Head;
}

/** Dropout on the embeddings and on both residual branches of every block (the paper's residual dropout). */
export interface Dropout {
  /** Share of the values set to zero, 0 <= rate < 1. */
  readonly rate: number;
  /** Masks are drawn from it: the same state gives the same masks. */
  readonly random: Random;
  /** Which row of a batch the first one is: a row has masks of its own, whichever others are in the pass with it. */
  readonly row: number;
}

export interface ForwardOptions {
  readonly dropout?: Dropout | undefined;
  /** What is wanted of every row: all positions by default. The last layer does no more than that needs. */
  readonly positions?: Positions | undefined;
}

/** `count` positions of every row, from `from` on. */
export interface Positions {
  readonly from: number;
  readonly count: number;
}

/** What one request asks of the sampler; the names are OpenAI's. */
export interface SamplingOptions {
  readonly maxNewTokens: number;
  /** 0 is greedy. Default 1. */
  readonly temperature?: number | undefined;
  /** Keep the k most probable tokens; 0 (default) keeps all. */
  readonly topK?: number | undefined;
  /** Keep the smallest set of tokens whose probability reaches p; 1 (default) keeps all. */
  readonly topP?: number | undefined;
  /** Subtracted from a raw logit times the token's count among the tokens generated before. */
  readonly frequencyPenalty?: number | undefined;
  /** Subtracted once from the raw logit of a token generated before. */
  readonly presencePenalty?: number | undefined;
  /** Added to raw logits, by token id. */
  readonly logitBias?: ReadonlyMap<number, number> | undefined;
  /** Generation ends with the first of them; it is the last of `tokens`. */
  readonly stopIds?: readonly number[] | undefined;
  /** How many of the most probable tokens to report at every position; default 0. */
  readonly topLogprobs?: number | undefined;
}

export interface GenerateOptions extends SamplingOptions {
  /** One seed for the batch (row i draws from its own stream i), or one seed per row. */
  readonly seed: number | readonly number[];
  /** Aborting rejects with the signal's reason after the token in progress. */
  readonly signal?: AbortSignal | undefined;
}

export interface TokenLogprob {
  readonly token: number;
  readonly logprob: number;
}

/** One sampled token. */
export interface SampledToken extends TokenLogprob {
  /**
   * Log-probability under softmax(logits / temperature) over the whole vocabulary (temperature 1 when
   * greedy): the policy's log-probability for PPO, what `tokenLogProbs` computes.
   */
  readonly logprob: number;
  /** Log-probability under softmax(logits): what the API reports. */
  readonly rawLogprob: number;
  /** The most probable tokens under softmax(logits), best first; empty unless asked for. */
  readonly top: readonly TokenLogprob[];
}

export interface Generation {
  /** The generated tokens, the stop token included when one ended it. */
  readonly tokens: number[];
  /** Of the temperature-scaled full distribution, one per token (see SampledToken.logprob). */
  readonly logprobs: number[];
  /** Of the unscaled distribution, one per token. */
  readonly rawLogprobs: number[];
  readonly top: TokenLogprob[][];
}
