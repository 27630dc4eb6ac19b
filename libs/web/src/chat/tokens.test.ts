import { expect, it } from 'vitest';
import { nameOf, signOf, tokenReader, type TokenView } from './tokens.ts';

const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];
const read = (tokens: readonly number[][]): TokenView[] => {
  const next = tokenReader();
  return tokens.map((bytes) => next({ bytes, logprob: -1, top_logprobs: [{ bytes, logprob: -1 }] }));
};

it('a character in several tokens comes with the last of them', () => {
  const [first = 0, ...rest] = bytesOf('中');
  const tokens = read([bytesOf('a '), [first], rest, bytesOf(' b')]);
  expect(tokens.map(({ adds }) => adds)).toEqual(['a ', '', '中', ' b']);
  expect(tokens.map(({ name }) => name)).toEqual(['a␣', 'E4', 'B8 AD', '␣b']);
  expect(tokens.map(({ top }) => top[0]?.name)).toEqual(tokens.map(({ name }) => name));
});

it('what says nothing to the eye has a sign', () => {
  expect(read(['\n', '\r\n', '\u0000', '\u200B', '\u007F', ' ', 'x\n', '\uFEFF'].map(bytesOf)).map(signOf)).toEqual(['↵', '␍↵', '␀', 'U+200B', '␡', undefined, undefined, 'U+FEFF']);
  expect(read([[0xE4], []]).map(signOf)).toEqual(['·', '·']);
});

it('every byte and every end of a character has a name that can be seen', () => {
  for (let byte = 0; byte < 256; byte += 1) expect(nameOf([byte])).toMatch(/^[^\p{C}\p{Z}]+$/u);
  expect([nameOf([]), nameOf(bytesOf('\uFFFD')), nameOf([0xFF])]).toEqual(['∅', '\uFFFD', 'FF']);
});
