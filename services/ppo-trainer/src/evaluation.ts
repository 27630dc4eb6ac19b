import { fullMask, klPerSequence, type Model, type Random } from '@minchat/model';
import type { Metrics } from '@minchat/stage';
import type { Tokenizer } from '@minchat/tokenizer';
import { answerLogProbs, type Episode } from './episodes.ts';
import type { Prompt } from './prompts.ts';
import type { Paid } from './reward.ts';
import { readable, sampleEpisodes, type RolloutOptions } from './rollout.ts';
import { mean } from './statistics.ts';

/** Texts shown to people at every evaluation. */
const shown = 3;

export interface EvaluationOptions extends RolloutOptions {
  readonly prompts: readonly Prompt[];
  readonly reference: Model;
  readonly tokenizer: Tokenizer;
  readonly pay: (episodes: readonly Episode[]) => Promise<Paid>;
  /** The same stream at every evaluation, so that candidates differ by their weights only. */
  readonly random: Random;
  readonly signal: AbortSignal;
}

export interface Evaluation {
  readonly metrics: Metrics;
  /** Mean reward. */
  readonly score: number;
  /** Mean KL to the reference per answer. */
  readonly kl: number;
  readonly samples: string[];
}

/** Answers the validation prompts: mean reward, KL to the SFT model, share of answers that end. */
export async function evaluatePolicy(candidate: Model, options: EvaluationOptions): Promise<Evaluation> {
  const { prompts, reference, tokenizer, temperature, rolloutBatchSize } = options;
  const episodes = await sampleEpisodes(candidate, prompts, options);
  const referenceLogProbs = await answerLogProbs(reference, episodes, temperature, { pad: tokenizer.endOfText, rows: rolloutBatchSize });
  const logProbs = episodes.map((episode) => episode.logProbs);
  const score = mean((await options.pay(episodes)).rewards);
  const kl = mean(klPerSequence(logProbs, referenceLogProbs, fullMask(logProbs)));
  return {
    score,
    kl,
    metrics: {
      'eval/scores': score,
      'eval/kl': kl,
      'eval/finished_rate': mean(episodes.map(({ finished }) => Number(finished))),
      'eval/length_mean': mean(episodes.map(({ answer }) => answer.length)),
    },
    samples: episodes.slice(0, shown).map((episode) => readable(tokenizer, episode)),
  };
}
