import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readerOf } from './formats.ts';
import type { ImportedItem, ImportedRecord } from './records.ts';
import { openSource, type Source } from './source.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-formats-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function source(content: string | Uint8Array): Promise<Source> {
  const path = join(folder, 'file');
  await writeFile(path, content);
  return openSource(path);
}

async function read(format: string, content: string | Uint8Array): Promise<ImportedItem[]> {
  return Array.fromAsync(readerOf(format)(await source(content)));
}

async function records(format: string, content: string | Uint8Array): Promise<ImportedRecord[]> {
  return (await read(format, content)).flatMap((item) => ('bad' in item ? [] : item.records));
}

const jsonl = (...values: unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

test('jsonl: a prompt and its completion, as strings and as messages, with author and labeler', async () => {
  expect(
    await records('jsonl', jsonl({ prompt: 'Hi', completion: 'Hello!', user_id: 7, labeler: 'ann', use_case: 'chat', note: 'Short.' }, { prompt: [user('Hi')], completion: [assistant('Hello!')], note: { of: 'another kind' } })),
  ).toEqual([
    { kind: 'demonstration', prompt: { messages: [user('Hi')], user: '7', useCase: 'chat' }, completion: 'Hello!', labeler: 'ann', note: 'Short.' },
    { kind: 'demonstration', prompt: { messages: [user('Hi')] }, completion: 'Hello!' },
  ]);
});

test('jsonl: messages that end with an answer are a demonstration, with a question a prompt', async () => {
  const system = { role: 'system', content: 'Be brief.' };
  expect(await records('jsonl', jsonl({ messages: [system, user('a'), assistant('b'), user('c'), assistant('d')] }, { messages: [user('a')] }, { prompt: 'p' }))).toEqual([
    { kind: 'demonstration', prompt: { messages: [system, user('a'), assistant('b'), user('c')] }, completion: 'd' },
    { kind: 'prompt', prompt: { messages: [user('a')] } },
    { kind: 'prompt', prompt: { messages: [user('p')] } },
  ]);
});

test('jsonl: what `export RUN` writes, messages with their answer or answers beside them, is a demonstration or a comparison', async () => {
  const system = { role: 'system', content: 'Be brief.' };
  const answers = [{ text: 'b', finished: true, rank: 0 }, { text: 'c', finished: false, rank: 1 }];
  const asked = { prompt: { messages: [system, user('a')] } };
  expect(await records('jsonl', jsonl(
    { id: '1', messages: [system, user('a')], completion: 'b' },
    { id: '2', messages: [system, user('a')], useCase: 'chat', labeler: 'ann', answers },
    { messages: [system, user('a')], chosen: 'b', rejected: 'c' },
    // Whole conversations go before what stands beside them, and so does an answer that is theirs.
    { messages: [user('x')], chosen: [user('a'), assistant('b')], rejected: [user('a'), assistant('c')] },
    { messages: [user('a'), assistant('b')], completion: 'c' },
  ))).toEqual([
    { kind: 'demonstration', ...asked, completion: 'b' },
    { kind: 'comparison', prompt: { ...asked.prompt, useCase: 'chat' }, answers, labeler: 'ann' },
    { kind: 'comparison', ...asked, answers: [{ text: 'b', rank: 0 }, { text: 'c', rank: 1 }] },
    { kind: 'comparison', prompt: { messages: [user('a')] }, answers: [{ text: 'b', rank: 0 }, { text: 'c', rank: 1 }] },
    { kind: 'demonstration', prompt: { messages: [user('a')] }, completion: 'b' },
  ]);
});

test('jsonl: chosen and rejected with the prompt told, shared messages, a transcript or a shared start', async () => {
  const pair = [{ text: 'yes', rank: 0 }, { text: 'no', rank: 1 }];
  const result = await records(
    'jsonl',
    jsonl(
      { prompt: 'Sure?', chosen: 'yes', rejected: 'no' },
      { prompt: [user('Sure?')], chosen: [assistant('yes')], rejected: [assistant('no')] },
      { chosen: [user('Sure?'), assistant('yes')], rejected: [user('Sure?'), assistant('no')] },
      { prompt: 'Sure?', chosen: [user('Sure?'), assistant('yes')], rejected: [user('Sure?'), assistant('no')] },
      { prompt: 'Sure?', chosen: [assistant('yes')], rejected: [assistant('no')] },
      { chosen: '\n\nHuman: Sure?\n\nAssistant: yes', rejected: '\n\nHuman: Sure?\n\nAssistant: no' },
      { chosen: 'Sure? yes', rejected: 'Sure? no' },
    ),
  );
  expect(result).toEqual(Array.from({ length: 7 }, () => ({ kind: 'comparison', prompt: { messages: [user('Sure?')] }, answers: pair })));
});

const pairs = (better: string, worse: string) => [{ text: better, rank: 0 }, { text: worse, rank: 1 }];

test.each<[string, unknown, object]>([
  ['Dolly', { instruction: 'Add.', context: '1 2', response: '3', category: 'closed_qa' }, { kind: 'demonstration', prompt: { messages: [user('Add.\n\n1 2')] }, completion: '3' }],
  ['ShareGPT', { id: 'x', conversations: [{ from: 'system', value: 'Be brief.' }, { from: 'human', value: 'a' }, { from: 'gpt', value: 'b', weight: 1 }] }, { kind: 'demonstration', prompt: { messages: [{ role: 'system', content: 'Be brief.' }, user('a')] }, completion: 'b' }],
  ['WildChat', { conversation: [{ ...user('a'), language: 'en' }, { ...assistant('b'), toxic: false }] }, { kind: 'demonstration', prompt: { messages: [user('a')] }, completion: 'b' }],
  ['messages of parts', { messages: [{ role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }] }, assistant('c')] }, { kind: 'demonstration', prompt: { messages: [user('ab')] }, completion: 'c' }],
  ['OpenOrca', { id: '1', system_prompt: 'Think.', question: 'Why?', response: 'So.' }, { kind: 'demonstration', prompt: { messages: [{ role: 'system', content: 'Think.' }, user('Why?')] }, completion: 'So.' }],
  ['a prompt with its response', { prompt: 'Why?', response: 'So.' }, { kind: 'demonstration', prompt: { messages: [user('Why?')] }, completion: 'So.' }],
  ['Orca as pairs, whose answers begin alike', { system: '', question: 'Why?', chosen: 'It is so.', rejected: 'It is not.' }, { kind: 'comparison', prompt: { messages: [user('Why?')] }, answers: pairs('It is so.', 'It is not.') }],
  ['UltraFeedback as pairs', { prompt: 'Why?', prompt_id: 'x', chosen: [user('Why?'), assistant('So.')], rejected: [user('Why?'), assistant('No.')], messages: [user('Why?'), assistant('So.')], score_chosen: 8 }, { kind: 'comparison', prompt: { messages: [user('Why?')] }, answers: pairs('So.', 'No.') }],
  ['a prompt of messages beside the whole', { prompt: [user('Why?')], chosen: [user('Why?'), assistant('So.')], rejected: [user('Why?'), assistant('No.')] }, { kind: 'comparison', prompt: { messages: [user('Why?')] }, answers: pairs('So.', 'No.') }],
  ['answers of one message', { prompt: 'Why?', chosen: assistant('So.'), rejected: assistant('No.') }, { kind: 'comparison', prompt: { messages: [user('Why?')] }, answers: pairs('So.', 'No.') }],
  [
    'UltraFeedback',
    { source: 'x', instruction: 'Why?', models: ['m', 'n'], completions: [{ model: 'm', response: 'No.', overall_score: 4, annotations: { helpfulness: { Rating: '3' } } }, { model: 'n', response: 'So.', overall_score: 7.5 }, { response: 'Hm.', overall_score: 4 }] },
    { kind: 'comparison', prompt: { messages: [user('Why?')] }, answers: [{ text: 'No.', rank: 1, model: 'm' }, { text: 'So.', rank: 0, model: 'n' }, { text: 'Hm.', rank: 1 }] },
  ],
  ['Nectar', { prompt: '\n\nHuman: Why?\n\nAssistant: ', answers: [{ answer: 'So.', model: 'm', rank: 1 }, { answer: 'No.', model: 'n', rank: 2 }], turns: 1 }, { kind: 'comparison', prompt: { messages: [user('Why?')] }, answers: [{ text: 'So.', rank: 1, model: 'm' }, { text: 'No.', rank: 2, model: 'n' }] }],
  ['HelpSteer2, the first better', { split: 'train', prompt: 'Why?', response_1: 'So.', response_2: 'No.', preference_strength: -2, preference_statement: 'x' }, { kind: 'comparison', prompt: { messages: [user('Why?')] }, answers: pairs('So.', 'No.') }],
  ['HelpSteer2, the second better', { prompt: 'Why?', response_1: 'No.', response_2: 'So.', preference_strength: 1 }, { kind: 'comparison', prompt: { messages: [user('Why?')] }, answers: [{ text: 'No.', rank: 1 }, { text: 'So.', rank: 0 }] }],
  ['HelpSteer2, a tie', { prompt: 'Why?', response_1: 'So.', response_2: 'Thus.', preference_strength: 0 }, { kind: 'comparison', prompt: { messages: [user('Why?')] }, answers: [{ text: 'So.', rank: 0 }, { text: 'Thus.', rank: 0 }] }],
  ['a transcript and its answers', { prompt: '\n\nHuman: a\n\nAssistant: b\n\nHuman: Why?\n\nAssistant:', response: ' So.', chosen: ' So.', rejected: ' No.' }, { kind: 'comparison', prompt: { messages: [user('a'), assistant('b'), user('Why?')] }, answers: pairs('So.', 'No.') }],
  ['what others call otherwise, where it is something else', { text: 'a', conversation: 'b', question: { id: 1 }, input: [], system: 3, answer: 4 }, { kind: 'text', text: 'a' }],
  ['a transcript without the last name', { prompt: 'Human: a\n\nAssistant: b\n\nHuman: Why?' }, { kind: 'prompt', prompt: { messages: [user('a'), assistant('b'), user('Why?')] } }],
])('jsonl: %s', async (_, value, record) => expect(await records('jsonl', jsonl(value))).toEqual([record]));

test('jsonl: answers to one prompt in rows one after another are ranked by how helpful they are', async () => {
  const row = (prompt: string, response: string, helpfulness: number) => ({ prompt, response, helpfulness, correctness: 4, verbosity: 1 });
  const items = await read('jsonl', `${jsonl(row('Why?', 'No.', 1), row('Why?', 'So.', 4))}broken\n${jsonl(row('Why?', 'Hm.', 1), row('When?', 'Now.', 3), row('Where?', 'Here.', 2), row('Where?', 'There.', 3))}`);
  expect(items.map((item) => ('bad' in item ? [item.line, item.bad.code] : [item.line, item.records]))).toEqual([
    [3, 'not_json'],
    [1, [{ kind: 'comparison', prompt: { messages: [user('Why?')] }, answers: [{ text: 'No.', rank: 1 }, { text: 'So.', rank: 0 }, { text: 'Hm.', rank: 1 }] }]],
    [5, 'answers_few'],
    [6, [{ kind: 'comparison', prompt: { messages: [user('Where?')] }, answers: [{ text: 'Here.', rank: 1 }, { text: 'There.', rank: 0 }] }]],
  ]);

  // They are somebody's, as every record is.
  const by = (labeler: string) => [{ ...row('Why?', 'No.', 1), user_id: 'ada', labeler }, { ...row('Why?', 'So.', 4), user_id: 'ada', labeler }];
  const answers = [{ text: 'No.', rank: 1 }, { text: 'So.', rank: 0 }];
  expect(await records('jsonl', jsonl(...by('ann'), ...by('ben')))).toEqual(['ann', 'ben'].map((labeler) => ({ kind: 'comparison', prompt: { messages: [user('Why?')], user: 'ada' }, answers, labeler })));
  // One of nobody that there can be is told, whatever it is.
  expect(await read('jsonl', `{"prompt":"Why?","response":"So.","helpfulness":1,"user_id":${'['.repeat(20_000)}${']'.repeat(20_000)}}\n${jsonl({ prompt: 'p' })}`)).toMatchObject([{ line: 1, bad: { name: 'BadRecordError' } }, { line: 2, records: [{ kind: 'prompt' }] }]);
});

test('jsonl: preferences in fields of their own are comparisons, whatever the dataset calls them', async () => {
  const rows = [
    { prompt: 'Why?', response_0: 'So.', response_1: 'No.', better_response_id: 1, safer_response_id: 0 },
    { history: 'Why?', human_ref_A: 'No.', human_ref_B: 'So.', labels: 1, score_A: 5, score_B: 3 },
    { history: 'Why?', human_ref_A: 'So.', human_ref_B: 'No.', labels: 0 },
    { domain: 'general', context: [user('Why?')], response1: 'No.', response2: 'So.', overall_preference: -2 },
  ];
  for (const record of await records('jsonl', jsonl(...rows))) {
    expect(record).toMatchObject({ kind: 'comparison', prompt: { messages: [user('Why?')] } });
    expect(record.kind === 'comparison' && record.answers.toSorted((a, b) => a.rank - b.rank)).toEqual(pairs('No.', 'So.'));
  }
  expect(await records('jsonl', jsonl(...rows))).toHaveLength(4);
});

test('jsonl: a prompt of several turns with HelpSteer2\'s marks between them is the conversation', async () => {
  const prompt = 'Why?\n<extra_id_1>Assistant\nSo.\n\nYes.\n<extra_id_1>User\nAnd when?';
  const messages = [user('Why?'), assistant('So.\n\nYes.'), user('And when?')];
  const rows = [{ prompt, response: 'Now.', helpfulness: 1 }, { prompt, response: 'Then.', helpfulness: 4 }];
  expect(await records('jsonl', jsonl(...rows))).toEqual([{ kind: 'comparison', prompt: { messages }, answers: [{ text: 'Now.', rank: 1 }, { text: 'Then.', rank: 0 }] }]);
});

test('jsonl: a conversation in which a tool is called is told as that, and a role that there is none of by its name', async () => {
  const bad = [
    { messages: [user('Rain?'), { role: 'assistant', content: null, tool_calls: [{ id: '1', function: { name: 'weather', arguments: '{}' } }] }] },
    { messages: [user('Rain?'), { role: 'tool', tool_call_id: '1', content: 'no' }, assistant('No.')] },
    { conversations: [{ from: 'human', value: 'Rain?' }, { from: 'function_call', value: '{}' }, { from: 'observation', value: 'no' }, { from: 'gpt', value: 'No.' }] },
    { conversations: [{ from: 'human', value: 'Rain?' }, { from: 'cloud', value: 'No.' }] },
  ];
  const items = await read('jsonl', jsonl(...bad, { messages: [{ role: 'developer', content: 'Be short.' }, user('Rain?'), { ...assistant('No.'), tool_calls: [] }] }));
  expect(items.map((item) => ('bad' in item ? item.bad.code : item.records[0]?.kind))).toEqual(['tool_turn', 'tool_turn', 'tool_turn', 'field_type', 'demonstration']);
  expect(items[3]).toMatchObject({ bad: { values: { field: 'messages.1.role', found: 'cloud' } } });
});

test('csv: columns are fields, whatever parts the cells; numbers, truths and lists are what they stand for', async () => {
  const table = '\uFEFFprompt,completion,label,user_id\r\n"Why,\n""really""?",So.,True,007\r\nWhen?,,,\r\n,,,\r\n\r\nWhere?,There.,FALSE,\r\nWho?,I,did,it,\r\nsaid "so",Yes.,,\r\n';
  for (const delimiter of [',', ';', '\t']) {
    const items = await read('csv', table.replaceAll(/,(?!\n)/g, delimiter));
    expect(items.map((item) => ('bad' in item ? [item.line, item.bad.code, item.bad.values] : [item.line, item.records]))).toEqual([
      [2, [{ kind: 'demonstration', prompt: { messages: [user('Why,\n"really"?')], user: '007' }, completion: 'So.' }]],
      [4, [{ kind: 'prompt', prompt: { messages: [user('When?')] } }]],
      [7, 'completion_bad', {}],
      [8, 'cells', { expected: 4, found: 5 }],
      [9, [{ kind: 'demonstration', prompt: { messages: [user('said "so"')] }, completion: 'Yes.' }]],
    ]);
  }
  const rated = 'prompt,response,helpfulness\nWhy?,No.,1\nWhy?,So.,3.5\n';
  expect(await records('csv', rated)).toEqual([{ kind: 'comparison', prompt: { messages: [user('Why?')] }, answers: [{ text: 'No.', rank: 1 }, { text: 'So.', rank: 0 }] }]);
  const quoted = (value: unknown): string => `"${JSON.stringify(value).replaceAll('"', '""')}"`;
  expect(await records('csv', `messages\n${quoted([user('Hi'), assistant('Hello.')])}\n`)).toEqual([{ kind: 'demonstration', prompt: { messages: [user('Hi')] }, completion: 'Hello.' }]);
  const mapped = await Array.fromAsync(readerOf('csv', [{ field: 'prompt', from: 'q' }])(await source('q\nWhy?\n')));
  expect(mapped).toMatchObject([{ line: 2, records: [{ kind: 'prompt' }] }]);
});

test('what a mapping leads into is no field of its own, though it is called as one: the example of docs/data.md', async () => {
  const mapping = [{ field: 'prompt', from: 'question' }, { field: 'chosen', from: 'answers.best' }, { field: 'rejected', from: 'answers.other' }];
  const line = JSON.stringify({ question: 'Where?', answers: { best: 'Here.', other: 'There.' } });
  expect(await Array.fromAsync(readerOf('jsonl', mapping)(await source(line)))).toMatchObject([{ records: [{ kind: 'comparison', answers: [{ text: 'Here.', rank: 0 }, { text: 'There.', rank: 1 }] }] }]);
  const turn = JSON.stringify({ prompt: { role: 'user', content: 'Who?', author: 'ann' } });
  expect(await Array.fromAsync(readerOf('jsonl', [{ field: 'user_id', from: 'prompt.author' }])(await source(turn)))).toMatchObject([{ records: [{ kind: 'prompt', prompt: { user: 'ann', messages: [user('Who?')] } }] }]);
});

test('csv: what is not UTF-8 spoils its row only, and a mark that is never closed is told by the row before it', async () => {
  const items = await read('csv', Buffer.from('prompt\nGr\xFC\xDFe\nHi\n', 'latin1'));
  expect(items).toMatchObject([{ line: 2, bad: { code: 'not_utf8' } }, { line: 3, records: [{ kind: 'prompt' }] }]);
  expect(await records('csv', Buffer.from('\uFEFFprompt\tcompletion\nGrüße\tHallo\n', 'utf16le'))).toMatchObject([{ completion: 'Hallo' }]);
  await expect(read('csv', 'prompt,completion\nWhen?,Now.\nHi,"Hello\nWhy?,So.\n')).rejects.toMatchObject({ code: 'MC_DATA_INVALID', message: expect.stringMatching(/behind row 2: Quote Not Closed/) as string });
  await expect(read('csv', gzipSync('prompt\nHi\n').subarray(0, 24))).rejects.toMatchObject({ code: 'MC_DATA_INVALID', message: expect.stringMatching(/gzip/) as string });
});

test('jsonl and oasst: Open-Assistant\'s messages in rows of their own are the trees that they make', async () => {
  const row = (tree: string, id: string, parent_id: string | null, role: string, rank: number | null = null) => ({ message_tree_id: tree, message_id: id, parent_id, user_id: `of ${id}`, text: `text ${id}`, role, rank, lang: 'en' });
  const rows = jsonl(row('1', '1', null, 'prompter'), row('1', 'a', '1', 'assistant', 1), row('1', 'b', '1', 'assistant', 0), row('1', 'c', 'b', 'prompter'), row('2', '2', null, 'prompter'), row('1', 'd', 'b', 'prompter'));
  const items = await read('jsonl', rows);
  expect(items).toEqual(await read('oasst', rows));
  const opening = { messages: [user('text 1')], user: 'of 1' };
  expect(items).toMatchObject([
    {
      line: 1,
      records: [
        { kind: 'demonstration', prompt: opening, completion: 'text b' },
        { kind: 'comparison', prompt: opening, answers: pairs('text b', 'text a') },
        { kind: 'prompt', prompt: { messages: [user('text 1'), assistant('text b'), user('text c')], user: 'of 1' } },
      ],
    },
    { line: 5, records: [{ kind: 'prompt', prompt: { messages: [user('text 2')], user: 'of 2' } }] },
    { line: 6, bad: { code: 'tree_start' } },
  ]);
});

test('jsonl: one JSON list is read element by element, packed or not', async () => {
  const list = `\uFEFF \n[\n${jsonl({ conversations: [{ from: 'human', value: 'a' }, { from: 'gpt', value: 'b' }] }).trim()},\n {"none": 1}, {"prompt": "ü"}, {"prompt": "Hi", "user_id": 1234567890123456789}]`;
  for (const content of [list, gzipSync(list)]) {
    const items = await read('jsonl', content);
    expect(items.map((item) => ('bad' in item ? item.bad.code : item.records[0]?.kind))).toEqual(['demonstration', 'fields_unknown', 'prompt', 'prompt']);
    expect(items.slice(2)).toMatchObject([{ line: 3, records: [{ prompt: { messages: [user('ü')] } }] }, { line: 4, records: [{ prompt: { user: '1234567890123456789' } }] }]);
  }
  await expect(read('jsonl', '[{"prompt":"a"},{"pro')).rejects.toMatchObject({ code: 'MC_DATA_INVALID' });
  // One element that goes on and on is not waited for until the memory is full.
  await expect(read('jsonl', `[{"prompt":"a"},{"prompt":"${'x'.repeat(40 * 2 ** 20)}"}]`)).rejects.toMatchObject({ message: expect.stringMatching(/found a longer one after element 1$/) as string });
});

test('UTF-16 is known by its mark, in lines and in lists', async () => {
  for (const text of [jsonl({ prompt: 'Grüße 🎈' }), JSON.stringify([{ prompt: 'Grüße 🎈' }])]) {
    const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
    for (const content of [little, Buffer.from(little).swap16()]) expect(await records('jsonl', content)).toEqual([{ kind: 'prompt', prompt: { messages: [user('Grüße 🎈')] } }]);
  }
});

test('jsonl: text, and lines of Alpaca', async () => {
  expect(await records('jsonl', jsonl({ text: 'Once upon a time' }, { instruction: 'Add.', input: '1 2', output: '3' }))).toEqual([
    { kind: 'text', text: 'Once upon a time' },
    { kind: 'demonstration', prompt: { messages: [user('Add.\n\n1 2')] }, completion: '3' },
  ]);
});

test('whoever wrote a record is kept, in every format that can say so', async () => {
  const names = { user_id: 'ada', labeler: 'ann', use_case: 'chat' };
  const prompt = { messages: [user('Hi')], user: 'ada', useCase: 'chat' };
  const demonstration = { kind: 'demonstration', prompt, completion: 'Hello.', labeler: 'ann' };
  const alpaca = { instruction: 'Hi', output: 'Hello.', ...names };
  expect(await records('jsonl', jsonl(alpaca))).toEqual([demonstration]);
  expect(await records('alpaca', JSON.stringify([alpaca]))).toEqual([demonstration]);
  const transcripts = { chosen: '\n\nHuman: Hi\n\nAssistant: Hello.', rejected: '\n\nHuman: Hi\n\nAssistant: What?', ...names };
  const comparison = { kind: 'comparison', prompt, answers: [{ text: 'Hello.', rank: 0 }, { text: 'What?', rank: 1 }], labeler: 'ann' };
  expect(await records('jsonl', jsonl(transcripts))).toEqual([comparison]);
  expect(await records('hh-rlhf', jsonl(transcripts))).toEqual([comparison]);
});

test('jsonl: the right answer is kept beside the prompt, whatever it is called', async () => {
  const lines = [{ prompt: '1 + 1?', reference: 2 }, { prompt: '1 + 2?', solution: '3' }, { question: '1 + 3?', ground_truth: '4', answer: 'It is 4.' }, { prompt: '?', solution: [1], reference: ["a"] }, { prompt: '!', reference: '' }];
  expect(await records('jsonl', jsonl(...lines))).toMatchObject([
    { kind: 'prompt', prompt: { reference: '2' } },
    { kind: 'prompt', prompt: { reference: '3' } },
    { kind: 'demonstration', prompt: { reference: '4' }, completion: 'It is 4.' },
    { kind: 'prompt', prompt: { messages: [user('?')] } },
    { kind: 'prompt', prompt: { messages: [user('!')] } },
  ]);
  expect((await records('jsonl', jsonl(...lines))).slice(3).some((record) => 'prompt' in record && 'reference' in record.prompt)).toBe(false);
});

test('jsonl: ids too large for a number are kept digit by digit', async () => {
  const lines = '{"prompt": "Hi", "user_id": 1234567890123456789}\n{"prompt": "Ho", "completion": "x", "labeler":-9007199254740993}\n{"prompt": "1234567890123456789", "user_id": 12}\n';
  expect(await records('jsonl', lines)).toMatchObject([{ prompt: { user: '1234567890123456789' } }, { labeler: '-9007199254740993' }, { prompt: { user: '12' } }]);
});

test('jsonl: bad lines are told by number and reason, good ones read on', async () => {
  const lines = [
    '{"text":"good"}',
    '{"text":',
    '[1,2]',
    '{"query":"what?"}',
    '',
    '{"prompt":"a","completion":"b","label":false}',
    '{"messages":[{"role":"robot","content":"beep"}]}',
    '{"prompt":"","completion":"b"}',
    '{"prompt":"a","completion":" "}',
    '{"chosen":"same","rejected":"same","prompt":"a"}',
    '{"chosen":"a","rejected":["b"],"prompt":"c"}',
    String.raw`{"text":"nul \u0000"}`,
    String.raw`{"text":"half \ud800"}`,
    '{"messages":[{"role":"assistant","content":"hello"}]}',
    '{"text":"good too"}',
  ];
  const items = await read('jsonl', lines.join('\n'));
  expect(items.filter((item) => 'records' in item).map((item) => item.line)).toEqual([1, 12, 13, 15]);
  const bad = new Map(items.flatMap((item) => ('bad' in item ? [[item.line, item.bad.message] as const] : [])));
  expect([...bad.keys()]).toEqual([2, 3, 4, 6, 7, 8, 9, 10, 11, 14]);
  expect(bad.get(2)).toMatch(/^expected JSON, found \{"text":/);
  expect(bad.get(4)).toMatch(/found query$/);
  expect(bad.get(7)).toMatch(/^messages\.0\.role/);
  expect(bad.get(10)).toMatch(/answers that differ/);
  // What the database cannot hold is kept as what a page shows for it.
  expect(items.filter((item) => item.line === 12 || item.line === 13)).toMatchObject([{ records: [{ text: 'nul \uFFFD' }] }, { records: [{ text: 'half \uFFFD' }] }]);
});

test('jsonl: bytes that are not UTF-8 spoil their line only', async () => {
  const items = await read('jsonl', Buffer.concat([Buffer.from('{"text":"a"}\n{"text":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}\r\n{"text":"b"}\r\n')]));
  expect(items.map((item) => ('bad' in item ? item.bad.message : 'good'))).toEqual(['good', 'expected UTF-8, found bytes that are not', 'good']);
});

test('jsonl: a value nested thousands deep is a bad line', async () => {
  const deep = `{"message_tree_id":"x","prompt":${'{"text":"a","role":"prompter","replies":['.repeat(20_000)}${']}'.repeat(20_000)}}`;
  const [item] = await read('oasst', deep);
  expect(item).toHaveProperty('bad');
});

test('gzip is known by its content, and a broken one fails', async () => {
  const packed = gzipSync(jsonl({ text: 'packed' }, { text: 'x'.repeat(100_000) }));
  expect(await records('jsonl', packed)).toHaveLength(2);
  await expect(read('jsonl', packed.subarray(0, packed.length - 20))).rejects.toMatchObject({ code: 'MC_DATA_INVALID' });
  await expect(read('alpaca', gzipSync('[{"instruction":"a","output":"b"}]').subarray(0, 30))).rejects.toMatchObject({ code: 'MC_DATA_INVALID' });
});

test('Zstandard is known by its content, of several frames, too; a broken one fails, and what is packed in other ways is told', async () => {
  const frames = [jsonl({ text: 'one' }, { text: 'x'.repeat(300_000) }), jsonl({ text: 'two' })].map((text) => zstdCompressSync(text));
  expect(await records('jsonl', Buffer.concat(frames))).toHaveLength(3);
  await expect(read('jsonl', frames[0]?.subarray(0, -8) ?? '')).rejects.toMatchObject({ code: 'MC_DATA_INVALID', message: expect.stringMatching(/^expected Zstandard data up to the end/) as string });
  for (const [start, kind] of [['425a6839314159265359', /found bzip2$/], ['fd377a585a00', /found xz$/], ['504b0304', /found a ZIP archive$/], ['50415231', /found Parquet$/]] as const) {
    await expect(read('jsonl', Buffer.from(start, 'hex'))).rejects.toMatchObject({ code: 'MC_DATA_INVALID', message: expect.stringMatching(kind) as string });
  }
  expect(await records('text', 'BZh9 is how bzip2 begins')).toHaveLength(1);
});

test('hh-rlhf: transcripts that differ in the last turn', async () => {
  const start = '\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: Why "Human: x"?\n\nSo?';
  const [first, ...rest] = await read(
    'hh-rlhf',
    jsonl(
      { chosen: `${start}\n\nAssistant: Because.`, rejected: `${start}\n\nAssistant:` },
      { chosen: `${start}\n\nAssistant: a`, rejected: '\n\nHuman: Other\n\nAssistant: b' },
      { chosen: start, rejected: start },
      { chosen: 'plain', rejected: 'plain too' },
      { chosen: 'only' },
    ),
  );
  expect(first).toEqual({
    line: 1,
    records: [
      {
        kind: 'comparison',
        prompt: { messages: [user('Hi'), assistant('Hello.'), user('Why "Human: x"?\n\nSo?')] },
        answers: [{ text: 'Because.', rank: 0 }, { text: '', rank: 1 }],
      },
    ],
  });
  expect(rest.map((item) => 'bad' in item)).toEqual([true, true, true, true]);
});

test('oasst: ranked replies are one comparison, the best a demonstration, the whole conversation the prompt', async () => {
  const node = (role: string, text: string, rest: object = {}) => ({ message_id: text, role, text, replies: [], ...rest });
  const tree = {
    message_tree_id: 'tree',
    prompt: node('prompter', 'Hi', {
      replies: [
        node('assistant', 'third', { rank: 2 }),
        node('assistant', 'first', {
          rank: 0,
          replies: [node('prompter', 'and?', { replies: [node('assistant', 'only one', { review_result: true })] }), node('prompter', 'nobody answered')],
        }),
        node('assistant', 'second', { rank: 1, model_name: 'm' }),
        node('assistant', 'not ranked'),
        node('assistant', 'deleted', { rank: 3, deleted: true }),
      ],
    }),
  };
  const opening = { messages: [user('Hi')], user: 'thread:oasst:tree' };
  const follow = (content: string) => ({ messages: [user('Hi'), assistant('first'), user(content)], user: 'thread:oasst:tree' });
  const [item, bad] = await read('oasst', jsonl(tree, { message_tree_id: 'x', prompt: { role: 'prompter' } }));
  expect(item).toEqual({
    line: 1,
    records: [
      { kind: 'demonstration', prompt: opening, completion: 'first' },
      { kind: 'comparison', prompt: opening, answers: [{ text: 'first', rank: 0 }, { text: 'second', rank: 1, model: 'm' }, { text: 'third', rank: 2 }] },
      { kind: 'demonstration', prompt: follow('and?'), completion: 'only one' },
      { kind: 'prompt', prompt: follow('nobody answered') },
    ],
  });
  expect(bad).toMatchObject({ line: 2, bad: { code: 'field_missing', values: { field: 'prompt.text', expected: 'string' } } });
});

test('oasst: replies that all say the same are no comparison, and the rest of their tree is read', async () => {
  const same = (rank: number, replies: object[] = []) => ({ text: 'So.', role: 'assistant', rank, replies });
  const tree = { message_tree_id: 'tree', prompt: { text: 'Why?', role: 'prompter', replies: [same(0, [{ text: 'And?', role: 'prompter' }]), same(1)] } };
  expect(await records('oasst', jsonl(tree))).toMatchObject([{ kind: 'demonstration', completion: 'So.' }, { kind: 'prompt', prompt: { messages: [user('Why?'), assistant('So.'), user('And?')] } }]);
});

test('ranks and names that the database cannot keep, and names of fields without end, spoil their line only', async () => {
  const long = 'x'.repeat(5_000);
  const reply = (rank: number) => ({ text: `reply ${rank}`, role: 'assistant', rank });
  const tree = (id: string, rank: number, user_id?: string) => ({ message_tree_id: id, prompt: { text: 'Hi', role: 'prompter', user_id, replies: [reply(0), reply(rank)] } });
  const trees = await read('oasst', jsonl(tree('a', 3_000_000_000), tree(long, 1), tree('c', 1, long), tree('d', 1)));
  expect(trees.map((item) => ('bad' in item ? item.bad.values['field'] : item.line))).toEqual(['prompt.replies.1.rank', 'message_tree_id', 'prompt.user_id', 4]);
  const [unknown] = await read('jsonl', jsonl({ [long]: 1 }));
  expect(unknown).toMatchObject({ bad: { message: expect.stringMatching(/found x{60}\.\.\.$/) as string } });
});

test('alpaca: one JSON array; bad elements are told, broken JSON fails', async () => {
  const items = await read('alpaca', JSON.stringify([{ instruction: 'Add.', input: '', output: '3' }, { instruction: 'Add.' }, 5, { instruction: 'Sub.', output: '1' }]));
  expect(items.map((item) => ('bad' in item ? item.line : 'good'))).toEqual(['good', 2, 3, 'good']);
  await expect(read('alpaca', '[{"instruction":"a","output":"b"},{"instr')).rejects.toMatchObject({ code: 'MC_DATA_INVALID' });
  await expect(read('alpaca', '{"instruction":"a","output":"b"}')).rejects.toMatchObject({ code: 'MC_DATA_INVALID' });
});

test('text: documents between blank lines, or one as a whole', async () => {
  const content = '\n\nOne\nstill one\r\n \nTwo\n\n\nThree';
  const texts = (items: ImportedRecord[]) => items.map((record) => (record.kind === 'text' ? record.text : ''));
  expect(texts(await records('text', content))).toEqual(['One\nstill one', 'Two', 'Three']);
  expect((await read('text', content)).map((item) => item.line)).toEqual([3, 6, 9]);
  expect(texts(await records('text-file', content))).toEqual(['One\nstill one\n \nTwo\n\n\nThree']);
});

test('parquet: integers of 64 bits, as tables write them; names that are empty are none, and too long ones are told', async () => {
  const columns = [
    { name: 'prompt', data: ['Hi', 'Ho', 'Hu'], type: 'STRING' },
    { name: 'user_id', data: [7n, 2n ** 62n, 8n], type: 'INT64' },
    { name: 'labeler', data: ['', 'x'.repeat(257), 'ann'], type: 'STRING' },
    { name: 'completion', data: ['a', 'b', 'c'], type: 'STRING' },
  ] as const;
  const items = await read('parquet', new Uint8Array(parquetWriteBuffer({ columnData: columns.map((column) => ({ ...column, data: [...column.data] })) })));
  expect(items).toMatchObject([
    { line: 1, records: [{ kind: 'demonstration', prompt: { user: '7' } }] },
    { line: 2, bad: { code: 'field_too_big', values: { field: 'labeler' } } },
    { line: 3, records: [{ prompt: { user: '8' }, labeler: 'ann' }] },
  ]);
  expect(items[0]).not.toHaveProperty(['records', 0, 'labeler']);
  expect(await records('jsonl', jsonl({ prompt: 'Hi', user_id: '' }))).toEqual([{ kind: 'prompt', prompt: { messages: [user('Hi')] } }]);
});

test('parquet: row group after row group, in the same conventions', async () => {
  const prompts = Array.from({ length: 25 }, (_, i) => `prompt ${i}`);
  const buffer = parquetWriteBuffer({
    rowGroupSize: 10,
    columnData: [
      { name: 'prompt', data: prompts, type: 'STRING' },
      { name: 'chosen', data: prompts.map(() => [assistant('yes')]), type: 'JSON' },
      { name: 'rejected', data: prompts.map((_, i) => (i === 12 ? [user('no')] : [assistant('no')])), type: 'JSON' },
    ],
  });
  const items = await read('parquet', new Uint8Array(buffer));
  expect(items).toHaveLength(25);
  expect(items.flatMap((item) => ('bad' in item ? [item.line] : []))).toEqual([13]);
  expect(items[24]).toMatchObject({ line: 25, records: [{ kind: 'comparison', prompt: { messages: [user('prompt 24')] } }] });
  await expect(read('parquet', 'PAR1 not really')).rejects.toMatchObject({ code: 'MC_DATA_INVALID' });
});
