import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MinchatError } from '@minchat/errors';
import { z } from 'zod';
import { Tokenizer } from './tokenizer.ts';
import type { AddedToken, TokenizerParts } from './vocabulary.ts';

// A folder's tokenizer as Hugging Face writes it: tokenizer.json, or vocab.json and merges.txt; with
// tokenizer_config.json, special_tokens_map.json and, in older folders, added_tokens.json. The chat template stands in tokenizer_config.json or,
// as save_pretrained writes it since 2025, in chat_template.jinja. What ends a text besides stands with the
// model, in generation_config.json or, in older folders, config.json.

/** The largest public vocabularies are a third of this. */
const maxBytes = 64 * 1024 * 1024;

const tokenText = z.union([z.string(), z.object({ content: z.string() }).transform((token) => token.content)]);

const byteLevel = z.object({ type: z.literal('ByteLevel'), add_prefix_space: z.boolean().optional(), use_regex: z.literal(true).optional() });

/** What an added token is but for its id; flags that are not set are left out. */
const addedToken = z
  .object({ content: z.string(), special: z.boolean().default(false), single_word: z.boolean().optional(), lstrip: z.boolean().optional(), rstrip: z.boolean().optional() })
  .transform(({ content, special, single_word, lstrip, rstrip }): Omit<AddedToken, 'id'> => ({ content, special, ...(single_word && { singleWord: true }), ...(lstrip && { lstrip }), ...(rstrip && { rstrip }) }));

const vocabSchema = z.record(z.string(), z.int());

/** The parts of tokenizer.json that decide about ids; another kind of tokenizer fails here by name. */
const tokenizerSchema = z.object({
  normalizer: z.null().optional(),
  pre_tokenizer: byteLevel,
  decoder: z.object({ type: z.literal('ByteLevel') }),
  added_tokens: z.array(z.intersection(z.object({ id: z.int() }), addedToken)).default([]),
  model: z.object({
    type: z.literal('BPE').optional(),
    dropout: z.null().optional(),
    unk_token: z.unknown().optional(),
    continuing_subword_prefix: z.union([z.null(), z.literal('')]).optional(),
    end_of_word_suffix: z.union([z.null(), z.literal('')]).optional(),
    byte_fallback: z.literal(false).optional(),
    ignore_merges: z.literal(false).optional(),
    vocab: vocabSchema,
    merges: z.array(z.unknown().transform(splitMerge)),
  }),
});

const configSchema = z.object({
  chat_template: z
    .union([
      z.string(),
      // Several templates under names: the one called default counts.
      z.array(z.object({ name: z.string(), template: z.string() })).transform((list) => list.find((entry) => entry.name === 'default')?.template),
    ])
    .nullish(),
  eos_token: tokenText.nullish(),
  bos_token: tokenText.nullish(),
  // These two are believed where no tokenizer.json says the same.
  added_tokens_decoder: z.record(z.string(), addedToken).default({}),
  add_prefix_space: z.boolean().default(false),
});

/** The names of special tokens, for what tokenizer_config.json leaves open. */
const specialsSchema = z.looseObject({ eos_token: tokenText.nullish(), bos_token: tokenText.nullish(), additional_special_tokens: z.array(tokenText).default([]) });

const stopSchema = z.object({ eos_token_id: z.union([z.array(z.int()), z.int().transform((id) => [id])], 'expected a token id, or a list of them').nullish() });

/** A merge is "left right", in newer files ["left", "right"]. */
function splitMerge(merge: unknown, context: z.RefinementCtx): [string, string] {
  const parts: unknown[] = typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
  const [left, right] = parts;
  if (parts.length === 2 && typeof left === 'string' && typeof right === 'string' && left !== '' && right !== '') return [left, right];
  context.addIssue({ code: 'custom', message: `expected two tokens, found ${JSON.stringify(merge)}` });
  return z.NEVER;
}

/**
 * Reads the tokenizer of a model folder. Throws MC_TOKENIZER_INVALID with the file and what is wrong in
 * it; a kind of tokenizer other than byte-level BPE is refused rather than read wrongly.
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const config = parse(configSchema, (await readJson(folder, 'tokenizer_config.json')) ?? {}, 'tokenizer_config.json');
  const specials = parse(specialsSchema, (await readJson(folder, 'special_tokens_map.json')) ?? {}, 'special_tokens_map.json');
  const parts = (await readTokenizerJson(folder)) ?? (await readVocabAndMerges(folder, config, specials));
  if (parts === undefined) {
    throw new MinchatError('MC_TOKENIZER_INVALID', `${folder}: expected tokenizer.json, or vocab.json and merges.txt; found neither`);
  }
  return new Tokenizer({
    ...parts,
    chatTemplate: (await readText(folder, 'chat_template.jinja')) ?? config.chat_template ?? undefined,
    eosToken: config.eos_token ?? specials.eos_token ?? undefined,
    bosToken: config.bos_token ?? specials.bos_token ?? undefined,
    stopIds: await readStopIds(folder),
  });
}

async function readStopIds(folder: string): Promise<readonly number[]> {
  for (const name of ['generation_config.json', 'config.json']) {
    const json = await readJson(folder, name);
    if (json !== undefined) return parse(stopSchema, json, name).eos_token_id ?? [];
  }
  return [];
}

async function readTokenizerJson(folder: string): Promise<TokenizerParts | undefined> {
  const json = await readJson(folder, 'tokenizer.json');
  if (json === undefined) return undefined;
  const { model, added_tokens: added, pre_tokenizer: split } = parse(tokenizerSchema, json, 'tokenizer.json');
  return { vocab: new Map(Object.entries(model.vocab)), merges: model.merges, added, addPrefixSpace: split.add_prefix_space ?? true };
}

async function readVocabAndMerges(folder: string, config: z.output<typeof configSchema>, specials: z.output<typeof specialsSchema>): Promise<TokenizerParts | undefined> {
  const [json, text] = [await readJson(folder, 'vocab.json'), await readText(folder, 'merges.txt')];
  if (json === undefined || text === undefined) return undefined;
  const vocab = new Map(Object.entries(parse(vocabSchema, json, 'vocab.json')));
  const lines = text.split(/\r?\n/u).filter((line, i) => line !== '' && !(i === 0 && line.startsWith('#version')));
  const merges = parse(z.array(z.unknown().transform(splitMerge)), lines, 'merges.txt');
  const added: AddedToken[] = Object.entries(config.added_tokens_decoder).map(([id, token]) => ({ id: Number(id), ...token }));
  if (added.length === 0) {
    const named = parse(vocabSchema, (await readJson(folder, 'added_tokens.json')) ?? {}, 'added_tokens.json');
    const names = new Set([...Object.values(specials), ...specials.additional_special_tokens].map((token) => tokenText.safeParse(token).data));
    // Where nothing says which tokens are special, GPT-2's one is, and so are all of that form.
    const isSpecial = (content: string): boolean => names.has(content) || /^<\|[^|]+\|>$/u.test(content);
    const inVocab = [...vocab].filter(([content]) => isSpecial(content) && !Object.hasOwn(named, content));
    for (const [content, id] of [...Object.entries(named), ...inVocab]) added.push({ id, content, special: isSpecial(content) });
  }
  return { vocab, merges, added, addPrefixSpace: config.add_prefix_space };
}

/** Writes all the files that Hugging Face's GPT-2 tokenizers, slow and fast, are loaded from. */
export async function saveTokenizer(tokenizer: Tokenizer, folder: string): Promise<void> {
  const { parts } = tokenizer;
  const vocab = Object.fromEntries([...parts.vocab].toSorted(([, a], [, b]) => a - b));
  const addPrefixSpace = parts.addPrefixSpace ?? false;
  const added = parts.added
    .toSorted((a, b) => a.id - b.id)
    .map(({ id, content, special, singleWord = false, lstrip = false, rstrip = false }) => ({ id, content, single_word: singleWord, lstrip, rstrip, normalized: false, special }));
  const endOfText = Buffer.from(tokenizer.bytesOf(tokenizer.endOfText)).toString('utf8');
  const names = { bos_token: parts.bosToken ?? endOfText, eos_token: parts.eosToken ?? endOfText, unk_token: endOfText, pad_token: endOfText };
  const byteLevelStep = { type: 'ByteLevel', add_prefix_space: addPrefixSpace, trim_offsets: true, use_regex: true };
  await mkdir(folder, { recursive: true });
  const write = (name: string, value: unknown): Promise<void> => writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  await write('vocab.json', vocab);
  await writeFile(join(folder, 'merges.txt'), `#version: 0.2\n${parts.merges.map((pair) => `${pair.join(' ')}\n`).join('')}`);
  await write('special_tokens_map.json', names);
  await write('tokenizer_config.json', {
    tokenizer_class: 'GPT2Tokenizer',
    add_prefix_space: addPrefixSpace,
    added_tokens_decoder: Object.fromEntries(added.map(({ id, ...token }) => [id, token])),
    ...names,
    ...(parts.chatTemplate === undefined ? {} : { chat_template: parts.chatTemplate }),
  });
  await write('tokenizer.json', {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: byteLevelStep,
    post_processor: { ...byteLevelStep, trim_offsets: false },
    decoder: byteLevelStep,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges: parts.merges.map((pair) => pair.join(' ')),
    },
  });
}

function parse<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new MinchatError('MC_TOKENIZER_INVALID', `${name}: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'invalid'}`);
}

async function readText(folder: string, name: string): Promise<string | undefined> {
  const path = join(folder, name);
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) return undefined;
  if (info.size > maxBytes) {
    throw new MinchatError('MC_TOKENIZER_INVALID', `${name}: expected at most ${maxBytes} bytes, found ${info.size}`);
  }
  return readFile(path, 'utf8');
}

async function readJson(folder: string, name: string): Promise<unknown> {
  const text = await readText(folder, name);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MinchatError('MC_TOKENIZER_INVALID', `${name}: expected JSON, found ${JSON.stringify(text.slice(0, 40))}`, { cause });
  }
}
