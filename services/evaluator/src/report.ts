import type { Interval } from './figures.ts';
import type { CalibrationBin } from '@minchat/training';

// What report.json holds. Field names are stable: the command line and the web application read them.

/** Who decides which of two answers is better: reward functions, the rubric of the quickstart's world, or the reward model. */
export type Judge = 'functions' | 'gold' | 'reward';

/** The policy against the SFT model on the same prompts. */
export interface WinRate extends Interval {
  readonly judge: Judge;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  readonly prompts: number;
}

export interface UseCaseFigures extends Interval {
  readonly useCase: string;
  readonly prompts: number;
  /** Mean score of the judge that the headline is from. */
  readonly sft: number;
  readonly policy: number;
}

/** Means over one model's answers. */
export interface AnswerFigures {
  /** The reward model's score, where there is one. */
  readonly reward?: number;
  /** What the reward functions come to, over the answers that they say something of. */
  readonly functions?: number;
  /** The gold judge's score and its parts, 0 to 1, for prompts of the world. */
  readonly gold?: { readonly score: number; readonly right: number; readonly toThePoint: number; readonly polite: number };
  /** Tokens of an answer, its end token not counted. */
  readonly length: number;
  /** Share of answers that ended by themselves. */
  readonly finished: number;
  /** Different words, and pairs of words, as a share of all (Li et al. 2016, arXiv 1510.03055). */
  readonly distinct1: number;
  readonly distinct2: number;
  /** Of the base text kept aside: how much of what pretraining taught is left. */
  readonly perplexity?: number;
  /** Lengths of the answers, for the histogram. */
  readonly lengths: readonly number[];
}

export interface RewardModelFigures {
  /** Share of the pairs that it orders as they were ranked, and its 95 % interval. */
  readonly accuracy: number;
  readonly accuracyLow: number;
  readonly accuracyHigh: number;
  readonly pairs: number;
  /** Accuracy of the gold order against the same rankings, where it is known. */
  readonly noiseCeiling?: number;
  readonly accuracyOfCeiling?: number;
  /** How often two labelers agree, where it is known. */
  readonly labelerAgreement?: number;
  readonly kendallTau?: number;
  readonly calibrationError: number;
  readonly calibration: readonly CalibrationBin[];
}

export interface SampleAnswer {
  readonly text: string;
  readonly finished: boolean;
  readonly reward?: number;
  readonly functions?: number;
  readonly gold?: number;
}

export interface Sample {
  readonly prompt: string;
  /** The right answer, where known. */
  readonly reference?: string;
  readonly useCase?: string;
  readonly sft: SampleAnswer;
  readonly policy: SampleAnswer;
}

/** The steps of one model's training.json. */
export type History = readonly { readonly step: number; readonly metrics: Readonly<Record<string, number>> }[];

export interface Report {
  readonly version: 1;
  readonly run: string;
  /** The judge of the headline: the first in the order of `Judge` that judges half of the prompts or more. */
  readonly judge: Judge;
  /** The reward functions' names. */
  readonly functions: readonly string[];
  /** The headline: the policy's share of wins, ties counted half, with a 95 % interval. */
  readonly winRate: WinRate;
  /** The same by every judge that could judge. */
  readonly winRates: readonly WinRate[];
  readonly useCases: readonly UseCaseFigures[];
  readonly models: { readonly sft: AnswerFigures; readonly policy: AnswerFigures };
  /** Perplexity of the base model on the same text, before any answer was learned. */
  readonly basePerplexity?: number;
  /** KL(policy || SFT) in nats per answer, estimated on the policy's own answers. */
  readonly kl: { readonly mean: number; readonly standardError: number; readonly perToken: number };
  readonly rewardModel?: RewardModelFigures;
  /** Reward against KL over the training of the policy. */
  readonly frontier: readonly { readonly step: number; readonly kl: number; readonly reward: number }[];
  readonly histories: { readonly sft: History; readonly reward?: History; readonly policy: History; readonly base?: History };
  readonly sampling: { readonly temperature: number; readonly maxNewTokens: number; readonly split: string; readonly prompts: number };
  readonly samples: readonly Sample[];
}
