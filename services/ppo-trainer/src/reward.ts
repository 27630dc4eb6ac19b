import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scoreNormalisation, type Model, type ScoreNormalisation } from '@minchat/model';
import { MinchatError } from '@minchat/errors';
import { scoreExamples } from '@minchat/training';
import type { Episode, PassOptions } from './episodes.ts';

/** Refuses a reward model that reads other token ids than the policy writes. Throws MC_STAGE_INPUT. */
export async function checkSameTokenizer(policyFolder: string, rewardFolder: string): Promise<void> {
  const [policy, reward] = await Promise.all([policyFolder, rewardFolder].map(vocabulary));
  if (policy === undefined || reward === undefined || policy === reward) return;
  throw new MinchatError('MC_STAGE_INPUT', 'reward: expected the tokenizer of the SFT model, found another one', {
    hint: 'Train the reward model from the SFT model of this run.',
  });
}

/** What maps text to ids, as text: formatting and other keys of tokenizer.json make no difference. */
async function vocabulary(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'tokenizer.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { model, added_tokens: added } = JSON.parse(text) as { model?: { vocab?: unknown; merges?: unknown }; added_tokens?: unknown };
  return JSON.stringify([model?.vocab, model?.merges, added]);
}

/** The reward model's own scores, bias included. */
export async function rawScores(reward: Model, episodes: readonly Episode[], { rows }: PassOptions): Promise<number[]> {
  return scoreExamples(reward, episodes, { batchSize: rows });
}

/** The normalisation that the rewards of this run go through: from the scores of answers that ended. */
export function normalisationOf(scores: readonly number[], episodes: readonly Episode[]): ScoreNormalisation {
  const finished = scores.filter((_, row) => episodes[row]?.finished);
  return scoreNormalisation(finished.length >= 2 ? finished : scores);
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
