import { expect, it } from 'vitest';
import { ggufTokenizer } from './gguf.ts';
import { gpt2Pipeline, type Pipeline } from './pipeline.ts';
import { Tokenizer } from './tokenizer.ts';
import { trainTokenizer } from './train.ts';

const trained = trainTokenizer(['the weather of the other day'], { vocabSize: 270 });
const split = (Regex: string): Pipeline['pre_tokenizer'] => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false },
    { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
  ],
});
const digits: Pipeline['pre_tokenizer'] = { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }] };
const llama3 = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const withWords = (words: Pipeline['pre_tokenizer']): Tokenizer => new Tokenizer({ ...trained.parts, pipeline: { ...gpt2Pipeline(), pre_tokenizer: words } });

it('tells every token by its id, those of structure apart, and rows that no token has', () => {
  const rows = trained.vocabSize + 2;
  const told = ggufTokenizer(trained, rows);
  const [tokens, types] = [told['tokenizer.ggml.tokens'] as string[], told['tokenizer.ggml.token_type'] as Int32Array];
  expect([tokens.length, types.length]).toEqual([rows, rows]);
  for (let id = 0; id < trained.vocabSize; id++) expect(trained.idOf(tokens[id] ?? '')).toBe(id);
  expect(types[trained.idOf('<|user|>') ?? -1]).toBe(3);
  expect(types[trained.idOf('e') ?? -1]).toBe(1);
  expect([tokens.at(-1), types.at(-1)]).toEqual([`[PAD${rows - 1}]`, 5]);
  expect(told).toMatchObject({
    'tokenizer.ggml.pre': 'gpt-2',
    'tokenizer.ggml.eos_token_id': trained.endOfText,
    'tokenizer.ggml.eot_token_id': trained.endOfTurn,
    'tokenizer.ggml.add_bos_token': false,
    'tokenizer.chat_template': expect.stringContaining('<|assistant|>') as string,
  });
  expect(told['tokenizer.ggml.merges']).toHaveLength(trained.parts.merges.length);
});

it('refuses more tokens than the model knows', () => {
  expect(() => ggufTokenizer(trained, trained.vocabSize - 1)).toThrow(`at most ${trained.vocabSize - 1} tokens`);
});

it.each([['smaug-bpe', split(llama3)], ['qwen2', split(llama3.replace('{1,3}', ''))], ['smollm', digits]] as const)('calls what splits texts as llama.cpp does: %s', (name, words) => {
  expect(ggufTokenizer(withWords(words), trained.vocabSize)['tokenizer.ggml.pre']).toBe(name);
});

it('goes by a name for Llama 3, whose words are tokens without merges, and refuses that of others', () => {
  const whole = (words: Pipeline['pre_tokenizer']): Tokenizer => new Tokenizer({ ...trained.parts, pipeline: { ...gpt2Pipeline(), pre_tokenizer: words, model: { ...gpt2Pipeline().model, ignore_merges: true } } });
  expect(ggufTokenizer(whole(split(llama3)), trained.vocabSize)['tokenizer.ggml.pre']).toBe('llama-bpe');
  expect(() => ggufTokenizer(whole(digits), trained.vocabSize)).toThrow(expect.objectContaining({ code: 'MC_GGUF_UNSUPPORTED', message: expect.stringContaining('ignore_merges') as string }));
});

it('refuses added tokens that take the space beside them along', () => {
  const [first, ...others] = trained.parts.added;
  const tokenizer = new Tokenizer({ ...trained.parts, added: [{ id: 0, content: '', special: true, ...first, lstrip: true }, ...others] });
  expect(() => ggufTokenizer(tokenizer, tokenizer.vocabSize)).toThrow(/lstrip/);
});

it('tells a BOS that stands before every text', () => {
  const before: Pipeline['post_processor'] = { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<|endoftext|>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }], pair: [], special_tokens: { '<|endoftext|>': { id: '<|endoftext|>', ids: [trained.endOfText], tokens: ['<|endoftext|>'] } } };
  const tokenizer = new Tokenizer({ ...trained.parts, pipeline: { ...gpt2Pipeline(), post_processor: before } });
  expect(ggufTokenizer(tokenizer, tokenizer.vocabSize)).toMatchObject({ 'tokenizer.ggml.add_bos_token': true, 'tokenizer.ggml.bos_token_id': trained.endOfText });
});

it.each([[split(String.raw`\p{L}+|\P{L}`)], [{ type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true }]] as const)('refuses what llama.cpp would cut into other tokens', (words) => {
  expect(() => ggufTokenizer(withWords(words), trained.vocabSize)).toThrow(/expected texts that are split as GPT-2, SmolLM, Qwen2 or Llama 3 do/);
});
