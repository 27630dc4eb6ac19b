import type { ChatMessage } from '@minchat/datasets';
import { roleOf } from './phrases.ts';
import { taskOf } from './tasks.ts';
import { sentencesOf, wordsOf } from './text.ts';
import type { Judgement } from './types.ts';

/** What counts how much in an answer that is right. */
export const weights = { right: 0.4, toThePoint: 0.25, polite: 0.25, finished: 0.1 } as const;

/**
 * The gold judge: the rubric without noise. The answer is the sentence that answers best; every other
 * sentence that is not one of the polite phrases counts against it, so that saying several things,
 * repeating, padding and going on afterwards all cost. What is not right earns little by its manners.
 *
 * Undefined when the last message is no question of this world.
 */
export function judge(messages: readonly ChatMessage[], answer: string, finished: boolean): Judgement | undefined {
  const task = taskOf(messages.at(-1)?.content ?? '');
  if (task === undefined) return undefined;
  const sentences = sentencesOf(answer).map((words) => ({ words, role: roleOf(words) }));
  const contents = sentences.filter(({ role }) => role === 'content').map(({ words }) => words);
  const extras = Math.max(0, contents.length - 1);
  const best = Math.max(0, ...contents.map((words) => task.grade(words)));
  // A second answer takes the first one back; a good one is not wrong for it, but no longer clear.
  const right = best * 0.75 ** extras;

  const polite = sentences.filter(({ role }) => role === 'polite').map(({ words }) => words.join(' '));
  const fillers = sentences.filter(({ role }) => role === 'filler' || role === 'rude').length;
  const longest = Math.max(...task.answers.map((text) => wordsOf(text).length));
  const length = contents.reduce((sum, words) => sum + words.length, 0);
  const padding = Math.max(0, length - 1.4 * longest - 3) / longest;
  const cost = 0.4 * extras + 0.35 * fillers + 0.25 * Math.max(0, polite.length - 2) + 0.3 * padding + strayMarks(answer);
  const toThePoint = contents.length === 0 ? 0 : Math.max(0, 1 - cost);

  const rude = sentences.some(({ role }) => role === 'rude');
  const repeats = new Set(polite).size < polite.length;
  const manners = rude ? 0 : polite.length === 0 ? 0.4 : repeats ? 0.6 : 1;

  const share = 0.4 + 0.6 * right;
  const merits = weights.toThePoint * toThePoint + weights.polite * manners + weights.finished;
  const whole = contents.length === 0 ? 0.05 * manners : weights.right * right + share * merits;
  return { score: finished ? whole : 0.5 * whole, right, toThePoint, polite: manners, finished: finished ? 1 : 0 };
}

/** Marks that no answer of this world needs, 0 to 1: four of them are as bad as it gets. */
function strayMarks(answer: string): number {
  return Math.min(1, (answer.match(/[^a-z0-9 .,!?:;'+=-]|[.,!?:;'+=-]{3,}/giu) ?? []).length / 4);
}
