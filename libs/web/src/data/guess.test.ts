import { expect, it } from 'vitest';
import { collectionName, guessFormat } from './guess.ts';

it.each([
  ['a.parquet', '', 'parquet'],
  ['a.csv.zst', 'prompt', 'csv'],
  ['A.TSV', 'prompt', 'csv'],
  ['a.txt', '{"prompt":1}', 'text'],
  ['a.json', ' [{"instruction":"x"}]', 'alpaca'],
  ['a.jsonl.gz', '{"message_tree_id":1}', 'oasst'],
  ['a.jsonl', String.raw`{"chosen":"\n\nHuman: hi"}`, 'hh-rlhf'],
  ['a.jsonl', '{"prompt":"x"}', 'jsonl'],
  ['a.json', '[{"conversations":[]}]', 'jsonl'],
  ['a.jsonl', String.raw`{"prompt": "\n\nHuman: hi\n\nAssistant:", "chosen": " a"}`, 'jsonl'],
])('guesses %s', (name, head, format) => expect(guessFormat(name, head)).toBe(format));

it('names collections after files', () => {
  expect(collectionName('My trees (2).jsonl.gz')).toBe('my-trees-2');
  expect(collectionName('数据.txt')).toBe('imported');
});
