import type { ChatMessage, ComparisonRecord } from '@minchat/datasets';
import type { Logger } from '@minchat/telemetry';
import type { Tokenizer } from '@minchat/tokenizer';

// From the records of a data set to token lists that the model's context has room for.

/** A prompt and its answer. The loss is on the answer only. */
export interface Example {
  readonly prompt: readonly number[];
  readonly answer: readonly number[];
  /** Whether the context was too short for all of it. */
  readonly cut?: boolean;
}

/**
 * Cuts a pair down to a context of so many tokens: the prompt keeps its end (at least half of the
 * context, if it is that long), the answer its beginning. A cut answer loses its end token, so that
 * the model does not learn to stop in mid-sentence.
 */
export function fitExample(example: Example, context: number): Example {
  const { prompt, answer } = example;
  if (prompt.length + answer.length <= context) return example;
  const kept = fitPrompt(prompt, answer.length, context);
  return { prompt: kept, answer: answer.slice(0, context - kept.length), cut: true };
}

/** The end of a prompt before an answer of so many tokens. */
function fitPrompt(prompt: readonly number[], answerLength: number, context: number): readonly number[] {
  const room = Math.max(Math.floor(context / 2), context - answerLength);
  return prompt.slice(Math.max(0, prompt.length - room));
}

/** Warns of examples that were cut; `what` names them all. */
export function warnOfCut(log: Logger, what: string, examples: Iterable<Example>, context: number): void {
  const all = [...examples];
  const cut = all.filter((example) => example.cut).length;
  if (cut === 0) return;
  log.warn({ cut, of: all.length, context }, `${cut} of ${all.length} ${what} are longer than the model's context of ${context} tokens: their prompts lose the beginning, their answers the end`);
}

/** A conversation and the whole answer to it, with its end token. */
export function chatExample(tokenizer: Tokenizer, messages: readonly ChatMessage[], completion: string, context: number): Example {
  const prompt = tokenizer.encodeChat(messages, { addGenerationPrompt: true });
  return fitExample({ prompt, answer: answerTokens(tokenizer, prompt, { text: completion, finished: true }) }, context);
}

/**
 * One labeler's ranked answers, all behind the same prompt: where the longest leaves too little room for it, it is cut
 * for all, since they were ranked as answers to one.
 */
export function rankedExamples(tokenizer: Tokenizer, { messages, answers }: Pick<ComparisonRecord, 'messages' | 'answers'>, context: number): Example[] {
  const prompt = tokenizer.encodeChat(messages, { addGenerationPrompt: true });
  const encoded = answers.map((answer) => answerTokens(tokenizer, prompt, answer));
  const kept = fitPrompt(prompt, Math.max(...encoded.map(({ length }) => length)), context);
  return encoded.map((answer) => fitExample({ prompt: kept, answer, cut: kept.length < prompt.length }, context));
}

function answerTokens(tokenizer: Tokenizer, prompt: readonly number[], { text, finished }: { text: string; finished: boolean }): number[] {
  const tokens = tokenizer.encode(text, { behind: prompt.at(-1) });
  return finished ? [...tokens, tokenizer.endOfTurn] : tokens;
}
