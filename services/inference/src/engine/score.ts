import { MinchatError } from '@minchat/errors';
import { chatExample, scoreExamples } from '@minchat/training';
import type { LoadedModel } from './model-store.ts';
import type { ScoredConversation } from './protocol.ts';

/** The reward model's score of each text. Throws MC_USAGE for another model, MC_CONTEXT_LENGTH for a text that does not fit. */
export async function scoreTexts({ model, tokenizer }: LoadedModel, texts: readonly ScoredConversation[]): Promise<number[]> {
  if (model.head !== 'scalar') throw new MinchatError('MC_USAGE', 'expected a reward model, found a model that writes text');
  const limit = model.config.n_positions;
  const examples = texts.map(({ messages, completion }, index) => {
    const turns = messages.map(({ role, content }) => ({ role: role as 'system' | 'user' | 'assistant', content }));
    // Never cut: a score of half a text is no score of it.
    const example = chatExample(tokenizer, turns, completion, { context: Infinity });
    const length = example.prompt.length + example.answer.length;
    if (length > limit) throw new MinchatError('MC_CONTEXT_LENGTH', `text ${index}: expected at most ${limit} tokens, found ${length}`);
    return example;
  });
  return scoreExamples(model, examples);
}
