import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '@minchat/model';
import { chatTokens, defaultChatTemplate, Tokenizer } from '@minchat/tokenizer';

/**
 * The tokenizer with the chat template's tokens. One from our pretraining has them; a foreign one
 * without a template (GPT-2's) gets them behind its last token.
 */
export function withChatTokens(tokenizer: Tokenizer): Tokenizer {
  const missing = chatTokens.filter((token) => tokenizer.idOf(token) === undefined);
  if (missing.length === 0 || tokenizer.parts.chatTemplate !== undefined) return tokenizer;
  const added = missing.map((content, index) => ({ id: tokenizer.vocabSize + index, content, special: true }));
  return new Tokenizer({
    ...tokenizer.parts,
    added: [...tokenizer.parts.added, ...added],
    chatTemplate: defaultChatTemplate,
    eosToken: '<|end|>',
  });
}

/**
 * The model with an embedding for every token: new rows are the mean of the old ones, so that a new
 * token starts neither likely nor unlikely. The model given is used up.
 */
export function withVocabulary(model: Model, vocabSize: number): Model {
  const missing = vocabSize - model.config.vocab_size;
  if (missing <= 0) return model;
  const name = 'transformer.wte.weight';
  const embedding = model.parameters.get(name);
  if (!embedding) throw new Error(`expected a parameter ${name}`);
  const parameters = new Map(model.parameters);
  parameters.set(
    name,
    tf.tidy(() => {
      const row = tf.mean(embedding, 0, true); // (1, C)
      return tf.variable(tf.concat([embedding as tf.Tensor, tf.tile(row, [missing, 1])], 0), true); // (V + missing, C)
    }),
  );
  embedding.dispose();
  return { ...model, config: { ...model.config, vocab_size: vocabSize }, parameters };
}
