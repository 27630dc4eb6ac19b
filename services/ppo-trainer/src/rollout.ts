import { generate, type Generation, type Model, type Random } from '@minchat/model';
import type { Tokenizer } from '@minchat/tokenizer';
import type { Episode } from './episodes.ts';
import type { Prompt } from './prompts.ts';

export interface RolloutOptions {
  readonly maxNewTokens: number;
  readonly temperature: number;
  readonly rolloutBatchSize: number;
}

/**
 * Answers prompts with the policy, sampling from its full distribution at the temperature. The
 * log-probabilities come from the generation itself (KV cache); that training computes the same ones
 * is checked in every iteration (first ratio). Each episode has its own random stream: an answer does not depend on
 * how many are generated at once.
 */
export async function sampleEpisodes(
  model: Model,
  prompts: readonly Prompt[],
  options: RolloutOptions & { tokenizer: Tokenizer; random: Random; signal: AbortSignal },
): Promise<Episode[]> {
  const { tokenizer, random, signal, maxNewTokens, temperature, rolloutBatchSize } = options;
  const episodes: Episode[] = [];
  for (let at = 0; at < prompts.length; at += rolloutBatchSize) {
    const chunk = prompts.slice(at, at + rolloutBatchSize);
    const seed = chunk.map((_, row) => random.fork(at + row).bits());
    const answers = await generate(model, chunk.map(({ tokens }) => tokens), { maxNewTokens, temperature, stopIds: tokenizer.eosIds, seed, signal });
    for (const [row, { tokens: prompt, asked }] of chunk.entries()) {
      const { tokens, logprobs } = answers[row] as Generation;
      episodes.push({
        prompt,
        asked,
        answer: tokens,
        finished: tokenizer.isFinished(tokens),
        logProbs: logprobs,
      });
    }
  }
  return episodes;
}

/** A prompt and the answer to it, for people to read. */
export function readable(tokenizer: Tokenizer, episode: Episode): string {
  return `${episode.asked.messages.at(-1)?.content ?? ''}\n> ${tokenizer.decode(episode.answer, { skipSpecial: true })}${episode.finished ? '' : ' …'}`;
}
