import { MinchatError } from '@minchat/errors';
import { chatTokens, defaultChatTemplate } from './chat-template.ts';
import { gpt2Pipeline } from './pipeline.ts';
import type { PreTokenizer } from './pre-tokenize.ts';
import type { Tokenizer } from './tokenizer.ts';

// A tokenizer in a file of llama.cpp. That has no words for how a text is split, but names of those tokenizers that it
// knows; any other would cut texts into other tokens there.

/** llama.cpp's names (src/llama-vocab.cpp) of the patterns that a text is split by before its bytes are spelled. */
const namesOfPatterns: Readonly<Record<string, string>> = {
  [String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`]: 'llama-bpe',
  [String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`]: 'qwen2',
};

/** What a token is to llama.cpp. */
const tokenTypes = { normal: 1, control: 3, userDefined: 4, unused: 5 } as const;

/** The keys of a GGUF file that tell a tokenizer, for a model of so many rows. Throws MC_TOKENIZER_INVALID for one that llama.cpp does not know. */
export function ggufTokenizer(tokenizer: Tokenizer, rows: number): Record<string, string | number | boolean | string[] | Int32Array> {
  const { parts } = tokenizer;
  if (tokenizer.vocabSize > rows) throw invalid(`at most ${rows} tokens, as many as the model knows`, `${tokenizer.vocabSize}`);
  const tokens = Array.from({ length: rows }, (_, id) => `[PAD${id}]`);
  const types = new Int32Array(rows).fill(tokenTypes.unused);
  const put = (id: number, text: string, type: number): void => {
    tokens[id] = text;
    types[id] = type;
  };
  for (const [text, id] of parts.vocab) put(id, text, tokenTypes.normal);
  for (const { id, content, special } of parts.added) put(id, content, special ? tokenTypes.control : tokenTypes.userDefined);
  const [bos, ...more] = tokenizer.bos;
  if (more.length > 0) throw invalid('one token in front of a text', `${tokenizer.bos.length}`);
  const template = parts.chatTemplate ?? (chatTokens.every((token) => tokenizer.idOf(token) !== undefined) ? defaultChatTemplate : undefined);
  return {
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': nameOf((parts.pipeline ?? gpt2Pipeline()).pre_tokenizer),
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': types,
    'tokenizer.ggml.merges': parts.merges.map(([left, right]) => `${left} ${right}`),
    'tokenizer.ggml.bos_token_id': bos ?? tokenizer.endOfText,
    'tokenizer.ggml.eos_token_id': tokenizer.endOfText,
    'tokenizer.ggml.eot_token_id': tokenizer.endOfTurn,
    'tokenizer.ggml.padding_token_id': tokenizer.endOfText,
    'tokenizer.ggml.add_bos_token': bos !== undefined,
    ...(template !== undefined && { 'tokenizer.chat_template': template }),
  };
}

function nameOf(words: PreTokenizer | null): string {
  const steps = words === null ? [] : words.type === 'Sequence' ? words.pretokenizers : [words];
  const [first, last] = [steps[0], steps.at(-1)];
  if (last?.type === 'ByteLevel' && !last.add_prefix_space) {
    if (steps.length === 1 && last.use_regex) return 'gpt-2';
    if (steps.length === 2 && first?.type === 'Digits' && first.individual_digits && last.use_regex) return 'smollm';
    const name = steps.length === 2 && first?.type === 'Split' && 'Regex' in first.pattern && !last.use_regex ? namesOfPatterns[first.pattern.Regex] : undefined;
    if (name !== undefined) return name;
  }
  throw invalid('texts that are split as GPT-2, SmolLM, Llama 3 or Qwen do', steps.map(({ type }) => type).join(', ') || 'no pre_tokenizer');
}

function invalid(expected: string, found: string): MinchatError {
  return new MinchatError('MC_TOKENIZER_INVALID', `for a GGUF file: expected ${expected}, found ${found}`, {
    hint: 'Export without --gguf, and let llama.cpp’s convert_hf_to_gguf.py convert the folder.',
  });
}
