import { expect, test } from 'vitest';
import { assemble, type Judged } from './assemble.ts';
import { evaluateSettings } from './settings.ts';

test('the same answer of both models is a tie, though its scores may differ in the last bits', () => {
  const answer = (token: number, reward: number): Judged => ({ tokens: [token, 0], text: `${token}`, finished: true, reward, gold: undefined });
  const prompts = ['a', 'b', 'c'].map((id) => ({ id, messages: [{ role: 'user' as const, content: id }] }));
  const answers = { sft: [answer(1, 0.5), answer(2, 0.5), answer(3, 0.5)], policy: [answer(1, 0.5000001), answer(2, 0.4999999), answer(4, 0.5000001)] };
  const report = assemble({
    run: 'r', settings: evaluateSettings.parse({}), split: 'test', prompts, answers, divergence: [0, 0, 0], perplexity: {}, rewardModel: undefined, histories: { sft: [], reward: [], policy: [] },
  });
  expect(report.winRate).toMatchObject({ wins: 1, ties: 2, losses: 0, rate: 2 / 3 });
  expect(report.useCases).toMatchObject([{ rate: 2 / 3 }]);
});
