import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadRecords, readDatasetInfo, readRecords, type ComparisonRecord, type PromptRecord, type Split } from '@minchat/datasets';
import { MinchatError } from '@minchat/errors';
import { disposeModel, loadModel, rewardLoss, type Model } from '@minchat/model';
import { openRewardFunctions } from '@minchat/rewards';
import type { Metrics, StageContext } from '@minchat/stage';
import { loadTokenizer, type Tokenizer } from '@minchat/tokenizer';
import {
  calibration,
  calibrationError,
  checkSameTokenizer,
  encodePrompts,
  evaluateLm,
  firstWindows,
  packTexts,
  rankedExamples,
  rankingMetrics,
  scoreExamples,
  trainedWindow,
  type Ranked,
  type TokenBatch,
} from '@minchat/training';
import { judge, noiseCeiling } from '@minchat/world';
import { answerLogProbs, rewardsOf, sampleAnswers, type Answer } from './answers.ts';
import { assemble, noJudge, type Judged } from './assemble.ts';
import { rightPairs, sum, type PairsRight } from './figures.ts';
import { readHistory } from './histories.ts';
import type { History, Report, RewardModelFigures } from './report.ts';
import type { EvaluateSettings } from './settings.ts';

export type EvaluateContext = StageContext<EvaluateSettings, 'sft' | 'policy' | 'reward' | 'prompts' | 'base' | 'corpus' | 'comparisons', 'report'>;

/** Answers so far; all that a checkpoint holds. */
interface State {
  readonly sft: Answer[];
  readonly policy: Answer[];
}

/** Everything that the report says. */
export async function evaluate(context: EvaluateContext): Promise<Report> {
  const { settings } = context;
  const { split, prompts } = await heldOutPrompts(context.input('prompts'), settings.prompts);
  const functions = await openRewardFunctions(settings.rewardFunctions, context);
  // Before anything is answered, as far as it is known then: of what functions say answers tell.
  if (functions.names.length === 0 && !context.hasInput('reward') && !prompts.some(({ messages }) => judge(messages, '', true))) throw noJudge();
  const tokenizer = await loadTokenizer(context.input('sft'));
  for (const name of ['policy', 'reward'] as const) if (context.hasInput(name)) await checkSameTokenizer(tokenizer, name, context.input(name));
  const batches = Math.ceil(prompts.length / settings.batchSize);
  const steps = new Steps(context, 2 * batches + 3);

  const state = await restore(context);
  using owned = new DisposableStack();
  const models = owned.use(new DisposableStack());
  const sft = models.adopt(await loadModel(context.input('sft'), { head: 'lm' }), disposeModel);
  const policy = models.adopt(await loadModel(context.input('policy'), { head: 'lm' }), disposeModel);
  // Cut once: both models answer, and are compared on, the very same prompts.
  const limit = Math.min(sft.shape.context, policy.shape.context);
  const encoded = encodePrompts(tokenizer, prompts, { context: limit, maxNewTokens: settings.maxNewTokens, log: context.log });
  for (const [name, model] of [['sft', sft], ['policy', policy]] as const) {
    const answers = state[name];
    steps.at(name === 'sft' ? 0 : batches, answers);
    while (answers.length < prompts.length) {
      const from = answers.length;
      const to = Math.min(prompts.length, from + settings.batchSize);
      try {
        answers.push(...(await sampleAnswers({ model, tokenizer, prompts: encoded, settings, seed: context.seed, signal: context.signal }, from, to)));
      } catch (error) {
        if (context.signal.aborted) await save(context, steps.step, state);
        throw error;
      }
      const last = answers.at(-1)?.text ?? '';
      steps.done(answers.slice(from), `${name} answers`, [`${prompts[to - 1]?.messages.at(-1)?.content ?? ''}\n> ${last}`]);
      if (context.checkpoint.due() || context.signal.aborted) await save(context, steps.step, state);
      context.signal.throwIfAborted();
    }
  }

  const divergence: number[] = [];
  for (let from = 0; from < prompts.length; from += settings.batchSize) {
    const rows = state.policy.slice(from, from + settings.batchSize);
    const asked = encoded.slice(from, from + settings.batchSize);
    const mine = await answerLogProbs(policy, asked, rows, settings.temperature);
    const theirs = await answerLogProbs(sft, asked, rows, settings.temperature);
    divergence.push(...mine.map((value, i) => value - (theirs[i] ?? Number.NaN)));
    context.signal.throwIfAborted();
  }
  steps.done([], 'KL');
  const perplexity = await perplexities(context, tokenizer, { sft, policy });
  models.dispose();
  steps.done([], 'perplexity');

  const reward = context.hasInput('reward') ? owned.adopt(await loadModel(context.input('reward'), { head: 'scalar' }), disposeModel) : undefined;
  const judged = async (answers: readonly Answer[]): Promise<Judged[]> => {
    const rewards = reward && (await rewardsOf(reward, encoded, answers));
    const asked = answers.map(({ text, finished }, i) => ({ ...(prompts[i] as PromptRecord), text, finished }));
    const { totals } = await functions.score(asked);
    return answers.map((answer, i) => {
      const gold = judge(asked[i]?.messages ?? [], answer.text, answer.finished);
      return { ...answer, gold, scores: { functions: totals[i] ?? undefined, gold: gold?.score, reward: rewards?.[i] } };
    });
  };
  const answers = { sft: await judged(state.sft), policy: await judged(state.policy) };
  const rewardModel = reward && context.hasInput('comparisons') ? await measureReward(context, reward, tokenizer) : undefined;
  steps.done([], 'judging');

  return assemble({ run: context.runId, settings, split, prompts, answers, divergence, perplexity, rewardModel, functions: functions.names, histories: await readHistories(context) });
}

/** The numbers of a report that gates and tables are made of. */
export function metricsOf({ winRate, kl, models: { sft, policy }, rewardModel, basePerplexity }: Report): Metrics {
  const found: Record<string, number | undefined> = {
    winRate: winRate.rate,
    winRateLow: winRate.low,
    winRateHigh: winRate.high,
    kl: kl.mean,
    rewardSft: sft.reward,
    rewardPolicy: policy.reward,
    functionsSft: sft.functions,
    functionsPolicy: policy.functions,
    goldSft: sft.gold?.score,
    goldPolicy: policy.gold?.score,
    lengthSft: sft.length,
    lengthPolicy: policy.length,
    finishedSft: sft.finished,
    finishedPolicy: policy.finished,
    distinct2Sft: sft.distinct2,
    distinct2Policy: policy.distinct2,
    perplexityBase: basePerplexity,
    perplexitySft: sft.perplexity,
    perplexityPolicy: policy.perplexity,
    rewardAccuracy: rewardModel?.accuracy,
    rewardAccuracyLow: rewardModel?.accuracyLow,
    rewardAccuracyHigh: rewardModel?.accuracyHigh,
    noiseCeiling: rewardModel?.noiseCeiling,
    accuracyOfCeiling: rewardModel?.accuracyOfCeiling,
    calibrationError: rewardModel?.calibrationError,
  };
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, number] => entry[1] !== undefined));
}

/** Counts batches and tokens, and reports them. */
class Steps {
  step = 0;
  private tokens = 0;
  private readonly context: EvaluateContext;
  private readonly total: number;

  constructor(context: EvaluateContext, total: number) {
    this.context = context;
    this.total = total;
  }

  /** Goes on where `answers`, restored from a checkpoint, end. */
  at(step: number, answers: readonly Answer[]): void {
    this.step = step + Math.ceil(answers.length / this.context.settings.batchSize);
    this.tokens += count(answers);
  }

  done(answers: readonly Answer[], message: string, samples: readonly string[] = []): void {
    this.step += 1;
    this.tokens += count(answers);
    this.context.progress({ step: this.step, totalSteps: this.total, tokens: this.tokens, message, samples });
  }
}

function count(answers: readonly Answer[]): number {
  return answers.reduce((sum, { tokens }) => sum + tokens.length, 0);
}

async function heldOutPrompts(folder: string, limit: number): Promise<{ split: Split; prompts: PromptRecord[] }> {
  for (const split of ['test', 'validation'] as const) {
    const prompts = (await loadRecords(folder, 'prompts', split)).slice(0, limit);
    if (prompts.length > 0) return { split, prompts };
  }
  throw new MinchatError('MC_DATA_EMPTY', 'prompts: expected held-out prompts in the split test or validation, found none');
}

async function restore({ checkpoint }: EvaluateContext): Promise<State> {
  const last = await checkpoint.restore();
  return last === undefined ? { sft: [], policy: [] } : (JSON.parse(await readFile(join(last.folder, 'answers.json'), 'utf8')) as State);
}

async function save({ checkpoint }: EvaluateContext, step: number, state: State): Promise<void> {
  await checkpoint.save(step, (folder) => writeFile(join(folder, 'answers.json'), JSON.stringify(state)));
}

/** exp of the mean next-token loss on the corpus's validation text, for each model that there is. */
async function perplexities(context: EvaluateContext, tokenizer: Tokenizer, models: { sft: Model; policy: Model }): Promise<Partial<Record<'base' | 'sft' | 'policy', number>>> {
  if (!context.hasInput('corpus')) return {};
  const batches = await validationBatches(context.input('corpus'), tokenizer, Math.min(trainedWindow(models.sft), trainedWindow(models.policy)), context.settings);
  using owned = new DisposableStack();
  const base = context.hasInput('base') ? owned.adopt(await loadModel(context.input('base'), { head: 'lm' }), disposeModel) : undefined;
  const found: Partial<Record<'base' | 'sft' | 'policy', number>> = {};
  for (const [name, model] of Object.entries({ base, ...models }) as ['base' | 'sft' | 'policy', Model | undefined][]) {
    const result = model && (await evaluateLm(model, batches));
    if (result) found[name] = Math.exp(result.loss);
    context.signal.throwIfAborted();
  }
  return found;
}

async function validationBatches(corpus: string, tokenizer: Tokenizer, length: number, settings: EvaluateSettings): Promise<TokenBatch[]> {
  const wanted = settings.perplexityWindows * length + 1;
  const texts: number[][] = [];
  let tokens = 0;
  for await (const { text } of readRecords(corpus, 'text', 'validation')) {
    const ids = tokenizer.encode(text);
    texts.push(ids);
    tokens += ids.length + tokenizer.separator.length;
    if (tokens >= wanted) break;
  }
  return firstWindows(await packTexts(texts, tokenizer.separator), { length, most: settings.perplexityWindows, batchSize: settings.batchSize });
}

/** How far the reward model follows rankings that it was not trained on. */
async function measureReward(context: EvaluateContext, reward: Model, tokenizer: Tokenizer): Promise<RewardModelFigures | undefined> {
  const folder = context.input('comparisons');
  const comparisons = (await loadRecords(folder, 'comparisons', 'validation')).slice(0, context.settings.comparisons);
  const rewards = await scoreExamples(reward, comparisons.flatMap((record) => rankedExamples(tokenizer, record, reward.shape.context)));
  let next = 0;
  const ranked = comparisons.map(({ answers }) => ({
    ranks: answers.map(({ rank }) => rank),
    rewards: answers.map(() => rewards[next++] ?? Number.NaN),
  }));
  const { accuracy, kendall_tau: kendallTau } = rankingMetrics(ranked);
  if (accuracy === undefined) return undefined;
  const { low, high } = rightPairs(byPrompt(comparisons, ranked));
  const bins = calibration(ranked);
  const { metrics } = await readDatasetInfo(folder, 'comparisons');
  const measured = noiseCeiling(comparisons);
  const ceiling = measured.pairs > 0 ? measured.accuracy : metrics['noise_ceiling'];
  const agreement = metrics['labeler_agreement'];
  return {
    accuracy,
    accuracyLow: low,
    accuracyHigh: high,
    pairs: bins.reduce((sum, bin) => sum + bin.pairs, 0),
    ...(kendallTau === undefined ? {} : { kendallTau }),
    calibrationError: calibrationError(bins),
    calibration: bins,
    ...(ceiling === undefined ? {} : { noiseCeiling: ceiling }),
    ...(ceiling === undefined || ceiling === 0 ? {} : { accuracyOfCeiling: accuracy / ceiling }),
    ...(agreement === undefined ? {} : { labelerAgreement: agreement }),
  };
}

/** The pairs of each prompt that has any, whoever ranked its answers. */
function byPrompt(comparisons: readonly ComparisonRecord[], ranked: readonly Ranked[]): PairsRight[] {
  const prompts = Map.groupBy(ranked, (_, i) => JSON.stringify(comparisons[i]?.messages));
  const counted = [...prompts.values()].map((rankings) => {
    const found = rankings.map(({ rewards, ranks }) => rewardLoss(rewards, ranks));
    return { right: sum(found.map(({ correct }) => correct)), pairs: sum(found.map(({ pairs }) => pairs)) };
  });
  return counted.filter(({ pairs }) => pairs > 0);
}

async function readHistories(context: EvaluateContext): Promise<Report['histories']> {
  const of = (name: 'sft' | 'reward' | 'policy' | 'base'): Promise<History> => readHistory(context.input(name));
  return {
    ...(context.hasInput('base') && { base: await of('base') }),
    sft: await of('sft'),
    ...(context.hasInput('reward') && { reward: await of('reward') }),
    policy: await of('policy'),
  };
}
