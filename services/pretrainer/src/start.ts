import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { initModel, loadModel, withContext, withVocabulary, type Model, type Random } from '@minchat/model';
import { readRecords } from '@minchat/datasets';
import { MinchatError } from '@minchat/errors';
import type { StageContext } from '@minchat/stage';
import { loadTokenizer, trainTokenizer, type Tokenizer } from '@minchat/tokenizer';
import { checkSize, newConfig } from './new-config.ts';
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
  readonly log: StageContext<unknown>['log'];
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
    const taken = withContext(loaded, settings.maxContext);
    if (taken.shape.context < loaded.shape.context) options.log.info({ context: loaded.shape.context, maxContext: taken.shape.context }, 'the model could read longer texts: they are cut to maxContext');
    // A foreign embedding is often padded, or lacks the tokens that were added last.
    const model = withVocabulary(taken, tokenizer.vocabSize);
    // Of the folder's files only config.json goes on: what generation stops at goes with it.
    return { tokenizer, model: { ...model, config: { ...model.config, eos_token_id: tokenizer.eosIds } }, digest };
  }
  checkSize(settings.model);
  const texts = await tokenizerTexts(options.corpus, options.demonstrations);
  const tokenizer = trainTokenizer(texts, { vocabSize: settings.vocabSize });
  return { tokenizer, model: initModel(newConfig(settings.model, tokenizer), random.fork('model')) };
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
