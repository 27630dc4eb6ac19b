import { scoreNormalisation, type Model, type ScoreNormalisation } from '@minchat/model';
import { scoreExamples } from '@minchat/training';
import type { Episode, PassOptions } from './episodes.ts';

/** The reward model's own scores, bias included. */
export async function rawScores(reward: Model, episodes: readonly Episode[], { rows }: PassOptions): Promise<number[]> {
  return scoreExamples(reward, episodes, { batchSize: rows });
}

/** Fewer scores tell too little of their spread: two that are nearly alike would make every reward enormous. */
const fewestFinished = 16;

/** The normalisation that the rewards of this run go through: from the scores of answers that ended, where they are enough. */
export function normalisationOf(scores: readonly number[], episodes: readonly Episode[]): ScoreNormalisation {
  const finished = scores.filter((_, row) => episodes[row]?.finished);
  return scoreNormalisation(finished.length >= fewestFinished ? finished : scores);
}

/** Scores as the policy is paid: normalised, and a fixed reward for an answer that did not end. */
export function episodeRewards(
  scores: readonly number[],
  episodes: readonly Episode[],
  { mean, sd }: ScoreNormalisation,
  unfinishedReward: number | null,
): number[] {
  return scores.map((score, row) => (episodes[row]?.finished || unfinishedReward === null ? (score - mean) / sd : unfinishedReward));
}
