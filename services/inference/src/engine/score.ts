import type { ScoredText } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { chatExample, scoreExamples, textOf } from '@minchat/training';
import { checkBytes, mostTokens } from './check-bytes.ts';
import type { LoadedModel } from './requests.ts';
import { cutInTurns, passesOf } from './passes.ts';

/**
 * The reward model's score of each text, those of one forward pass with each piece. Before there are any it
 * gives way to others with pieces that are nothing. Throws MC_USAGE for another
 * model, MC_CONTEXT_LENGTH for a text that does not fit.
 */
export async function* scoreTexts(loaded: LoadedModel, texts: readonly ScoredText[]): AsyncGenerator<{ type: 'scores'; scores: number[] } | undefined, void, undefined> {
  const { model, tokenizer, room } = loaded;
  if (model.head === 'lm') throw new MinchatError('MC_USAGE', 'expected a reward model, found a model that writes text');
  const examples = yield* cutInTurns(texts, ({ messages, completion }, index) => {
    const turns = messages.map(({ role, content }) => ({ role: role as 'system' | 'user' | 'assistant', content }));
    checkBytes(loaded, [completion, ...turns.map(({ content }) => content)], `text ${index}`);
    // Never cut: a score of half a text is no score of it.
    const example = chatExample(tokenizer, turns, completion, Infinity);
    const { length } = textOf(example);
    if (length > room.tokens) throw new MinchatError('MC_CONTEXT_LENGTH', `text ${index}: expected at most ${mostTokens(loaded)}, found ${length}`);
    return example;
  });
  for (const pass of passesOf(examples, (example) => textOf(example).length)) yield { type: 'scores', scores: await scoreExamples(model, pass) };
}
