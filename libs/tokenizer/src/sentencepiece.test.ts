import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import fixture from './fixtures/sentencepiece.json' with { type: 'json' };
import { loadTokenizer, saveTokenizer, type Tokenizer } from './index.ts';

// A small tokenizer of the kind that Llama 2, TinyLlama and Mistral have: characters, and bytes for those that are no
// tokens. Expected ids and texts are those of Hugging Face's library (tokenizers 0.23).
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokenizer-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The fixture's tokenizer with some parts changed: loaded, and again when it has been saved. */
async function loadTwice(change: object = {}, model: object = {}): Promise<[Tokenizer, Tokenizer]> {
  const json = { ...fixture.tokenizer, ...change, model: { ...fixture.tokenizer.model, ...model } };
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(json));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ tokenizer_class: 'LlamaTokenizer', bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' }));
  const loaded = await loadTokenizer(folder);
  await saveTokenizer(loaded, folder);
  return [loaded, await loadTokenizer(folder)];
}

test.each(fixture.pipelines)('$name: the ids are those of Hugging Face\'s library', async ({ normalizer, pre_tokenizer, model, ids }) => {
  const [loaded, again] = await loadTwice({ normalizer, pre_tokenizer }, model);
  for (const tokenizer of [loaded, again]) {
    for (const [i, text] of fixture.texts.entries()) expect(tokenizer.encodeWithSpecial(text), text).toEqual(ids[i]);
  }
  expect(again.parts).toEqual({ ...loaded.parts, config: { ...loaded.parts.config, pad_token: '</s>' } });
});

test('ids are decoded as there: bytes in a row make characters together or none, and the space in front is taken away', async () => {
  for (const tokenizer of await loadTwice()) {
    for (const [ids, whole, plain] of fixture.decoded as [number[], string, string][]) {
      expect(tokenizer.decode(ids)).toBe(whole);
      expect(tokenizer.decode(ids, { skipSpecial: true })).toBe(plain);
    }
  }
});

test('decodes what it encodes, streamed in whole characters', async () => {
  const [tokenizer] = await loadTwice();
  const part = fc.oneof(fc.constantFrom('the cat', ' ', '  ', '▁', 'é', '日本', '😀', '\n', '<0x41>', '\ufeff', 'Q'), fc.string({ unit: 'binary', maxLength: 4 }));
  fc.assert(fc.property(fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')), (text) => {
    const decoder = tokenizer.streamDecoder();
    const pieces = tokenizer.encode(text).map((id) => decoder.push(id));
    pieces.push(decoder.flush());
    // A ▁ is a space to such a tokenizer.
    expect(pieces.join('')).toBe(text.replaceAll('▁', ' '));
    for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
  }), { numRuns: 1000, seed: 6 });
});

test('a text that goes on from another has no space in front, and keeps its own', async () => {
  const [tokenizer] = await loadTwice();
  const [the, cat] = ['▁the', '▁cat'].map((token) => tokenizer.idOf(token) as number) as [number, number];
  expect(tokenizer.encode('the cat')).toEqual([the, cat]);
  expect(tokenizer.encode(' cat', { behind: the })).toEqual([cat]);
  expect(tokenizer.encode('cat', { behind: 1 })).toEqual([cat]);
  expect(tokenizer.decode([cat], { goesOn: true })).toBe(' cat');
  expect(tokenizer.decode([cat])).toBe('cat');
});

test('a text is cut at its spaces only where no token reaches across one, and has the same ids then', async () => {
  const [cut] = await loadTwice();
  // As no tokenizer of SentencePiece has it: a token across a space, which a merge makes, or none.
  const vocab = { ...fixture.tokenizer.model.vocab, 'at▁': 1000 };
  const [whole] = await loadTwice({}, { vocab });
  const [across] = await loadTwice({}, { vocab, merges: ['a t', 'at ▁', ...fixture.tokenizer.model.merges] });
  expect(across.encode('cat mat')).toContain(1000);
  const part = fc.constantFrom('the', 'cat', 'sat', ' ', '  ', '▁', 'é', 'Q', '\n');
  fc.assert(fc.property(fc.array(part, { maxLength: 20 }).map((parts) => parts.join('')), (text) => {
    expect(cut.encode(text)).toEqual(whole.encode(text));
  }), { numRuns: 1000, seed: 7 });
});

test('a BOS stands before each text, what ends one between them', async () => {
  const [tokenizer] = await loadTwice();
  expect(tokenizer).toMatchObject({ bos: [1], startOfText: [1], endOfText: 2, separator: [2, 1], endOfTurn: 2, eosIds: [2] });
});

test.each<[string, object, RegExp]>([
  ['a decoder in another order', { decoder: { type: 'Sequence', decoders: [{ type: 'Fuse' }, { type: 'ByteFallback' }] } }, /decoder\.decoders: expected Replace, ByteFallback, Fuse and Strip/],
  ['SentencePiece\'s decoder', { decoder: { type: 'Metaspace', replacement: '▁' } }, /decoder\.type: expected one of ByteLevel, Sequence, found "Metaspace"/],
  ['a normalizer with a pattern', { normalizer: { type: 'Replace', pattern: { Regex: ' +' }, content: '▁' } }, /normalizer\.pattern\.String/],
])('refuses %s', async (_, change, message) => {
  await expect(loadTwice(change)).rejects.toMatchObject({ code: 'MC_TOKENIZER_INVALID', message: expect.stringMatching(message) as string });
});
