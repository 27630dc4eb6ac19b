import { expect, it } from 'vitest';
import { noAnswer, type Answer } from './stream.ts';
import { canChoose, conversationOf, messagesOf, loadTurns, ranksOf, saveTurns, type Turn } from './thread.ts';

const done = (text: string): Answer => ({ ...noAnswer, text, state: 'done' });
const turn = (texts: string[], more: Partial<Turn> = {}): Turn => ({ question: 'q', blind: false, columns: texts.map((text, i) => ({ model: `m${i}`, answer: done(text) })), ...more });

const said = (one: Turn, earlier: readonly Turn[] = []): string[] => messagesOf(one, earlier).map(({ role, content }) => `${role} ${content}`);

it('goes on with the answer that was chosen', () => {
  expect(said(turn([]), [turn(['a', 'b'], { best: 1 }), turn(['c', 'd'], { best: -1 })])).toEqual(['user q', 'assistant b', 'user q', 'assistant c', 'user q']);
});

it('begins with the system message, and leaves out what was not answered', () => {
  const failed = turn([''], { question: 'failed' });
  const [column] = failed.columns;
  expect(said(turn([], { system: 'Be brief.' }), [{ ...failed, columns: [{ ...column!, answer: { ...noAnswer, state: 'failed' } }] }, turn([''])])).toEqual(['system Be brief.', 'user q', 'assistant ', 'user q']);
  expect(said(turn([], { system: ' ' }))).toEqual(['user q']);
});

it('is told as messages, the last answer too', () => {
  expect(conversationOf([turn(['a', 'b'], { best: 1 }), turn(['c'], { system: 'Be brief.' })]).map(({ role, content }) => `${role} ${content}`)).toEqual(['system Be brief.', 'user q', 'assistant b', 'user q', 'assistant c']);
  expect(conversationOf([])).toEqual([]);
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

it('fits into what a browser keeps, however many probabilities there are', () => {
  const token = { adds: ' token', name: '␣token', logprob: -1.2345678901234567, top: Array.from({ length: 5 }, () => ({ name: '␣token', logprob: -1.2345678901234567 })) };
  const answer: Answer = { ...done('text'), probabilities: Array.from({ length: 500 }, () => token) };
  const many = Array.from({ length: 50 }, () => ({ ...turn([]), columns: [{ model: 'm', answer, before: answer }, { model: 'n', answer }] }));
  const text = saveTurns(many);
  expect(text.length).toBeLessThan(1_100_000);
  const back = loadTurns(text);
  expect(back.map(({ columns }) => columns[0]?.answer.text)).toEqual(many.map(() => 'text'));
  expect([back.at(-1)?.columns[0]?.answer.probabilities?.length, back[0]?.columns[0]?.answer.probabilities]).toEqual([500, undefined]);
});
