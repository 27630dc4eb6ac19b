import { expect, it } from 'vitest';
import { noAnswer, type Answer } from './stream.ts';
import { canChoose, contextOf, loadTurns, ranksOf, saveTurns, type Turn } from './thread.ts';

const done = (text: string): Answer => ({ ...noAnswer, text, state: 'done' });
const turn = (texts: string[], more: Partial<Turn> = {}): Turn => ({ question: 'q', blind: false, columns: texts.map((text, i) => ({ model: `m${i}`, answer: done(text) })), ...more });

it('goes on with the answer that was chosen', () => {
  expect(contextOf([turn(['a', 'b'], { best: 1 }), turn(['c', 'd'], { best: -1 })]).map(({ content }) => content)).toEqual(['q', 'b', 'q', 'c']);
});

it('offers a choice between whole answers that differ, once', () => {
  expect(canChoose(turn(['a', 'b']))).toBe(true);
  expect(canChoose(turn(['a', 'a']))).toBe(false);
  expect(canChoose(turn(['a']))).toBe(false);
  expect(canChoose(turn(['a', 'b'], { best: 0 }))).toBe(false);
  expect(canChoose({ ...turn(['a', 'b']), columns: [{ model: 'm', answer: noAnswer }, { model: 'n', answer: done('b') }] })).toBe(false);
});

it('ranks the chosen answer before the others', () => {
  expect([ranksOf(3, 1), ranksOf(2, -1)]).toEqual([[1, 0, 1], [0, 0]]);
});

it('is kept over a reload, and what cannot be read is nothing', () => {
  const [back] = loadTurns(saveTurns([{ ...turn(['a']), columns: [{ model: 'm', answer: { ...noAnswer, text: 'half' } }] }]));
  expect(back?.columns[0]?.answer).toMatchObject({ text: 'half', state: 'stopped', finished: false });
  expect([loadTurns(null), loadTurns('{'), loadTurns('{"version":0,"turns":[]}')]).toEqual([[], [], []]);
});
