import type { ComparisonRecord } from '@minchat/datasets';
import { Random } from '@minchat/model/random';
import { describe, expect, test } from 'vitest';
import { createWorld, judge, labelerAgreement, noiseCeiling, simulatedLabeler, type ShownAnswer } from './index.ts';
import { pick } from './draw.ts';
import { write, writers } from './people.ts';
import { taskOf } from './tasks.ts';
import type { WorldPrompt } from './types.ts';

const world = createWorld({ seed: 1, sizes: { documents: 1, validationDocuments: 1 } });
const random = new Random(3);
/** Four answers to each prompt, written by anyone. */
const shown: { prompt: WorldPrompt; answers: ShownAnswer[] }[] = world.prompts.train.map((prompt) => {
  const task = taskOf(prompt.messages[0]?.content ?? '');
  if (task === undefined) throw new Error('not of this world');
  return { prompt, answers: Array.from({ length: 4 }, () => ({ text: write(random, task, pick(random, writers)).text, finished: true })) };
});
const labelers = ['a', 'b', 'c', 'd', 'e'].map((id) => simulatedLabeler({ seed: 1, id }));
const ranked = labelers.map((labeler) => shown.map(({ prompt, answers }) => labeler.rank(prompt.messages, answers) ?? []));

describe('simulated labelers', () => {
  test('two of them agree on about 73 % of pairs, as people did', () => {
    const rankings = ranked.flatMap((one, i) => ranked.slice(i + 1).flatMap((two) => one.map((ranking, k) => [ranking, two[k] ?? []] as const)));
    const { agreement, pairs } = labelerAgreement(rankings);
    expect(pairs).toBeGreaterThan(30_000);
    expect(agreement).toBeGreaterThan(0.715);
    expect(agreement).toBeLessThan(0.745);
  });

  test('the gold order agrees with them more than they with each other', () => {
    const comparisons = shown.map(({ prompt, answers }, k): ComparisonRecord => ({
      ...prompt,
      answers: answers.map((answer, i) => ({ ...answer, rank: ranked[k % labelers.length]?.[k]?.[i]?.rank ?? 0 })),
    }));
    const { accuracy } = noiseCeiling(comparisons);
    expect(accuracy).toBeGreaterThan(0.75);
    expect(accuracy).toBeLessThan(0.9);
  });

  test('rank the same answers the same, and the same text equal', () => {
    const [first] = shown;
    const { prompt, answers } = first as (typeof shown)[number];
    const again = simulatedLabeler({ seed: 1, id: 'a' });
    expect(again.rank(prompt.messages, answers)).toEqual(ranked[0]?.[0]);
    const twice = again.rank(prompt.messages, [answers[0] as ShownAnswer, answers[0] as ShownAnswer]);
    expect(twice?.map(({ rank }) => rank)).toEqual([0, 0]);
  });

  test('rate higher what is better, from 1 to 7', () => {
    const rated = shown.flatMap(({ prompt, answers }, k) =>
      answers.map((answer, i) => ({ gold: judge(prompt.messages, answer.text, true)?.score ?? 0, rating: ranked[0]?.[k]?.[i]?.rating ?? 0 })),
    );
    const mean = (list: { rating: number }[]): number => list.reduce((sum, { rating }) => sum + rating, 0) / list.length;
    for (const { rating } of rated) expect(rating >= 1 && rating <= 7 && Number.isInteger(rating)).toBe(true);
    expect(mean(rated.filter(({ gold }) => gold > 0.9))).toBeGreaterThan(mean(rated.filter(({ gold }) => gold < 0.5)) + 2);
  });

  test('do not rank what is none of this world', () => {
    expect(simulatedLabeler({ seed: 1, id: 'a' }).rank([{ role: 'user', content: 'who was napoleon?' }], [{ text: 'a man.', finished: true }])).toBeUndefined();
    expect(noiseCeiling([]).pairs).toBe(0);
    const own = (content: string) => ({ id: content, messages: [{ role: 'user' as const, content }], answers: [{ text: 'this', finished: true, rank: 0 }, { text: 'that', finished: true, rank: 1 }] });
    // One among somebody's own that reads like a question of the world.
    const like = own(world.prompts.train[0]?.messages[0]?.content ?? '');
    expect([noiseCeiling([own('Why, in May?'), own('Who, in June?'), like]).pairs, noiseCeiling([own('Why, in May?'), like]).pairs]).toEqual([0, 1]);
  });
});
