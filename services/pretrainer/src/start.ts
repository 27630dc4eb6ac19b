import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { gptConfig, initModel, loadModel, withVocabulary, type Model, type Random } from '@minchat/model';
import { readRecords } from '@minchat/datasets';
import { MinchatError } from '@minchat/errors';
import { loadTokenizer, trainTokenizer, type Tokenizer } from '@minchat/tokenizer';
import type { PretrainSettings } from './settings.ts';

/** Text that the tokenizer is trained on: more hardly changes its merges. */
const tokenizerCharacters = 50_000_000;

export interface StartOptions {
  readonly settings: PretrainSettings;
  /** Folder of a model to go on from. */
  readonly init: string | undefined;
  readonly corpus: string;
  readonly demonstrations: string | undefined;
  readonly random: Random;
}

export interface Start {
  readonly tokenizer: Tokenizer;
  readonly model: Model;
  /** Digest of both where they are a folder's, whose files may be others when a stopped job goes on. */
  readonly digest?: string;
}

/** The tokenizer and the model that pretraining starts from: new ones, or those of a folder. */
export async function startingModel(options: StartOptions): Promise<Start> {
  const { settings, init, random } = options;
  if (init !== undefined) {
    if ((await stat(init).catch(() => undefined))?.isDirectory() !== true) {
      throw new MinchatError('MC_STAGE_SETTINGS', `init: expected the folder of a model, found none at ${resolve(init)}`, { hint: 'Correct the path in the run’s spec: it is looked for on the machine of the pretrainer.' });
    }
    const tokenizer = await loadTokenizer(init);
    const loaded = await loadModel(init, { head: 'lm' });
    const digest = await digestOf(tokenizer, loaded);
    // A foreign embedding is often padded, or lacks the tokens that were added last.
    const model = withVocabulary(loaded, tokenizer.vocabSize);
    // Of the folder's files only config.json goes on: what generation stops at goes with it.
    return { tokenizer, model: { ...model, config: { ...model.config, eos_token_id: tokenizer.eosIds } }, digest };
  }
  const { heads, width } = settings.model;
  if (width % heads !== 0) {
    throw new MinchatError('MC_STAGE_SETTINGS', `model.heads: expected a divisor of model.width ${width}, found ${heads}`);
  }
  const texts = await tokenizerTexts(options.corpus, options.demonstrations);
  const tokenizer = trainTokenizer(texts, { vocabSize: settings.vocabSize });
  const config = gptConfig({
    vocab_size: tokenizer.vocabSize,
    n_positions: settings.model.context,
    n_embd: width,
    n_layer: settings.model.layers,
    n_head: heads,
    initializer_range: settings.model.initializerRange,
    bos_token_id: tokenizer.endOfText,
    eos_token_id: tokenizer.endOfText,
  });
  return { tokenizer, model: initModel(config, random.fork('model')) };
}

async function digestOf(tokenizer: Tokenizer, model: Model): Promise<string> {
  const { vocab, ...parts } = tokenizer.parts;
  const hash = createHash('sha256').update(JSON.stringify([[...vocab], parts, model.config]));
  for (const parameter of model.parameters.values()) hash.update((await parameter.data()) as Float32Array);
  return hash.digest('hex');
}

async function tokenizerTexts(corpus: string, demonstrations: string | undefined): Promise<string[]> {
  const texts: string[] = [];
  let characters = 0;
  for await (const { text } of readRecords(corpus, 'text', 'train')) {
    texts.push(text);
    characters += text.length;
    if (characters > tokenizerCharacters) break;
  }
  if (demonstrations === undefined) return texts;
  for await (const { messages, completion } of readRecords(demonstrations, 'demonstrations', 'train')) {
    for (const { content } of messages) texts.push(content);
    texts.push(completion);
  }
  return texts;
}
