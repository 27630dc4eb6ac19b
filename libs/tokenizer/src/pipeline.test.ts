import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import expected from './fixtures/huggingface.json' with { type: 'json' };
import { loadTokenizer, saveTokenizer, trainTokenizer, type Tokenizer } from './index.ts';
import { wordsOf } from './pre-tokenize.ts';

// Expected ids are those of Hugging Face's library (tokenizers 0.23) for this tokenizer with each of the pipelines, and
// the tokens <think>, </think> and <réponse> added to it.
const trained = trainTokenizer(
  ["The cat's hat, and THE DOG'S mat: don't! the cat sat on the mat", '1 12 123 1234567 ३४ ३४', 'two\n\n\nlines \r\n\tthree   two\n\n\nlines', 'Café Å 한 日本語 😀 Café 日本語', '===!! it\'s they\'ll'],
  { vocabSize: 340 },
);
let folder: string;
let json: { normalizer: unknown; pre_tokenizer: unknown; post_processor: unknown; added_tokens: unknown[]; model: { ignore_merges: boolean; unk_token: string | null; fuse_unk: boolean; vocab: Record<string, number>; merges: string[] } };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokenizer-'));
  await saveTokenizer(trained, folder);
  json = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8')) as typeof json;
});
afterEach(() => rm(folder, { recursive: true }));

/** The tokenizer of `json`, loaded, and again when it has been saved. */
async function loadTwice(): Promise<Tokenizer[]> {
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(json));
  const loaded = await loadTokenizer(folder);
  await saveTokenizer(loaded, folder);
  return [loaded, await loadTokenizer(folder)];
}

test.each(expected.tokenizers)('$name: the ids are those of Hugging Face\'s library', async ({ normalizer, pre_tokenizer, ignore_merges, normalized, ids }) => {
  const added = ['<think>', '</think>', '<réponse>'].map((content, i) => ({ id: trained.vocabSize + i, content, special: false, normalized }));
  Object.assign(json, { normalizer, pre_tokenizer, added_tokens: [...json.added_tokens, ...added] });
  json.model.ignore_merges = ignore_merges;
  for (const tokenizer of await loadTwice()) {
    for (const [i, text] of expected.texts.entries()) expect(tokenizer.encodeWithSpecial(text), text).toEqual(ids[i]);
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const form = normalizer === null ? text : text.normalize('NFC');
      expect(tokenizer.decode(tokenizer.encode(text)).trimStart()).toBe(form.trimStart());
    }), { numRuns: 200, seed: 5 });
  }
  const saved = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8')) as typeof json;
  expect(saved.normalizer).toEqual(normalizer);
  expect(saved.pre_tokenizer).toEqual(pre_tokenizer);
  expect(saved.model.ignore_merges).toBe(ignore_merges);
});

test('a pattern that finds nothing, too, makes no word of it', () => {
  const { of } = wordsOf({ type: 'Sequence', pretokenizers: [
    { type: 'Split', pattern: { Regex: String.raw`\s*(?=t)|the|\p{N}*` }, behavior: 'Isolated', invert: false },
    { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: false },
  ] });
  // As Hugging Face's pre_tokenize_str has it.
  expect(of('the', 'first')).toEqual([' t', ' h', ' e']);
  expect(of('12', 'first')).toEqual([' 12']);
  expect(of('a the 12 tx', 'first')).toEqual([' a', ' ', ' t', ' h', ' e', ' ', ' 12', ' ', ' t', ' x']);
});

test('a byte that is no token is the unknown one, once or for each, or nothing where there is none', async () => {
  for (const char of ['Q', 'Z']) delete json.model.vocab[char];
  const ids = (text: string): number[] => trained.encode(text);
  const read = async (unk_token: string | null, fuse_unk: boolean): Promise<number[][]> => {
    Object.assign(json.model, { unk_token, fuse_unk });
    return (await loadTwice()).map((tokenizer) => tokenizer.encode('the QZ cat Q'));
  };
  const dot = ids('.');
  for (const found of await read(null, false)) expect(found).toEqual([...ids('the'), ...ids(' '), ...ids(' cat'), ...ids(' ')]);
  for (const found of await read('.', false)) expect(found).toEqual([...ids('the'), ...ids(' '), ...dot, ...dot, ...ids(' cat'), ...ids(' '), ...dot]);
  for (const found of await read('.', true)) expect(found).toEqual([...ids('the'), ...ids(' '), ...dot, ...ids(' cat'), ...ids(' '), ...dot]);
});

/** tokenizer.json's way of putting tokens in front of a text. */
function template(...ids: number[]): unknown {
  const names = ids.map((id) => [`token ${id}`, { id: `token ${id}`, ids: [id], tokens: [`token ${id}`] }] as const);
  const text = { Sequence: { id: 'A', type_id: 0 } };
  return { type: 'TemplateProcessing', single: [...names.map(([id]) => ({ SpecialToken: { id, type_id: 0 } })), text], pair: [text, { Sequence: { id: 'B', type_id: 1 } }], special_tokens: Object.fromEntries(names) };
}

test.each([
  ['nothing', null, [], [0], [0]],
  ['its BOS', template(3), [3], [3], [0, 3]],
  ['its BOS, offsets trimmed', { type: 'Sequence', processors: [{ type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true }, template(3)] }, [3], [3], [0, 3]],
  ['the end of the text before', template(0), [0], [0], [0]],
])('a text begins with %s, as the post-processor says', async (_, post, bos, startOfText, separator) => {
  json.post_processor = post;
  for (const tokenizer of await loadTwice()) expect(tokenizer).toMatchObject({ endOfText: 0, bos, startOfText, separator });
});

test('a BOS that is no token is refused, and a token of plain text ends nothing, whatever its name', async () => {
  json.post_processor = template(9999);
  await expect(loadTwice()).rejects.toMatchObject({ code: 'MC_TOKENIZER_INVALID', message: `expected an id below ${trained.vocabSize}, found 9999` });
  json.post_processor = null;
  const named = '</s>';
  json.model.vocab[named] = trained.vocabSize;
  json.added_tokens = json.added_tokens.slice(1);
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ eos_token: '<|end|>' }));
  for (const tokenizer of await loadTwice()) expect(tokenizer.endOfText).toBe(tokenizer.idOf('<|end|>'));
});

test('half a surrogate pair is read as U+FFFD', async () => {
  for (const tokenizer of await loadTwice()) expect(tokenizer.encode('a\ud83d b')).toEqual(tokenizer.encode('a\ufffd b'));
});

test('a pipeline goes back into the folder as it came, and so does what tokenizer_config.json says besides', async () => {
  const config = { tokenizer_class: 'Qwen2Tokenizer', model_max_length: 131072, add_bos_token: false, unk_token: null, pad_token: '<|user|>', eos_token: '<|end|>' };
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ ...config, bos_token: null }));
  await rm(join(folder, 'special_tokens_map.json'));
  const post = { type: 'Sequence', processors: [{ type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true }, template(3)] };
  json.post_processor = post;
  await loadTwice();
  const read = async (name: string): Promise<Record<string, unknown>> => JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, unknown>;
  expect((await read('tokenizer.json'))['post_processor']).toEqual(post);
  expect(await read('tokenizer_config.json')).toMatchObject(config);
  expect(await read('tokenizer_config.json')).not.toHaveProperty('bos_token');
  expect(await read('special_tokens_map.json')).toEqual({ eos_token: '<|end|>', pad_token: '<|user|>' });
});
