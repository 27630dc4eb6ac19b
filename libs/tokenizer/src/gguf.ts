import { MinchatError } from '@minchat/errors';
import { templateOf } from './chat-template.ts';
import { gpt2Pipeline, type Pipeline } from './pipeline.ts';
import type { Step } from './pre-tokenize.ts';
import type { Tokenizer } from './tokenizer.ts';

// A tokenizer in a file of llama.cpp. That has no words for how a text is split, but names of those tokenizers that it
// knows; any other would cut texts into other tokens there.

/** The words of Qwen2, which cuts numbers into digits, and of Llama 3, which cuts them into threes. */
const wordsWith = (numbers: string): string => String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|${numbers}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const [qwen2, llama3] = [wordsWith(String.raw`\p{N}`), wordsWith(String.raw`\p{N}{1,3}`)];

/** What a token is to llama.cpp. */
const tokenTypes = { normal: 1, control: 3, userDefined: 4, unused: 5 } as const;

/** The keys of a GGUF file that tell a tokenizer, for a model of so many rows. Throws MC_GGUF_UNSUPPORTED for one that llama.cpp does not know. */
export function ggufTokenizer(tokenizer: Tokenizer, rows: number): Record<string, string | number | boolean | string[] | Int32Array> {
  const { parts } = tokenizer;
  if (tokenizer.vocabSize > rows) throw unsupported(`at most ${rows} tokens, as many as the model knows`, `${tokenizer.vocabSize}`);
  const tokens = Array.from({ length: rows }, (_, id) => `[PAD${id}]`);
  const types = new Int32Array(rows).fill(tokenTypes.unused);
  const put = (id: number, text: string, type: number): void => {
    tokens[id] = text;
    types[id] = type;
  };
  for (const [text, id] of parts.vocab) put(id, text, tokenTypes.normal);
  for (const { id, content, special } of parts.added) put(id, content, special ? tokenTypes.control : tokenTypes.userDefined);
  const [bos, ...more] = tokenizer.bos;
  if (more.length > 0) throw unsupported('one token in front of a text', `${tokenizer.bos.length}`);
  const apart = parts.added.find(({ singleWord, lstrip, rstrip }) => singleWord === true || lstrip === true || rstrip === true);
  if (apart !== undefined) throw unsupported('added tokens that are found whatever stands beside them', `${apart.content} with single_word, lstrip or rstrip`);
  const template = templateOf(parts, (token) => tokenizer.idOf(token) !== undefined);
  return {
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': nameOf(parts.pipeline ?? gpt2Pipeline()),
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': types,
    'tokenizer.ggml.merges': parts.merges.map(([left, right]) => `${left} ${right}`),
    // Without these llama.cpp takes token 11 for both.
    'tokenizer.ggml.bos_token_id': bos ?? tokenizer.endOfText,
    'tokenizer.ggml.eos_token_id': tokenizer.endOfText,
    'tokenizer.ggml.eot_token_id': tokenizer.endOfTurn,
    'tokenizer.ggml.padding_token_id': tokenizer.endOfText,
    'tokenizer.ggml.add_bos_token': bos !== undefined,
    ...(template !== undefined && { 'tokenizer.chat_template': template }),
  };
}

/** llama.cpp's name (src/llama-vocab.cpp) of how texts are cut. It makes no NFC of them: those that are not in it, which are rare, have other tokens there. */
function nameOf({ normalizer, pre_tokenizer: words, model }: Pipeline): string {
  if (normalizer !== null && normalizer.type !== 'NFC') throw unsupported('no normalizer, or NFC', normalizer.type);
  const steps = words?.type === 'Sequence' ? words.pretokenizers : words === null ? [] : [words];
  const name = nameOfWords(steps, model.ignore_merges);
  if (name === undefined) throw unsupported('texts that are split as GPT-2, SmolLM, Qwen2 or Llama 3 do', steps.map(({ type }) => type).join(', ') || 'no pre_tokenizer');
  if (model.ignore_merges && name !== 'llama-bpe') throw unsupported(`words that are merged, as ${name} has them`, 'ignore_merges');
  return name;
}

function nameOfWords(steps: readonly Step[], ignoresMerges: boolean): string | undefined {
  const [first, bytes] = [steps.length === 2 ? steps[0] : undefined, steps.at(-1)];
  if (bytes?.type !== 'ByteLevel' || bytes.add_prefix_space || steps.length > 2) return undefined;
  if (bytes.use_regex) return first === undefined ? 'gpt-2' : first.type === 'Digits' && first.individual_digits ? 'smollm' : undefined;
  if (first?.type !== 'Split' || !('Regex' in first.pattern)) return undefined;
  if (first.pattern.Regex === qwen2) return 'qwen2';
  // The same words under two names: whether one that is a token as a whole is that, whatever the merges make of it, goes with the name.
  return first.pattern.Regex === llama3 ? (ignoresMerges ? 'llama-bpe' : 'smaug-bpe') : undefined;
}

function unsupported(expected: string, found: string): MinchatError {
  return new MinchatError('MC_GGUF_UNSUPPORTED', `tokenizer: expected ${expected}, found ${found}`);
}
