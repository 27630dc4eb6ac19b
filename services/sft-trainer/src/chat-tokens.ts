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
    // A model that was trained with a BOS gets it in front of a conversation, too.
    chatTemplate: `${tokenizer.bos.length > 0 && tokenizer.parts.bosToken !== undefined ? '{{ bos_token }}' : ''}${defaultChatTemplate}`,
    eosToken: '<|end|>',
  });
}
