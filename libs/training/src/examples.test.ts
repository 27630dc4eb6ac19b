import { gpt2Pipeline, Tokenizer, trainTokenizer } from '@minchat/tokenizer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chatExample, fitExample, rankedExamples } from './examples.ts';

test('a pair too long keeps the end of its prompt and the beginning of its answer', () => {
  const ids = (minLength: number) => fc.array(fc.integer({ min: 1, max: 999 }), { minLength, maxLength: 40 });
  const example = fc.record({ prompt: ids(0), answer: ids(1) });
  fc.assert(
    fc.property(example, fc.integer({ min: 4, max: 60 }), (pair, context) => {
      const { prompt, answer } = fitExample(pair, context);
      expect(prompt.length + answer.length).toBe(Math.min(context, pair.prompt.length + pair.answer.length));
      expect(pair.prompt.slice(pair.prompt.length - prompt.length)).toEqual(prompt);
      expect(pair.answer.slice(0, answer.length)).toEqual(answer);
      expect(prompt.length).toBeGreaterThanOrEqual(Math.min(pair.prompt.length, Math.floor(context / 2)));
    }),
    { seed: 2 },
  );
});

test('ranked answers stand behind the same prompt, however long they are, each with as much of itself as fits', () => {
  const tokenizer = trainTokenizer(['abcd'], { vocabSize: 261 });
  const text = (options: fc.StringConstraints) => fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), ...options });
  const answers = fc.array(fc.record({ text: text({ maxLength: 40 }), finished: fc.boolean() }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(text({ maxLength: 60 }), answers, fc.integer({ min: 8, max: 80 }), (content, given, context) => {
      const messages = [{ role: 'user' as const, content }];
      const examples = rankedExamples(tokenizer, { messages, answers: given.map((answer, rank) => ({ ...answer, rank })) }, context);
      const whole = tokenizer.encodeChat(messages, { addGenerationPrompt: true });
      examples.forEach(({ prompt, answer, cut }, i) => {
        const all = [...tokenizer.encode(given[i]?.text ?? ''), ...(given[i]?.finished ? [tokenizer.endOfTurn] : [])];
        expect(prompt).toEqual(examples[0]?.prompt);
        expect(prompt).toEqual(whole.slice(whole.length - prompt.length));
        expect(answer).toEqual(all.slice(0, context - prompt.length));
        expect(cut).toBe(prompt.length < whole.length || answer.length < all.length);
      });
    }),
    { seed: 4 },
  );
});

test('an answer has the tokens that it has in the conversation, also where the tokenizer begins a text with a space', () => {
  const { parts } = trainTokenizer(['the cat sat, the cat'], { vocabSize: 275 });
  for (const addPrefixSpace of [false, true]) {
    const tokenizer = new Tokenizer({ ...parts, pipeline: gpt2Pipeline(addPrefixSpace) });
    const messages = [{ role: 'user' as const, content: 'cat' }];
    const { prompt, answer } = chatExample(tokenizer, messages, 'the cat', 64);
    expect([...prompt, ...answer]).toEqual(tokenizer.encodeChat([...messages, { role: 'assistant', content: 'the cat' }], { addGenerationPrompt: false }));
  }
});
