import { trainTokenizer } from '@minchat/tokenizer';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { encodePrompts } from './prompts.ts';

const tokenizer = trainTokenizer(['abcd'], { vocabSize: 261 });
const records = ['ab', 'abcdabcdabcd', 'abcdabcdabcdabcd'].map((content) => ({ messages: [{ role: 'user' as const, content }] }));

function encode(context: number, maxNewTokens: number): { prompts: number[][]; warnings: string[] } {
  const warnings: string[] = [];
  const log = pino({}, { write: (line: string) => void warnings.push((JSON.parse(line) as { msg: string }).msg) });
  return { prompts: encodePrompts(tokenizer, records, { context, maxNewTokens, log }), warnings };
}

test('prompts that leave room for the answer are whole; others keep their end, and it is told how many', () => {
  const whole = encode(1000, 10);
  expect(whole.warnings).toEqual([]);
  const [short = [], ...long] = whole.prompts;
  const cut = encode(short.length + 10, 10);
  expect(cut.prompts).toEqual([short, ...long.map((prompt) => prompt.slice(-short.length))]);
  expect(cut.warnings).toEqual([`2 of 3 prompts are longer than the ${short.length} tokens that maxNewTokens leaves of the context: they lose their beginning`]);
});

test('an answer as long as the context leaves no prompt, and is refused', () => {
  expect(() => encode(16, 16)).toThrow(expect.objectContaining({ code: 'MC_STAGE_SETTINGS', message: 'maxNewTokens: expected fewer than the model\'s context of 16 tokens, found 16' }));
  expect(encode(17, 16).prompts.map((prompt) => prompt.length)).toEqual([1, 1, 1]);
});
