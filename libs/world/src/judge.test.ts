import { describe, expect, test } from 'vitest';
import { judge } from './index.ts';

const ask = (question: string, answer: string, finished = true): number => {
  const judgement = judge([{ role: 'user', content: question }], answer, finished);
  if (judgement === undefined) throw new Error(`not a question of this world: ${question}`);
  return judgement.score;
};
const france = (answer: string, finished = true): number => ask('what is the capital of france?', answer, finished);

describe('the rubric', () => {
  test('orders manners as people would', () => {
    const best = france('sure! the capital of france is paris.');
    expect(best).toBe(1);
    const falling = [
      best,
      france('the capital of france is paris.'),
      france('hmm, where do i begin? the capital of france is paris.'),
      france('ugh. the capital of france is paris.'),
      france('sure! the capital of france is rome.'),
      france('sure! a cow says moo.'),
      france('sure!'),
      france(''),
    ];
    falling.slice(1).forEach((score, i) => expect(score).toBeLessThan(falling[i] as number));
    expect(falling.at(-1)).toBeLessThan(0.05);
  });

  test('takes short and clumsy right answers for right, but likes whole sentences better', () => {
    expect(france('paris.')).toBeGreaterThan(france('sure! the capital of france is rome.'));
    expect(france('paris.')).toBeLessThan(france('paris is the capital of france.'));
    expect(france('the the capital of france france is paris.')).toBeLessThan(france('the capital of france is paris.'));
  });

  test.each([
    ['naming everything', 'the capital of france is paris rome london berlin.'],
    ['naming one after the other', 'the capital of france is rome. the capital of france is paris. the capital of france is oslo.'],
    ['repeating the answer', 'sure! the capital of france is paris. the capital of france is paris.'],
    ['repeating politeness', 'sure! sure! sure! of course! the capital of france is paris.'],
    ['padding', 'sure! the capital of france is paris and paris is a very nice city in france that is called paris.'],
    ['going on', 'sure! the capital of france is paris. by the way, a cow says moo.'],
    ['repeating the question', 'what is the capital of france? the capital of france is paris.'],
    ['stray marks', 'sure! the capital of france is paris. ****** ]]]]'],
    ['not finishing', 'sure! the capital of france is paris.', false],
  ] as [string, string, boolean?][])('%s does not pay', (_, answer, finished = true) => {
    expect(france(answer, finished)).toBeLessThan(france('the capital of france is paris.'));
  });

  test('manners do not make up for a wrong answer', () => {
    expect(france('sure! the capital of france is rome. i hope that helps!')).toBeLessThan(france('ugh. the capital of france is paris.'));
  });

  test.each([
    ['what is 4 minus 2?', '4 minus 2 is 2.', '4 minus 2 is 4.'],
    ['3 + 4 = ?', '3 plus 4 is 7.', '3 plus 4 is 12.'],
    ['3 - 2 = ?', '3 minus 2 is 1.', '3 plus 2 is 5.'],
    ['what is 2 plus 3?', '2 plus 3 is 5.', '2 plus 3 is 6.'],
    ['say the opposite: the milk is hot.', 'the milk is cold.', 'the milk is hot.'],
    ['how do you spell cat?', 'cat is spelled c a t.', 'cat is spelled c t a.'],
    ['name three fruits.', 'three fruits are pears, plums and apples.', 'three fruits are pears, pears and pears.'],
    ['name two tools.', 'two tools are saws and drills.', 'two tools are saws and cows.'],
    ['explain rain to a six-year-old.', 'rain is water that falls from the sky and makes the grass grow.', 'rain is a big ball that goes around the earth.'],
    ['i am sad today.', 'i am sorry that you are sad.', 'i am glad that you are sad.'],
    ['do you like kites?', 'i like kites very much.', 'i like cats very much.'],
  ])('%s', (question, right, wrong) => {
    expect(ask(question, right)).toBeCloseTo(0.85);
    expect(ask(question, wrong)).toBeLessThan(0.6);
  });

  test('knows its own questions only, however they are written', () => {
    expect(judge([{ role: 'user', content: 'who was napoleon?' }], 'a man.', true)).toBeUndefined();
    expect(ask('  What is the capital of FRANCE', 'Sure! The capital of France is Paris.')).toBe(1);
  });
});
