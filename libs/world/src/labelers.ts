import type { ChatMessage, ComparisonRecord } from '@minchat/datasets';
import { Random } from '@minchat/model/random';
import { judge, weights } from './judge.ts';
import type { Judgement } from './types.ts';

/** How unsure a labeler is of an answer's score; set so that two of them agree on 73 % of pairs. */
const noise = 0.17;
/** How much labelers differ in what they care about. */
const taste = 0.3;
/** Answers closer than this are a tie to a labeler. */
const tie = 0.03;

/** An answer as a labeler is shown it. */
export interface ShownAnswer {
  readonly text: string;
  readonly finished: boolean;
}

export interface Labeler {
  readonly id: string;
  /**
   * Ranks answers: 0 is best, equal ranks are ties; ratings from 1 to 7. The same question and answers
   * get the same ranking, whatever was ranked before. Undefined when the prompt is none of this world's.
   */
  rank(messages: readonly ChatMessage[], answers: readonly ShownAnswer[]): { rank: number; rating: number }[] | undefined;
}

/** A labeler who follows the rubric as people do: with tastes of their own, and not always sure. */
export function simulatedLabeler(options: { seed: number; id: string }): Labeler {
  const self = new Random(options.seed).fork(`labeler/${options.id}`);
  const lean = { toThePoint: taste * self.normal(), polite: taste * self.normal() };
  const opinion = (judgement: Judgement): number =>
    judgement.score +
    (0.4 + 0.6 * judgement.right) *
      (lean.toThePoint * weights.toThePoint * (judgement.toThePoint - 0.5) + lean.polite * weights.polite * (judgement.polite - 0.5));
  return {
    id: options.id,
    rank(messages, answers) {
      const question = messages.at(-1)?.content ?? '';
      const scores: number[] = [];
      for (const { text, finished } of answers) {
        const judgement = judge(messages, text, finished);
        if (judgement === undefined) return undefined;
        // Noise belongs to the answer: the same text twice is a tie.
        scores.push(opinion(judgement) + noise * self.fork(`${question}\n${text}\n${finished}`).normal());
      }
      const order = scores.map((_, i) => i).toSorted((a, b) => (scores[b] as number) - (scores[a] as number));
      const ranks: number[] = [];
      let rank = 0;
      order.forEach((at, i) => {
        const before = order[i - 1];
        if (before !== undefined && (scores[before] as number) - (scores[at] as number) > tie) rank += 1;
        ranks[at] = rank;
      });
      return scores.map((score, i) => ({ rank: ranks[i] as number, rating: Math.min(7, Math.max(1, Math.round(1 + 6 * score))) }));
    },
  };
}

/**
 * How often the gold order agrees with rankings, over all pairs that are not ranked equal (a gold tie
 * counts half): what the best reward model could reach against these labelers. Comparisons of prompts
 * that are none of this world's are left out; where most are, there is nothing to tell: the others only read like its own.
 */
export function noiseCeiling(comparisons: Iterable<ComparisonRecord>): { accuracy: number; pairs: number } {
  let right = 0;
  let pairs = 0;
  let others = 0;
  let known = 0;
  for (const { messages, answers } of comparisons) {
    const gold = answers.map(({ text, finished }) => judge(messages, text, finished)?.score);
    if (gold.includes(undefined)) others += 1;
    else known += 1;
    answers.forEach((a, i) => {
      answers.forEach((b, j) => {
        const [better, worse] = [gold[i], gold[j]];
        if (a.rank >= b.rank || better === undefined || worse === undefined) return;
        pairs += 1;
        right += better > worse ? 1 : better === worse ? 0.5 : 0;
      });
    });
  }
  if (pairs === 0 || known < others) return { accuracy: Number.NaN, pairs: 0 };
  return { accuracy: right / pairs, pairs };
}

/** How often two rankings of the same answers agree, over the pairs that neither has as a tie. */
export function labelerAgreement(rankings: Iterable<readonly [readonly { rank: number }[], readonly { rank: number }[]]>): { agreement: number; pairs: number } {
  let same = 0;
  let pairs = 0;
  for (const [one, two] of rankings) {
    for (let i = 0; i < one.length; i += 1) {
      for (let j = i + 1; j < one.length; j += 1) {
        const a = Math.sign((one[i]?.rank ?? 0) - (one[j]?.rank ?? 0));
        const b = Math.sign((two[i]?.rank ?? 0) - (two[j]?.rank ?? 0));
        if (a === 0 || b === 0) continue;
        pairs += 1;
        if (a === b) same += 1;
      }
    }
  }
  return { agreement: pairs === 0 ? Number.NaN : same / pairs, pairs };
}
