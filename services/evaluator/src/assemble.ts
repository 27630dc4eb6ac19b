import { isDeepStrictEqual } from 'node:util';
import type { PromptRecord } from '@minchat/datasets';
import type { Judgement } from '@minchat/world';
import { MinchatError } from '@minchat/errors';
import type { Answer } from './answers.ts';
import { distinct, mean, outcome, standardError, wilson } from './figures.ts';
import { frontierOf } from './histories.ts';
import type { AnswerFigures, Judge, Report, RewardModelFigures, Sample, SampleAnswer, UseCaseFigures, WinRate } from './report.ts';
import type { EvaluateSettings } from './settings.ts';

/** An answer with what the judges say of it. */
export interface Judged extends Answer {
  /** By each judge; undefined where it has nothing to say. */
  readonly scores: Readonly<Record<Judge, number | undefined>>;
  /** The gold judge's parts; undefined for prompts that are none of the world's. */
  readonly gold: Judgement | undefined;
}

export interface Findings {
  readonly run: string;
  readonly settings: EvaluateSettings;
  readonly split: string;
  readonly prompts: readonly PromptRecord[];
  /** One answer of each model to each prompt. */
  readonly answers: { readonly sft: readonly Judged[]; readonly policy: readonly Judged[] };
  /** log pi - log pi_sft of each of the policy's answers. */
  readonly divergence: readonly number[];
  readonly perplexity: Partial<Record<'base' | 'sft' | 'policy', number>>;
  readonly rewardModel: RewardModelFigures | undefined;
  /** Names of the reward functions. */
  readonly functions: readonly string[];
  readonly histories: Report['histories'];
}

/** Both models on one prompt. */
interface Duel {
  readonly prompt: PromptRecord;
  readonly sft: Judged;
  readonly policy: Judged;
}

/** Puts the report together from what was found. */
export function assemble(findings: Findings): Report {
  const { settings, prompts, divergence, perplexity, histories } = findings;
  const answers = isOfTheWorld(findings.answers.sft) ? findings.answers : { sft: findings.answers.sft.map(withoutGold), policy: findings.answers.policy.map(withoutGold) };
  const duels = prompts.flatMap((prompt, i): Duel[] => {
    const [sft, policy] = [answers.sft[i], answers.policy[i]];
    return sft === undefined || policy === undefined ? [] : [{ prompt, sft, policy }];
  });
  const winRates = judges.flatMap((judge) => {
    const judged = duels.filter((duel) => isJudged(judge, duel));
    return judged.length === 0 ? [] : [winRate(judge, judged)];
  });
  const most = Math.max(...winRates.map(({ prompts: count }) => count));
  const headline = winRates.find(({ prompts: count }) => count * 2 >= duels.length || count === most);
  if (headline === undefined) throw noJudge();
  const tokens = answers.policy.reduce((sum, answer) => sum + answer.tokens.length, 0);
  return {
    version: 1,
    run: findings.run,
    judge: headline.judge,
    functions: findings.functions,
    winRate: headline,
    winRates,
    useCases: useCases(headline.judge, duels.filter((duel) => isJudged(headline.judge, duel))),
    models: { sft: figuresOf(answers.sft, perplexity.sft), policy: figuresOf(answers.policy, perplexity.policy) },
    ...(perplexity.base === undefined ? {} : { basePerplexity: perplexity.base }),
    kl: { mean: mean(divergence), standardError: standardError(divergence), perToken: divergence.reduce((a, b) => a + b, 0) / Math.max(1, tokens) },
    ...(findings.rewardModel === undefined ? {} : { rewardModel: findings.rewardModel }),
    frontier: frontierOf(histories.policy),
    histories,
    sampling: { temperature: settings.temperature, maxNewTokens: settings.maxNewTokens, split: findings.split, prompts: duels.length },
    samples: spread(duels, settings.samples).map(sampleOf),
  };
}

/** Whether half of the prompts are the world's: among somebody's own there may be one that reads like its questions. */
function isOfTheWorld(answers: readonly Judged[]): boolean {
  return answers.filter(({ gold }) => gold !== undefined).length * 2 >= answers.length;
}

function withoutGold(answer: Judged): Judged {
  return { ...answer, gold: undefined, scores: { ...answer.scores, gold: undefined } };
}

export function noJudge(): MinchatError {
  return new MinchatError('MC_STAGE_INPUT', 'expected a reward model, or reward functions that have something to say of the prompts; found neither');
}

/** In the order in which the headline asks them: who was asked for, who knows, who was trained to. */
const judges: readonly Judge[] = ['functions', 'gold', 'reward'];

function isJudged(judge: Judge, { sft, policy }: Duel): boolean {
  return sft.scores[judge] !== undefined && policy.scores[judge] !== undefined;
}

function scoreBy(judge: Judge, answer: Judged): number {
  return answer.scores[judge] ?? Number.NaN;
}

/** Of the same answer twice a backend may make scores that differ in the last bits, as it stood in other batches. */
function outcomeOf(judge: Judge, { sft, policy }: Duel): number {
  return isDeepStrictEqual(sft.tokens, policy.tokens) ? 0.5 : outcome(scoreBy(judge, policy), scoreBy(judge, sft));
}

function winRate(judge: Judge, duels: readonly Duel[]): WinRate {
  const outcomes = duels.map((duel) => outcomeOf(judge, duel));
  const count = (value: number): number => outcomes.filter((one) => one === value).length;
  return { judge, ...wilson(outcomes), wins: count(1), ties: count(0.5), losses: count(0), prompts: outcomes.length };
}

/** By use case, the most frequent first. */
function useCases(judge: Judge, duels: readonly Duel[]): UseCaseFigures[] {
  return [...Map.groupBy(duels, ({ prompt }) => prompt.useCase ?? 'other')]
    .toSorted(([a, one], [b, two]) => two.length - one.length || (a < b ? -1 : 1))
    .map(([useCase, members]) => ({
      useCase,
      prompts: members.length,
      ...wilson(members.map((duel) => outcomeOf(judge, duel))),
      sft: mean(members.map(({ sft }) => scoreBy(judge, sft))),
      policy: mean(members.map(({ policy }) => scoreBy(judge, policy))),
    }));
}

function figuresOf(answers: readonly Judged[], perplexity: number | undefined): AnswerFigures {
  const gold = answers.flatMap((answer) => (answer.gold === undefined ? [] : [answer.gold]));
  const part = (name: 'score' | 'right' | 'toThePoint' | 'polite'): number => mean(gold.map((judgement) => judgement[name]));
  const texts = answers.map(({ text }) => text);
  const lengths = answers.map(({ tokens, finished }) => tokens.length - (finished ? 1 : 0));
  return {
    ...meanScore('reward', answers),
    ...meanScore('functions', answers),
    ...(gold.length > 0 ? { gold: { score: part('score'), right: part('right'), toThePoint: part('toThePoint'), polite: part('polite') } } : {}),
    length: mean(lengths),
    finished: mean(answers.map(({ finished }) => (finished ? 1 : 0))),
    distinct1: distinct(texts, 1),
    distinct2: distinct(texts, 2),
    ...(perplexity === undefined ? {} : { perplexity }),
    lengths,
  };
}

function meanScore<T extends Judge>(judge: T, answers: readonly Judged[]): Partial<Record<T, number>> {
  const scores = answers.flatMap((answer) => answer.scores[judge] ?? []);
  return scores.length === 0 ? {} : ({ [judge]: mean(scores) } as Record<T, number>);
}

/** Some of the duels, the use cases in turn. */
function spread(duels: readonly Duel[], count: number): Duel[] {
  const groups = [...Map.groupBy(duels, ({ prompt }) => prompt.useCase).values()];
  const longest = Math.max(0, ...groups.map((group) => group.length));
  const inTurn = Array.from({ length: longest }, (_, i) => groups.flatMap((group) => group.slice(i, i + 1))).flat();
  return inTurn.slice(0, count);
}

function sampleOf({ prompt, sft, policy }: Duel): Sample {
  const answer = ({ text, finished, scores }: Judged): SampleAnswer => ({ text, finished, ...known(scores) });
  const conversation = prompt.messages.length === 1 ? (prompt.messages[0]?.content ?? '') : prompt.messages.map(({ role, content }) => `${role}: ${content}`).join('\n');
  return { prompt: conversation, ...known({ useCase: prompt.useCase, reference: prompt.reference }), sft: answer(sft), policy: answer(policy) };
}

/** Without what is undefined, as JSON would have it. */
function known<T>(values: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, T] => entry[1] !== undefined));
}
