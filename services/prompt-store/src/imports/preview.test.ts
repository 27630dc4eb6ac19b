import { create, PreviewImportRequest } from '@minchat/contracts';
import { expect, test } from 'vitest';
import { previewImport } from './preview.ts';

const preview = (format: string, head: string, mapping: { field: string; from: string }[] = []) => previewImport(create(PreviewImportRequest, { format, head, mapping }));

test('the first records, the fields there are, and what is wrong by line', async () => {
  const head = '{"query":"Why?","meta":{"reply":"So."}}\nbroken\n{"query":"When?"}\n';
  expect(await preview('jsonl', head)).toMatchObject({ fields: ['query', 'meta', 'meta.reply'], records: [], bad: [{ line: 1 }, { line: 2, reason: 'expected JSON, found broken' }, { line: 3 }] });
  const mapped = await preview('jsonl', head, [{ field: 'prompt', from: 'query' }, { field: 'completion', from: 'meta.reply' }]);
  expect(mapped).toMatchObject({
    records: [
      { line: 1, type: 'demonstration', record: { messages: [{ role: 'user', content: 'Why?' }], completion: 'So.' } },
      { line: 3, type: 'prompt', record: { messages: [{ content: 'When?' }] } },
    ],
    bad: [{ line: 2 }],
  });
});

test('no more than a few, and a list that is cut off', async () => {
  expect((await preview('jsonl', '{"text":"a"}\n'.repeat(100))).records).toHaveLength(8);
  expect(await preview('alpaca', '[{"instruction":"Add.","output":"3"},{"instruction":"Sub')).toMatchObject({ records: [{ type: 'demonstration' }] });
  expect(await preview('jsonl', '[\n {"q":"Why?"},\n {"q":"Whe', [{ field: 'prompt', from: 'q' }])).toMatchObject({ fields: ['q'], records: [{ line: 1, type: 'prompt' }] });
  // Wherever it is cut off, in a conversation of hundreds of turns or in what looks like JSON.
  const turns = Array.from({ length: 300 }, (_, i) => ({ from: i % 2 === 0 ? 'human' : 'gpt', value: `{"a": ["\\"}]` }));
  const element = JSON.stringify({ conversations: turns });
  for (const cut of [10, element.length / 2, element.length - 3]) {
    expect(await preview('jsonl', `[${element}, ${element.slice(0, cut)}`)).toMatchObject({ fields: ['conversations'], records: [{ line: 1, type: 'demonstration' }], bad: [] });
  }
  // Not even the first is whole, which says nothing against the file.
  await expect(preview('jsonl', `[${element.slice(0, -2)}`)).rejects.toMatchObject({ code: 'MC_USAGE', hint: 'It can be imported all the same.' });
  await expect(preview('alpaca', 'nothing of the sort')).rejects.toMatchObject({ code: 'MC_DATA_INVALID' });
});

test('a table that is cut off in a cell of several lines', async () => {
  const head = 'q;completion;note\nWhy?;So.;\n"Wh\nen?";Now.;\n"Whe\n';
  expect(await preview('csv', head, [{ field: 'prompt', from: 'q' }])).toMatchObject({ fields: ['q', 'completion'], records: [{ line: 2, type: 'demonstration' }, { line: 3, type: 'demonstration' }], bad: [] });
});

test('what cannot be asked for is refused', async () => {
  for (const [format, mapping] of [['xlsx', []], ['parquet', []], ['oasst', [{ field: 'prompt', from: 'a' }]], ['jsonl', [{ field: 'nothing', from: 'a' }]]] as const) {
    await expect(preview(format, '{}', [...mapping])).rejects.toMatchObject({ code: 'MC_USAGE' });
  }
});
