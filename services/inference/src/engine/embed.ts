import * as tf from '@tensorflow/tfjs-core';
import type { EmbedInput } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { hiddenStates, leftPad } from '@minchat/model';
import { checkBytes, mostTokens } from './check-bytes.ts';
import type { LoadedModel } from './requests.ts';
import { cutInTurns, passesOf } from './passes.ts';

/** Numbers in one piece at most, 8 bytes each: it has to fit in a message. */
const numbersTogether = 2 ** 16;

/**
 * A vector of length 1 for each text: the mean of the model's hidden states after the last norm
 * over all of the text's tokens. Those of one forward pass come with each piece, and how many tokens they have; before
 * there are any it gives way to others with pieces that are nothing.
 * These models are trained to write, not to embed: near vectors are texts that they would go on from alike.
 * Throws MC_USAGE for a model that scores, MC_CONTEXT_LENGTH for a text that does not fit.
 */
export async function* embedTexts(loaded: LoadedModel, inputs: readonly EmbedInput[]): AsyncGenerator<{ type: 'embeddings'; embeddings: number[][]; promptTokens: number } | undefined, void, undefined> {
  const { model, tokenizer, room } = loaded;
  if (model.head !== 'lm') throw new MinchatError('MC_USAGE', 'expected a model that writes text, found a reward model');
  const vocabulary = Math.min(model.config.vocab_size, tokenizer.vocabSize);
  const texts = yield* cutInTurns(inputs, ({ text = '', tokens }, index) => {
    checkBytes(loaded, [text], `text ${index}`);
    const ids = tokens === undefined ? [...tokenizer.bos, ...tokenizer.encode(text)] : tokens.tokens;
    if (ids.length > room.tokens) throw new MinchatError('MC_CONTEXT_LENGTH', `text ${index}: expected at most ${mostTokens(loaded)}, found ${ids.length}`);
    const unknown = ids.find((id) => id >= vocabulary);
    if (unknown !== undefined) throw new MinchatError('MC_USAGE', `text ${index}: expected token ids below ${vocabulary}, found ${unknown}`);
    return ids.length === 0 ? tokenizer.startOfText : ids;
  });
  const most = Math.max(1, Math.floor(numbersTogether / model.shape.width));
  for (const pass of passesOf(texts, (ids) => ids.length, most)) {
    const { tokens, start } = leftPad(pass);
    const pooled = tf.tidy(() => {
      const hidden = hiddenStates(model, tokens, start); // (B, T, C)
      const T = tokens.shape[1];
      const means = pass.map((ids, row) => tf.mean(tf.slice(hidden, [row, T - ids.length, 0], [1, ids.length, -1]), 1)); // (1, C) each
      const mean = tf.concat(means, 0); // (B, C)
      return tf.div<tf.Tensor2D>(mean, tf.maximum(tf.norm(mean, 2, 1, true), 1e-12));
    });
    const embeddings = await pooled.array();
    tf.dispose([tokens, start, pooled]);
    yield { type: 'embeddings', embeddings, promptTokens: pass.reduce((sum, ids) => sum + ids.length, 0) };
  }
}
