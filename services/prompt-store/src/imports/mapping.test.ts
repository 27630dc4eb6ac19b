import { expect, test } from 'vitest';
import { checkMapping, fieldNames, mapFields } from './mapping.ts';

test('fields get the names asked for, also from inside of objects, and the rest stays', () => {
  const row = { question: 'Why?', data: { good: 'So.', bad: 'No.' }, 'a.b': 1, text: 'unused', user_id: 7 };
  const mapping = [{ field: 'prompt', from: 'question' }, { field: 'chosen', from: 'data.good' }, { field: 'rejected', from: 'data.bad' }, { field: 'use_case', from: 'a.b' }];
  expect(mapFields(row, mapping)).toEqual({ prompt: 'Why?', chosen: 'So.', rejected: 'No.', use_case: 1, text: 'unused', user_id: 7 });
  expect(fieldNames(row)).toEqual(['question', 'data', 'data.good', 'data.bad', 'a.b', 'text', 'user_id']);
});

test('two fields can change names; what is missing is left out', () => {
  expect(mapFields({ chosen: 'a', rejected: 'b', prompt: 'c' }, [{ field: 'chosen', from: 'rejected' }, { field: 'rejected', from: 'chosen' }])).toEqual({ prompt: 'c', chosen: 'b', rejected: 'a' });
  expect(mapFields({ a: 1 }, [{ field: 'prompt', from: 'b.c' }, { field: 'text', from: '__proto__' }])).toEqual({ a: 1 });
});

test('mappings that cannot be meant are refused', () => {
  for (const mapping of [[{ field: 'promt', from: 'a' }], [{ field: 'prompt', from: '' }], [{ field: 'prompt', from: 'a' }, { field: 'prompt', from: 'b' }]]) {
    expect(() => checkMapping(mapping)).toThrow(expect.objectContaining({ code: 'MC_USAGE' }));
  }
});
