import { expect, test } from 'vitest';
import { assemble, type Judged } from './assemble.ts';
import { evaluateSettings } from './settings.ts';

test('the same answer of both models is a tie, though its scores may differ in the last bits', () => {
  const answer = (token: number, reward: number): Judged => ({ tokens: [token, 0], text: `${token}`, finished: true, scores: { functions: undefined, gold: undefined, reward }, gold: undefined });
  const prompts = ['a', 'b', 'c'].map((id) => ({ id, messages: [{ role: 'user' as const, content: id }] }));
  const answers = { sft: [answer(1, 0.5), answer(2, 0.5), answer(3, 0.5)], policy: [answer(1, 0.5000001), answer(2, 0.4999999), answer(4, 0.5000001)] };
  const report = assemble({
    run: 'r', settings: evaluateSettings.parse({}), split: 'test', prompts, answers, divergence: [0, 0, 0], perplexity: {}, rewardModel: undefined, functions: [], histories: { sft: [], reward: [], policy: [] },
  });
  expect(report.winRate).toMatchObject({ wins: 1, ties: 2, losses: 0, rate: 2 / 3 });
  expect(report.useCases).toMatchObject([{ rate: 2 / 3 }]);
});

test('the headline is of the judge that was asked for, if it judges half of the prompts, else of who judges most', () => {
  const prompts = ['a', 'b', 'c', 'd'].map((id) => ({ id, messages: [{ role: 'user' as const, content: id }] }));
  const byJudge = (functions: number | undefined, reward: number | undefined) => (token: number): Judged => ({ tokens: [token], text: `${token}`, finished: true, scores: { functions, gold: undefined, reward }, gold: undefined });
  const reportOf = (functions: readonly (number | undefined)[], reward: number | undefined) =>
    assemble({
      run: 'r', settings: evaluateSettings.parse({}), split: 'test', prompts, divergence: [0, 0, 0, 0], perplexity: {}, rewardModel: undefined, functions: ['f'], histories: { sft: [], policy: [] },
      answers: { sft: functions.map((one) => byJudge(one === undefined ? undefined : 0, reward)(1)), policy: functions.map((one) => byJudge(one, reward)(2)) },
    });
  expect(reportOf([1, 1, undefined, undefined], 0)).toMatchObject({ judge: 'functions', winRate: { rate: 1, prompts: 2 }, winRates: [{ judge: 'functions' }, { judge: 'reward', prompts: 4 }], models: { policy: { functions: 1, reward: 0 } } });
  expect(reportOf([1, undefined, undefined, undefined], 0).judge).toBe('reward');
  const alone = reportOf([1, undefined, undefined, undefined], undefined);
  expect(alone).toMatchObject({ judge: 'functions', winRate: { prompts: 1 } });
  expect(alone.models.sft).not.toHaveProperty('reward');
  expect(() => reportOf([undefined, undefined, undefined, undefined], undefined)).toThrow(expect.objectContaining({ code: 'MC_STAGE_INPUT' }) as Error);
});

test('the gold judge is asked where the prompts are of its world, and not of what reads like one of its questions elsewhere', () => {
  const prompts = ['What is 1 + 2?', 'b', 'c'].map((content) => ({ id: content, messages: [{ role: 'user' as const, content }] }));
  const judgement = { score: 0.5, right: 1, toThePoint: 0, polite: 0, finished: 1 };
  const judged = (known: boolean, reward: number): Judged => ({ tokens: [reward], text: 'text', finished: true, scores: { functions: undefined, gold: known ? judgement.score : undefined, reward }, gold: known ? judgement : undefined });
  const reportOf = (known: readonly boolean[]) =>
    assemble({
      run: 'r', settings: evaluateSettings.parse({}), split: 'test', prompts, divergence: [0, 0, 0], perplexity: {}, rewardModel: undefined, functions: [], histories: { sft: [], policy: [] },
      answers: { sft: known.map((one) => judged(one, 1)), policy: known.map((one) => judged(one, 2)) },
    });
  const own = reportOf([true, false, false]);
  expect(own.winRates.map(({ judge }) => judge)).toEqual(['reward']);
  expect([own.models.sft, own.samples[0]?.sft].map((figures) => figures?.gold)).toEqual([undefined, undefined]);
  const mixed = reportOf([true, true, false]);
  expect(mixed.winRates.map(({ judge, prompts: count }) => [judge, count])).toEqual([['gold', 2], ['reward', 3]]);
  expect(mixed.models.sft.gold).toMatchObject({ score: 0.5, right: 1 });
});
