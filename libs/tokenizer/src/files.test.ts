import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadTokenizer, saveTokenizer, trainTokenizer } from './index.ts';
import { gpt2Pipeline } from './pipeline.ts';

const tokenizer = trainTokenizer(['the cat sat on the mat and the cat sat on the hat', '7 ünïcödé 日本 日本'], { vocabSize: 300 });
const text = 'the cat <|end|> sat at 日本 😀\n\n  ok';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokenizer-'));
  await saveTokenizer(tokenizer, folder);
});
afterEach(() => rm(folder, { recursive: true }));

/** The parts of the JSON files that the tests change. */
interface Files {
  model: { type: string; vocab: Record<string, number>; merges: unknown[] };
  pre_tokenizer: { type: string } & Record<string, unknown>;
  normalizer: unknown;
  post_processor: unknown;
  decoder: unknown;
  added_tokens: { id: number }[];
  added_tokens_decoder: Record<string, unknown>;
  add_prefix_space: boolean;
  eos_token: unknown;
  tokenizer_class: string;
  chat_template: unknown;
}

async function edit(name: string, change: (json: Files) => void): Promise<void> {
  const json = JSON.parse(await readFile(join(folder, name), 'utf8')) as Files;
  change(json);
  await writeFile(join(folder, name), JSON.stringify(json));
}

test('loads what it saved', async () => {
  const loaded = await loadTokenizer(folder);
  const config = { tokenizer_class: 'GPT2Tokenizer', add_prefix_space: false, unk_token: '<|endoftext|>', pad_token: '<|endoftext|>' };
  expect(loaded.parts).toEqual({ ...tokenizer.parts, pipeline: gpt2Pipeline(), stopIds: [], config });
  expect(loaded.encode(text)).toEqual(tokenizer.encode(text));
  expect(loaded.vocabSize).toBe(tokenizer.vocabSize);
});

test('loads vocab.json and merges.txt when there is no tokenizer.json', async () => {
  await rm(join(folder, 'tokenizer.json'));
  const loaded = await loadTokenizer(folder);
  expect(loaded.encodeWithSpecial(text)).toEqual(tokenizer.encodeWithSpecial(text));
  expect(loaded.encode(text)).toEqual(tokenizer.encode(text));
  const chat = [{ role: 'user', content: 'hi' }];
  expect(loaded.encodeChat(chat, { addGenerationPrompt: true })).toEqual(tokenizer.encodeChat(chat, { addGenerationPrompt: true }));
});

test('without tokenizer.json takes what was added to vocab.json, and the space before a text, from tokenizer_config.json', async () => {
  await rm(join(folder, 'tokenizer.json'));
  const id = tokenizer.vocabSize;
  await edit('tokenizer_config.json', (json) => {
    Object.assign(json.added_tokens_decoder, { [id]: { content: '[STOP]', special: true }, [id + 1]: { content: '<think>', special: false } });
    json.eos_token = '[STOP]';
    json.add_prefix_space = true;
  });
  const loaded = await loadTokenizer(folder);
  expect(loaded.vocabSize).toBe(id + 2);
  expect(loaded.isSpecial(loaded.idOf('[STOP]') as number)).toBe(true);
  expect(loaded.eosIds).toContain(id);
  expect(loaded.encode('the cat<think>')).toEqual([...tokenizer.encode(' the cat'), id + 1]);
});

test('an older folder names what was added in added_tokens.json, and what is special in special_tokens_map.json', async () => {
  await rm(join(folder, 'tokenizer.json'));
  await writeFile(join(folder, 'tokenizer_config.json'), '{}');
  const id = tokenizer.vocabSize;
  await edit('vocab.json', (json) => Object.assign(json, { '</s>': id + 4 }));
  await writeFile(join(folder, 'added_tokens.json'), JSON.stringify({ '[STOP]': id, '[PAD]': id + 1, '<think>': id + 2, '[SEP]': id + 3 }));
  await writeFile(join(folder, 'special_tokens_map.json'), JSON.stringify({ eos_token: '[STOP]', bos_token: '</s>', pad_token: { content: '[PAD]', lstrip: false }, additional_special_tokens: ['[SEP]'] }));
  const loaded = await loadTokenizer(folder);
  expect(loaded.vocabSize).toBe(id + 5);
  expect([id, id + 1, id + 2, id + 3, id + 4, 0].map((token) => loaded.isSpecial(token))).toEqual([true, true, false, true, true, true]);
  expect(loaded.parts.eosToken).toBe('[STOP]');
  expect(loaded.eosIds).toContain(id);
  expect(loaded.encode('the cat<think>[STOP]')).toEqual([...tokenizer.encode('the cat'), id + 2, ...tokenizer.encode('[STOP]')]);
});

test('reads merges as pairs, tokens as objects and named templates', async () => {
  await edit('tokenizer.json', (json) => (json.model.merges = json.model.merges.map((line) => String(line).split(' '))));
  await edit('tokenizer_config.json', (json) => {
    json.eos_token = { content: '<|end|>', lstrip: false };
    json.chat_template = [{ name: 'tool_use', template: 'x' }, { name: 'default', template: 'y' }];
  });
  const loaded = await loadTokenizer(folder);
  expect(loaded.encode(text)).toEqual(tokenizer.encode(text));
  expect(loaded.parts.eosToken).toBe('<|end|>');
  expect(loaded.parts.chatTemplate).toBe('y');
});

test('a template in a file of its own goes before the one in tokenizer_config.json', async () => {
  const template = "{% for message in messages %}{{ message['content'] + eos_token }}{% endfor %}";
  await writeFile(join(folder, 'chat_template.jinja'), `${template}\n`);
  const loaded = await loadTokenizer(folder);
  expect(loaded.encodeChat([{ role: 'user', content: 'the cat' }], { addGenerationPrompt: false })).toEqual([...tokenizer.encode('the cat'), tokenizer.endOfText]);
  await saveTokenizer(loaded, folder);
  await rm(join(folder, 'chat_template.jinja'));
  expect((await loadTokenizer(folder)).parts.chatTemplate).toBe(`${template}\n`);
});

test('what ends an answer is what the template writes after one, not the eos_token of the base model', async () => {
  const load = async (template: string, eos: string) => {
    await writeFile(join(folder, 'chat_template.jinja'), template);
    await edit('tokenizer_config.json', (json) => (json.eos_token = eos));
    return loadTokenizer(folder);
  };
  const endings: [string, string, string][] = [
    ["{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>\n' }}{% endfor %}", '<|endoftext|>', '<|end|>'],
    ["{% for m in messages %}{{ m['content'] + eos_token }}{% endfor %}", '<|endoftext|>', '<|endoftext|>'],
    // Neither the start of the next turn nor what every text ends with is the end of an answer.
    ["{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] }}{% endfor %}<|assistant|>", '<|system|>', '<|end|>'],
    ["{{ raise_exception('no') }}", '<|endoftext|>', '<|end|>'],
    // What it says itself may have any word.
    ["<|system|>You answer every question with thanks.{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>' }}{% endfor %}", '<|endoftext|>', '<|end|>'],
  ];
  for (const [template, eos, end] of endings) {
    const loaded = await load(template, eos);
    expect(loaded.endOfTurn).toBe(loaded.idOf(end));
  }
});

test('an added token takes white space along, or is no part of a word, as the folder says', async () => {
  const [mask, think, dog] = [0, 1, 2].map((by) => tokenizer.vocabSize + by) as [number, number, number];
  const flags = { [mask]: { content: '<mask>', lstrip: true, special: true }, [think]: { content: '<think>', rstrip: true }, [dog]: { content: 'dog', single_word: true } };
  await edit('tokenizer.json', (json) => json.added_tokens.push(...Object.entries(flags).map(([id, token]) => ({ id: Number(id), ...token }))));
  await edit('tokenizer_config.json', (json) => Object.assign(json.added_tokens_decoder, flags));
  const plain = (text: string): number[] => tokenizer.encode(text);
  for (const without of [[], ['tokenizer.json']]) {
    for (const name of without) await rm(join(folder, name));
    const loaded = await loadTokenizer(folder);
    expect(loaded.encodeWithSpecial('the \n<mask> sat')).toEqual([...plain('the'), mask, ...plain(' sat')]);
    // White space between the two goes with the first.
    expect(loaded.encodeWithSpecial('<think> \u0085 <mask> <think>\n\n')).toEqual([think, mask, ...plain(' '), think]);
    expect(loaded.encode('the dog, dogs, ünïdog, dog')).toEqual([...plain('the '), dog, ...plain(', dogs, ünïdog, '), dog]);
    await saveTokenizer(loaded, folder);
  }
  expect((await loadTokenizer(folder)).parts.added.slice(-3)).toEqual([{ id: mask, content: '<mask>', special: true, lstrip: true }, { id: think, content: '<think>', special: false, rstrip: true }, { id: dog, content: 'dog', special: false, singleWord: true }]);
  // In a chat template's own tokens, too.
  await edit('tokenizer.json', (json) => json.added_tokens.forEach((token) => Object.assign(token, { rstrip: token.id === tokenizer.idOf('<|user|>') })));
  await writeFile(join(folder, 'chat_template.jinja'), "{% for m in messages %}<|user|>\n{{ m['content'] }}<|end|>\n{% endfor %}");
  expect((await loadTokenizer(folder)).encodeChat([{ role: 'user', content: ' the mat' }], { addGenerationPrompt: false })).toEqual([tokenizer.idOf('<|user|>'), ...plain('the mat'), tokenizer.idOf('<|end|>'), ...plain('\n')]);
});

test('generation stops at every token that the model\'s files name, one or many', async () => {
  const [user, system] = [tokenizer.idOf('<|user|>'), tokenizer.idOf('<|system|>')];
  const write = (name: string, eos_token_id: unknown) => writeFile(join(folder, name), JSON.stringify({ eos_token_id }));
  await write('config.json', user);
  expect((await loadTokenizer(folder)).eosIds).toEqual([...tokenizer.eosIds, user]);
  // An id of plain text, as older folders of ours may have, ends nothing.
  await write('generation_config.json', [tokenizer.endOfText, system, tokenizer.idOf('!')]);
  const loaded = await loadTokenizer(folder);
  expect(loaded.eosIds).toEqual([...tokenizer.eosIds, system]);
  expect(loaded.endOfTurn).toBe(tokenizer.endOfTurn);
  await write('generation_config.json', '<|end|>');
  await expect(loadTokenizer(folder)).rejects.toMatchObject({ message: 'generation_config.json: eos_token_id: expected a token id, or a list of them' });
});

test.each<[string, RegExp, () => Promise<void>]>([
  ['no file', /found neither/, async () => { for (const name of ['tokenizer.json', 'vocab.json']) await rm(join(folder, name)); }],
  ['not JSON', /tokenizer\.json: expected JSON/, () => writeFile(join(folder, 'tokenizer.json'), '<html>')],
  ['cut off', /tokenizer\.json: expected JSON/, async () => writeFile(join(folder, 'tokenizer.json'), (await readFile(join(folder, 'tokenizer.json'), 'utf8')).slice(0, 999))],
  ['another kind', /model\.type/, () => edit('tokenizer.json', (json) => (json.model.type = 'Unigram'))],
  ['another pre-tokenizer', /pre_tokenizer\.type: expected one of .*Split.*, found "Whitespace"/, () => edit('tokenizer.json', (json) => (json.pre_tokenizer.type = 'Whitespace'))],
  ['a step of another kind', /pre_tokenizer\.pretokenizers\.0\.type: .*found "Punctuation"/, () => edit('tokenizer.json', (json) => (json.pre_tokenizer = { type: 'Sequence', pretokenizers: [{ type: 'Punctuation' }, json.pre_tokenizer] }))],
  ['a step behind the bytes', /ByteLevel to be the last step/, () => edit('tokenizer.json', (json) => (json.pre_tokenizer = { type: 'Sequence', pretokenizers: [json.pre_tokenizer, { type: 'Digits' }] }))],
  ['a split of another kind', /pre_tokenizer\.behavior/, () => edit('tokenizer.json', (json) => (json.pre_tokenizer = { type: 'Split', pattern: { String: ' ' }, behavior: 'Removed', invert: false }))],
  ['a pattern that is none here', /pattern "a\\\\Gb": .*found \\G/, () => edit('tokenizer.json', (json) => (json.pre_tokenizer = { type: 'Split', pattern: { Regex: 'a\\Gb' }, behavior: 'Isolated', invert: false }))],
  ['a normalizer', /normalizer\.type: expected .*NFC.*, found "Lowercase"/, () => edit('tokenizer.json', (json) => (json.normalizer = { type: 'Lowercase' }))],
  ['a post-processor', /post_processor\.type: .*found "RobertaProcessing"/, () => edit('tokenizer.json', (json) => (json.post_processor = { type: 'RobertaProcessing' }))],
  ['a decoder', /decoder\.type: .*found "WordPiece"/, () => edit('tokenizer.json', (json) => (json.decoder = { type: 'WordPiece' }))],
  ['no tokenizer.json of another tokenizer than GPT-2\'s', /expected tokenizer\.json of a Qwen2Tokenizer/, async () => {
    await rm(join(folder, 'tokenizer.json'));
    await edit('tokenizer_config.json', (json) => (json.tokenizer_class = 'Qwen2Tokenizer'));
  }],
  ['a merge of unknown tokens', /merge 1 .*not in the vocabulary/, () => edit('tokenizer.json', (json) => (json.model.merges[1] = 'qq qqq'))],
  ['a merge of one token', /merges\.0.*two tokens/, () => edit('tokenizer.json', (json) => (json.model.merges[0] = 'qq'))],
  ['an id twice', /id 7 is taken/, () => edit('tokenizer.json', (json) => (json.model.vocab['!'] = 7))],
  ['a huge id', /expected an id/, () => edit('tokenizer.json', (json) => (json.model.vocab['!'] = 2 ** 40))],
  ['a negative id', /expected an id/, () => edit('tokenizer.json', (json) => (json.model.vocab['!'] = -1))],
  ['a fraction', /vocab\.!/, () => edit('tokenizer.json', (json) => (json.model.vocab['!'] = 1.5))],
  ['an added token under another id', /the vocabulary says/, () => edit('tokenizer.json', (json) => json.added_tokens.splice(0, 1, { ...json.added_tokens[0], id: 299 }))],
])('refuses %s', async (_, message, spoil) => {
  await spoil();
  await expect(loadTokenizer(folder)).rejects.toMatchObject({ code: 'MC_TOKENIZER_INVALID', message: expect.stringMatching(message) });
});
