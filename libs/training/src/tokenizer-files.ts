import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MinchatError } from '@minchat/errors';
import { gpt2Pipeline, loadTokenizer, type Tokenizer } from '@minchat/tokenizer';

const tokenizerFiles = [
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.json',
  'merges.txt',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.jinja',
] as const;

/** Copies the tokenizer from an input model folder into an output: it travels with the model. */
export async function copyTokenizer(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of tokenizerFiles) {
    await copyFile(join(from, name), join(to, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

/**
 * Refuses a model that takes token ids for other text than the tokenizer does: it would answer, and score, at
 * random. A folder without a tokenizer tells nothing. Throws MC_STAGE_INPUT that names the input.
 */
export async function checkSameTokenizer(tokenizer: Tokenizer, input: string, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'tokenizer.json'))) return;
  if (meaningOfIds(await loadTokenizer(folder)) === meaningOfIds(tokenizer)) return;
  throw new MinchatError('MC_STAGE_INPUT', `${input}: expected a model with the tokenizer of the stage's first model, found another tokenizer`, {
    hint: 'Take models that were trained from the same base model.',
  });
}

/** What maps text to ids, as text: formatting and other keys of tokenizer.json make no difference. */
function meaningOfIds({ parts: { vocab, merges, added, pipeline = gpt2Pipeline() } }: Tokenizer): string {
  const { normalizer, pre_tokenizer, model } = pipeline;
  const tokens = added.map(({ id, content, singleWord, lstrip, rstrip, normalized }) => [id, content, singleWord, lstrip, rstrip, normalized]);
  // Offsets into the text are nothing here.
  return JSON.stringify([[...vocab].toSorted(([, a], [, b]) => a - b), merges, tokens, normalizer, pre_tokenizer, model], (key, value: unknown) => (key === 'trim_offsets' ? undefined : value));
}
