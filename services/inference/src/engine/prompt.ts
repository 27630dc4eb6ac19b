import * as tf from '@tensorflow/tfjs-core';
import { asManyAsFit, type GenerateRequest, type TokenLogprob } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { hiddenStates, leftPad, topLogprobs, unembed, type Model } from '@minchat/model';
import type { Tokenizer } from '@minchat/tokenizer';
import { checkBytes, mostTokens, type ReadingModel } from './check-bytes.ts';

export interface Prompt {
  ids: number[];
  /** How many of them stand in front of what the caller wrote: what every text begins with. */
  added: number;
  /** Tokens an answer may have; 0 only when none are asked for. */
  maxTokens: number;
}

/**
 * The prompt as token ids, checked against the model. Raw text may name special tokens: the whole
 * prompt is the caller's own. Contents of a conversation cannot.
 * Throws MC_USAGE for ids that the model lacks, MC_CONTEXT_LENGTH when there is no room.
 */
export function readPrompt(request: GenerateRequest, loaded: ReadingModel): Prompt {
  const { model, tokenizer, room } = loaded;
  checkBytes(loaded, [request.text ?? '', ...(request.chat?.messages ?? []).map(({ content }) => content)], 'prompt');
  const { ids, added } = promptIds(request, tokenizer);
  const vocabulary = Math.min(model.config.vocab_size, tokenizer.vocabSize);
  const unknown = ids.find((id) => id >= vocabulary) ?? request.logitBias.find((bias) => bias.token >= vocabulary)?.token;
  if (unknown !== undefined) throw new MinchatError('MC_USAGE', `expected token ids below ${vocabulary}, found ${unknown}`);
  if (request.maxTokens === 0 && !request.echo) throw new MinchatError('MC_USAGE', 'expected max_tokens of at least 1, found 0; only with echo may it be 0');
  const fits = room.tokens - ids.length;
  const wanted = request.maxTokens === asManyAsFit ? Math.max(1, fits) : request.maxTokens;
  if (wanted > fits) {
    throw new MinchatError('MC_CONTEXT_LENGTH', `expected prompt and answer to fit in ${mostTokens(loaded)}, found a prompt of ${ids.length} and ${wanted} for the answer`);
  }
  return { ids, added, maxTokens: wanted };
}

function promptIds(request: GenerateRequest, tokenizer: Tokenizer): Pick<Prompt, 'ids' | 'added'> {
  if (request.chat !== undefined) return { ids: tokenizer.encodeChat(request.chat.messages, { addGenerationPrompt: true }), added: 0 };
  const ids = request.tokens?.tokens ?? tokenizer.encodeWithSpecial(request.text ?? '');
  // A text is never empty to the model: what begins every text begins this one.
  if (ids.length === 0) return { ids: [...tokenizer.startOfText], added: tokenizer.startOfText.length };
  // Ids are the caller's own, and a BOS that they wrote themselves is not doubled.
  if (request.tokens !== undefined || tokenizer.bos.every((id, i) => ids[i] === id)) return { ids, added: 0 };
  return { ids: [...tokenizer.bos, ...ids], added: tokenizer.bos.length };
}

/** Text and raw bytes of a token for the log-probabilities; a padding row of the embedding has neither. */
export function describeToken(tokenizer: Tokenizer, id: number): { token: number; text: string; raw: Uint8Array } {
  const raw = id < tokenizer.vocabSize ? tokenizer.bytesOf(id) : new Uint8Array();
  return { token: id, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(raw), raw };
}

/** Of the echo in one piece at most: it has to fit in a message, whatever its tokens are. */
const echoBytes = 500_000;

/** A part of the echoed prompt. */
export interface EchoPiece {
  text: string;
  tokens: TokenLogprob[];
}

/**
 * The echoed prompt: its text, and (with `wantLogprobs`) its tokens with their log-probabilities
 * given what stands before them; the very first has none and tells 0. What stands in
 * front of the caller's text is not echoed, and of a conversation neither are the template's own tokens.
 */
export async function echoPrompt(request: GenerateRequest, { ids, added }: Prompt, model: Model, tokenizer: Tokenizer): Promise<EchoPiece[]> {
  const positions = request.wantLogprobs ? await promptLogprobs(model, ids, request.topLogprobs) : [];
  // Of each token the text and the bytes, its likeliest beside it, and once more its text; a byte that is no character takes three.
  const most = Math.ceil(echoBytes / ((request.topLogprobs + 2) * (4 * tokenizer.longestToken + 40)));
  const shown = Array.from(ids.entries()).slice(added).filter(([, id]) => request.chat === undefined || !tokenizer.isSpecial(id));
  const decoder = tokenizer.streamDecoder();
  let length = 0;
  const pieces: EchoPiece[] = [];
  for (let from = 0; from === 0 || from < shown.length; from += most) {
    const piece: EchoPiece = { text: '', tokens: [] };
    for (const [position, id] of shown.slice(from, from + most)) {
      if (request.wantLogprobs) {
        const at = positions[position - 1];
        const top = (at?.top ?? []).map((one) => ({ ...describeToken(tokenizer, one.token), logprob: one.logprob }));
        piece.tokens.push({ ...describeToken(tokenizer, id), textOffset: length, logprob: at?.logprob ?? 0, top });
      }
      const text = decoder.push(id);
      piece.text += text;
      length += text.length;
    }
    if (from + most >= shown.length) piece.text += decoder.flush();
    pieces.push(piece);
  }
  return pieces;
}

interface Position { logprob: number; top: { token: number; logprob: number }[] }

/** Logits held at once at most, some five times over: those of a long prompt and a large vocabulary would take gigabytes. */
const logitsTogether = 2 ** 22;

/** For each token but the first: its log-probability under softmax(logits), and the likeliest tokens there. */
async function promptLogprobs(model: Model, ids: readonly number[], count: number): Promise<Position[]> {
  if (ids.length < 2) return [];
  const { tokens, start } = leftPad([ids.slice(0, -1)]);
  const hidden = tf.tidy(() => tf.squeeze<tf.Tensor2D>(hiddenStates(model, tokens, start), [0])); // (T - 1, C)
  const { vocabulary } = model.shape;
  const together = Math.max(1, Math.floor(logitsTogether / vocabulary));
  const positions: Position[] = [];
  try {
    while (positions.length < ids.length - 1) {
      const from = positions.length;
      const some = tf.tidy(() => tf.logSoftmax(unembed(model, tf.slice(hidden, [from, 0], [Math.min(together, ids.length - 1 - from), -1])))); // (n, V)
      const values = await some.data();
      some.dispose();
      for (const [row, id] of ids.slice(from + 1, from + 1 + some.shape[0]).entries()) {
        const all = values.subarray(row * vocabulary, (row + 1) * vocabulary);
        positions.push({ logprob: all[id] ?? 0, top: topLogprobs(all, 0, count) });
      }
    }
  } finally {
    tf.dispose([tokens, start, hidden]);
  }
  return positions;
}
