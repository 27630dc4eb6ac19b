import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MinchatError } from '@minchat/errors';
import { z } from 'zod';
import { gpt2Pipeline, pipelineSchema } from './pipeline.ts';
import { Tokenizer } from './tokenizer.ts';
import type { AddedToken, TokenizerParts } from './vocabulary.ts';

// A folder's tokenizer as Hugging Face writes it: tokenizer.json, or vocab.json and merges.txt; with
// tokenizer_config.json, special_tokens_map.json and, in older folders, added_tokens.json. The chat template stands in tokenizer_config.json or,
// as save_pretrained writes it since 2025, in chat_template.jinja. What ends a text besides stands with the
// model, in generation_config.json or, in older folders, config.json.

/** The largest public vocabularies are a third of this. */
const maxBytes = 64 * 1024 * 1024;

const tokenText = z.union([z.string(), z.object({ content: z.string() }).transform((token) => token.content)]);

/** What an added token is but for its id; flags that are not set are left out. */
const addedToken = z
  .object({ content: z.string(), special: z.boolean().default(false), single_word: z.boolean().optional(), lstrip: z.boolean().optional(), rstrip: z.boolean().optional(), normalized: z.boolean().optional() })
  .transform(({ content, special, single_word, lstrip, rstrip, normalized }): Omit<AddedToken, 'id'> => ({ content, special, ...(single_word && { singleWord: true }), ...(lstrip && { lstrip }), ...(rstrip && { rstrip }), ...(normalized && { normalized }) }));

const vocabSchema = z.record(z.string(), z.int());

/** tokenizer.json; another kind of tokenizer fails here by name. */
const tokenizerSchema = pipelineSchema.extend({
  added_tokens: z.array(z.intersection(z.object({ id: z.int() }), addedToken)).default([]),
  model: pipelineSchema.shape.model.extend({
    type: z.literal('BPE').optional(),
    dropout: z.union([z.null(), z.literal(0)]).optional(),
    continuing_subword_prefix: z.union([z.null(), z.literal('')]).optional(),
    end_of_word_suffix: z.union([z.null(), z.literal('')]).optional(),
    vocab: vocabSchema,
    merges: z.array(z.unknown().transform(splitMerge)),
  }),
});

const configSchema = z.looseObject({
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
  add_prefix_space: z.boolean().optional(),
  tokenizer_class: z.string().nullish(),
});

/** What of tokenizer_config.json is a part of its own; the rest is only kept. */
const ownParts: ReadonlySet<string> = new Set(['chat_template', 'eos_token', 'bos_token', 'added_tokens_decoder']);

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
 * it; a kind of tokenizer that is not known here is refused rather than read wrongly.
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
    config: Object.fromEntries(Object.entries(config).filter(([name]) => !ownParts.has(name))),
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
  const { added_tokens: added, ...pipeline } = parse(tokenizerSchema, json, 'tokenizer.json');
  const { vocab, merges } = pipeline.model;
  return { vocab: new Map(Object.entries(vocab)), merges, added, pipeline: parse(pipelineSchema, pipeline, 'tokenizer.json') };
}

async function readVocabAndMerges(folder: string, config: z.output<typeof configSchema>, specials: z.output<typeof specialsSchema>): Promise<TokenizerParts | undefined> {
  const [json, text] = [await readJson(folder, 'vocab.json'), await readText(folder, 'merges.txt')];
  if (json === undefined || text === undefined) return undefined;
  if (config.tokenizer_class?.startsWith('GPT2') === false) {
    throw new MinchatError('MC_TOKENIZER_INVALID', `${folder}: expected tokenizer.json of a ${config.tokenizer_class}, found vocab.json and merges.txt`, {
      hint: 'Alone they make a GPT-2 tokenizer. Let AutoTokenizer of Hugging Face load the folder and save it: that writes tokenizer.json.',
    });
  }
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
  return { vocab, merges, added, pipeline: gpt2Pipeline(config.add_prefix_space) };
}

/**
 * Writes a folder that Hugging Face's AutoTokenizer loads: what was read is written again. GPT-2's own pipeline is
 * written as vocab.json and merges.txt, too, which its slow tokenizer is loaded from.
 */
export async function saveTokenizer(tokenizer: Tokenizer, folder: string): Promise<void> {
  const { parts } = tokenizer;
  const pipeline = parts.pipeline ?? gpt2Pipeline();
  const vocab = Object.fromEntries([...parts.vocab].toSorted(([, a], [, b]) => a - b));
  const added = parts.added
    .toSorted((a, b) => a.id - b.id)
    .map(({ id, content, special, singleWord = false, lstrip = false, rstrip = false, normalized = false }) => ({ id, content, single_word: singleWord, lstrip, rstrip, normalized, special }));
  const endOfText = (added.find(({ id }) => id === tokenizer.endOfText)?.content ?? Object.keys(vocab).find((token) => vocab[token] === tokenizer.endOfText)) as string;
  const split = pipeline.pre_tokenizer;
  const isGpt2 = split?.type === 'ByteLevel';
  const config: Record<string, unknown> = {
    tokenizer_class: isGpt2 ? 'GPT2Tokenizer' : 'PreTrainedTokenizerFast',
    ...(isGpt2 && { add_prefix_space: split.add_prefix_space, unk_token: endOfText }),
    ...parts.config,
  };
  const names = {
    ...(parts.bosToken !== undefined && { bos_token: parts.bosToken }),
    eos_token: parts.eosToken ?? endOfText,
    ...((config['unk_token'] ?? undefined) !== undefined && { unk_token: config['unk_token'] }),
    pad_token: config['pad_token'] ?? endOfText,
  };
  await mkdir(folder, { recursive: true });
  const write = (name: string, value: unknown): Promise<void> => writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  if (isGpt2) {
    await write('vocab.json', vocab);
    await writeFile(join(folder, 'merges.txt'), `#version: 0.2\n${parts.merges.map((pair) => `${pair.join(' ')}\n`).join('')}`);
  }
  await write('special_tokens_map.json', names);
  await write('tokenizer_config.json', {
    ...config,
    added_tokens_decoder: Object.fromEntries(added.map(({ id, ...token }) => [id, token])),
    ...names,
    ...(parts.chatTemplate === undefined ? {} : { chat_template: parts.chatTemplate }),
  });
  const { normalizer, pre_tokenizer, post_processor, decoder, model } = pipeline;
  await write('tokenizer.json', {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer,
    pre_tokenizer,
    post_processor,
    decoder,
    model: {
      type: 'BPE',
      dropout: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      ...model,
      vocab,
      // Older readers know the first form only, in which no token can have a space.
      merges: parts.merges.flat().some((token) => token.includes(' ')) ? parts.merges : parts.merges.map((pair) => pair.join(' ')),
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
