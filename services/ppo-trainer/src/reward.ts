import { disposeModel, loadModel, scoreNormalisation, type Model, type ScoreNormalisation } from '@minchat/model';
import { MinchatError } from '@minchat/errors';
import { openRewardFunctions, type FunctionScores, type RewardFunctions } from '@minchat/rewards';
import type { Metrics, StageContext } from '@minchat/stage';
import type { Tokenizer } from '@minchat/tokenizer';
import { checkSameTokenizer, scoreExamples } from '@minchat/training';
import type { Episode, PassOptions } from './episodes.ts';
import type { RewardSettings } from './settings.ts';
import { mean } from './statistics.ts';

/** What answers are paid, and what the report of it says. */
export interface Paid {
  readonly rewards: readonly number[];
  /** `objective/raw_scores`, the reward model's own; `rewards/NAME/mean` and `rewards/NAME/std` of functions. */
  readonly metrics: Metrics;
}

/** Fewer scores tell too little of their spread: two that are nearly alike would make every reward enormous. */
const fewestFinished = 16;

/** The normalisation that a model's scores go through: from those of answers that ended, where they are enough. */
export function normalisationOf(scores: readonly number[], episodes: readonly Pick<Episode, 'finished'>[]): ScoreNormalisation {
  const finished = scores.filter((_, row) => episodes[row]?.finished);
  return scoreNormalisation(finished.length >= fewestFinished ? finished : scores);
}

/** Scores as the policy is paid: a fixed reward for an answer that did not end (the EOS trick), unless it is null. */
export function episodeRewards(scores: readonly number[], episodes: readonly Pick<Episode, 'finished'>[], unfinishedReward: number | null): number[] {
  return scores.map((score, row) => (episodes[row]?.finished || unfinishedReward === null ? score : unfinishedReward));
}

/**
 * What pays the policy: the normalised score of a reward model, reward functions as they are, or the sum of both;
 * and a fixed reward for an answer that did not end.
 */
export class Reward implements Disposable {
  /** Undefined where functions alone pay. */
  readonly model: Model | undefined;
  /** Null until it is set, before the first iteration. A part of the checkpoint. */
  normalisation: ScoreNormalisation | null = null;
  private readonly functions: RewardFunctions;
  private readonly unfinishedReward: number | null;
  private readonly tokenizer: Tokenizer;

  private constructor(opened: { model: Model | undefined; functions: RewardFunctions; unfinishedReward: number | null; tokenizer: Tokenizer }) {
    this.model = opened.model;
    this.functions = opened.functions;
    this.unfinishedReward = opened.unfinishedReward;
    this.tokenizer = opened.tokenizer;
  }

  /** Throws MC_STAGE_INPUT where nothing would pay; what openRewardFunctions throws. */
  static async open(context: StageContext<RewardSettings, 'reward'>, tokenizer: Tokenizer, signal: AbortSignal): Promise<Reward> {
    const { rewardFunctions, unfinishedReward } = context.settings;
    const functions = await openRewardFunctions(rewardFunctions, { log: context.log, signal });
    if (!context.hasInput('reward')) {
      if (rewardFunctions.length === 0) throw new MinchatError('MC_STAGE_INPUT', 'expected the input "reward" or the setting rewardFunctions, found neither');
      return new Reward({ model: undefined, functions, unfinishedReward, tokenizer });
    }
    await checkSameTokenizer(tokenizer, 'reward', context.input('reward'));
    return new Reward({ model: await loadModel(context.input('reward'), { head: 'scalar' }), functions, unfinishedReward, tokenizer });
  }

  /** Sets the normalisation that the model's scores go through from now on. */
  async normaliseOn(episodes: readonly Episode[], pass: PassOptions): Promise<ScoreNormalisation> {
    return (this.normalisation = normalisationOf(await this.modelScores(episodes, pass), episodes));
  }

  async pay(episodes: readonly Episode[], pass: PassOptions): Promise<Paid> {
    const { mean: center, sd } = this.normalisation ?? { mean: 0, sd: 1 };
    const raw = await this.modelScores(episodes, pass);
    const { totals, metrics } = await this.functionScores(episodes);
    const scores = episodes.map((_, row) => (this.model === undefined ? 0 : ((raw[row] ?? Number.NaN) - center) / sd) + (totals[row] ?? 0));
    return {
      rewards: episodeRewards(scores, episodes, this.unfinishedReward),
      metrics: { ...(this.model && { 'objective/raw_scores': mean(raw) }), ...metrics },
    };
  }

  [Symbol.dispose](): void {
    if (this.model) disposeModel(this.model);
  }

  /** Answers are decoded only where there is a function to read them. */
  private async functionScores(episodes: readonly Episode[]): Promise<FunctionScores> {
    if (this.functions.names.length === 0) return { totals: [], metrics: {} };
    return this.functions.score(episodes.map(({ asked, answer, finished }) => ({ ...asked, text: this.tokenizer.decode(answer, { skipSpecial: true }), finished })));
  }

  /** The reward model's own scores, bias included; none where there is no model. */
  private async modelScores(episodes: readonly Episode[], { rows }: PassOptions): Promise<number[]> {
    return this.model === undefined ? [] : scoreExamples(this.model, episodes, { batchSize: rows });
  }
}
