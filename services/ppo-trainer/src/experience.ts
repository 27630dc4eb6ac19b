import { fullMask, klPerSequence, type Model } from '@minchat/model';
import { answerLogProbs, type Episode, type PassOptions } from './episodes.ts';
import { mean, secondsSince } from './statistics.ts';

/** The episodes of an iteration and all that is computed before the update. Arrays by episode. */
export interface Experience {
  readonly episodes: readonly Episode[];
  /** The reward model's own scores. */
  readonly scores: readonly number[];
  /** What the policy is paid for the answers: normalised scores, the EOS trick applied. */
  readonly rewards: readonly number[];
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
  readonly score: (episodes: readonly Episode[]) => Promise<number[]>;
  readonly pay: (scores: readonly number[], episodes: readonly Episode[]) => number[];
  readonly reference: Model;
  readonly temperature: number;
  readonly pass: PassOptions;
}

/** Samples answers, scores them, and compares them with the SFT model. */
export async function collect(options: CollectOptions): Promise<Experience> {
  const rolloutStart = performance.now();
  const episodes = await options.sample();
  const rolloutSeconds = secondsSince(rolloutStart);
  const scoreStart = performance.now();
  const scores = await options.score(episodes);
  const referenceLogProbs = await answerLogProbs(options.reference, episodes, options.temperature, options.pass);
  const logProbs = episodes.map((episode) => episode.logProbs);
  return {
    episodes,
    scores,
    rewards: options.pay(scores, episodes),
    referenceLogProbs,
    kl: klPerSequence(logProbs, referenceLogProbs, fullMask(logProbs)),
    tokens: episodes.reduce((sum, { prompt, answer }) => sum + prompt.length + answer.length, 0),
    rolloutSeconds,
    scoreSeconds: secondsSince(scoreStart),
  };
}

/** Metrics of the rollouts under TRL's names. `objective/scores` is what the policy is paid, `objective/raw_scores` what the reward model says. */
export function experienceMetrics({ episodes, scores, rewards, kl, rolloutSeconds, scoreSeconds }: Experience, beta: number): Record<string, number> {
  const nonScore = kl.map((value) => -beta * value);
  const finished = episodes.filter((episode) => episode.finished).length;
  return {
    'objective/kl': mean(kl),
    'objective/kl_coef': beta,
    'objective/entropy': mean(episodes.map(({ logProbs }) => -logProbs.reduce((sum, value) => sum + value, 0))),
    'objective/non_score_reward': mean(nonScore),
    'objective/rlhf_reward': mean(rewards.map((reward, index) => reward + (nonScore[index] ?? 0))),
    'objective/scores': mean(rewards),
    'objective/raw_scores': mean(scores),
    'val/num_eos_tokens': finished,
    'response/length_mean': mean(episodes.map(({ answer }) => answer.length)),
    'response/truncated_rate': 1 - finished / episodes.length,
    'time/rollout_seconds': rolloutSeconds,
    'time/score_seconds': scoreSeconds,
  };
}
