import { fullMask, klPerSequence, type Model } from '@minchat/model';
import { answerLogProbs, type Episode, type PassOptions } from './episodes.ts';
import type { Paid } from './reward.ts';
import { mean, secondsSince } from './statistics.ts';

/** The episodes of an iteration and all that is computed before the update. Arrays by episode. */
export interface Experience {
  readonly episodes: readonly Episode[];
  /** What the policy is paid for the answers. */
  readonly paid: Paid;
  /** log pi_sft of every answer token. */
  readonly referenceLogProbs: readonly (readonly number[])[];
  /** sum of log pi - log pi_sft over the answer. */
  readonly kl: readonly number[];
  /** Prompt and answer tokens. */
  readonly tokens: number;
  readonly rolloutSeconds: number;
  readonly scoreSeconds: number;
}

export interface CollectOptions {
  readonly sample: () => Promise<Episode[]>;
  readonly pay: (episodes: readonly Episode[]) => Promise<Paid>;
  readonly reference: Model;
  readonly temperature: number;
  readonly pass: PassOptions;
}

/** Samples answers, pays for them, and compares them with the SFT model. */
export async function collect(options: CollectOptions): Promise<Experience> {
  const rolloutStart = performance.now();
  const episodes = await options.sample();
  const rolloutSeconds = secondsSince(rolloutStart);
  const scoreStart = performance.now();
  const paid = await options.pay(episodes);
  const referenceLogProbs = await answerLogProbs(options.reference, episodes, options.temperature, options.pass);
  const logProbs = episodes.map((episode) => episode.logProbs);
  return {
    episodes,
    paid,
    referenceLogProbs,
    kl: klPerSequence(logProbs, referenceLogProbs, fullMask(logProbs)),
    tokens: episodes.reduce((sum, { prompt, answer }) => sum + prompt.length + answer.length, 0),
    rolloutSeconds,
    scoreSeconds: secondsSince(scoreStart),
  };
}

/** Metrics of the rollouts under TRL's names. `objective/scores` is what the policy is paid. */
export function experienceMetrics({ episodes, paid: { rewards, metrics }, kl, rolloutSeconds, scoreSeconds }: Experience, beta: number): Record<string, number> {
  const nonScore = kl.map((value) => -beta * value);
  const finished = episodes.filter((episode) => episode.finished).length;
  return {
    'objective/kl': mean(kl),
    'objective/kl_coef': beta,
    'objective/entropy': mean(episodes.map(({ logProbs }) => -logProbs.reduce((sum, value) => sum + value, 0))),
    'objective/non_score_reward': mean(nonScore),
    'objective/rlhf_reward': mean(rewards.map((reward, index) => reward + (nonScore[index] ?? 0))),
    'objective/scores': mean(rewards),
    ...metrics,
    'val/num_eos_tokens': finished,
    'response/length_mean': mean(episodes.map(({ answer }) => answer.length)),
    'response/truncated_rate': 1 - finished / episodes.length,
    'time/rollout_seconds': rolloutSeconds,
    'time/score_seconds': scoreSeconds,
  };
}
