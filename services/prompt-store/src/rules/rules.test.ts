import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChatMessage, Split } from '@minchat/datasets';
import { createRules, type CuratedPrompt } from './curate.ts';
import { normalisePrompt, textHash } from './normalise.ts';
import { splitOfUser } from './split.ts';

const ask = (content: string): ChatMessage[] => [{ role: 'user', content }];
const settings = { commonPrefix: 20, promptsPerUser: 200 };
const prompt = fc.record({
  id: fc.uuid(),
  userId: fc.constantFrom('ada', 'bob', 'cleo'),
  messages: fc.string({ minLength: 1, maxLength: 60 }).map(ask),
});

async function keptBy(rule: ReturnType<typeof createRules>, given: readonly CuratedPrompt[], split: Split): Promise<CuratedPrompt[]> {
  const kept: CuratedPrompt[] = [];
  for (const one of given) if ((await rule(one, split)) === undefined) kept.push(one);
  return kept;
}

test('case, spacing and Unicode form do not make two prompts of one', () => {
  expect(textHash(ask('  What is\n LOVE? '))).toBe(textHash(ask('what is love?')));
  expect(textHash(ask('caf\u00e9'))).toBe(textHash(ask('cafe\u0301')));
  expect(textHash(ask('what is love'))).not.toBe(textHash(ask('what is hate')));
});

test('the latest turn comes first in the text that prompts are compared by', () => {
  const messages: ChatMessage[] = [...ask('first'), { role: 'assistant', content: 'second' }, ...ask('third')];
  expect(normalisePrompt(messages)).toBe('third\nsecond\nfirst');
});

test('prompts with a long common prefix are duplicates, with a short one they are not', async () => {
  const rule = createRules(settings);
  const start = 'x'.repeat(20);
  const decide = (text: string): Promise<string | undefined> => rule({ id: text, userId: 'ada', messages: ask(text) }, 'test');
  expect(await decide(`${start} one`)).toBeUndefined();
  expect(await decide(`${start} two`)).toBe('duplicate:20');
  expect(await decide(`${start.slice(1)} two`)).toBeUndefined();
  expect(await decide(`${start.slice(1)}  TWO`)).toBe('duplicate');
});

test('conversations that begin alike but ask different things are both kept', async () => {
  const rule = createRules(settings);
  const opening: ChatMessage[] = [...ask('a long opening that both conversations share'), { role: 'assistant', content: 'and a long reply to it' }];
  expect(await rule({ id: '1', userId: 'ada', messages: [...opening, ...ask('why?')] }, 'train')).toBeUndefined();
  expect(await rule({ id: '2', userId: 'ada', messages: [...opening, ...ask('how?')] }, 'train')).toBeUndefined();
});

test('personal data is filtered in the train split only, and a dropped prompt hides no other', async () => {
  const rule = createRules(settings);
  const messages = ask('write to jane.doe@example.com about it');
  expect(await rule({ id: '1', userId: 'ada', messages }, 'train')).toBe('personal data:email');
  expect(await rule({ id: '2', userId: 'bob', messages }, 'test')).toBeUndefined();
});

test('property: of prompts that are kept no two share a prefix, and no user has more than the limit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(prompt, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), async (given, promptsPerUser) => {
      const rule = createRules({ commonPrefix: 10, promptsPerUser });
      const kept = await keptBy(rule, given, 'validation');
      const keys = kept.map((one) => normalisePrompt(one.messages)).map((text) => (text.length >= 10 ? text.slice(0, 10) : text));
      expect(new Set(keys).size).toBe(keys.length);
      for (const group of Map.groupBy(kept, (one) => one.userId).values()) expect(group.length).toBeLessThanOrEqual(promptsPerUser);
    }),
    { seed: 1 },
  );
});

test('property: what was kept is kept again, whatever was dropped between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(prompt, { maxLength: 40 }), async (given) => {
      const kept = await keptBy(createRules(settings), given, 'train');
      expect(await keptBy(createRules(settings), kept, 'train')).toEqual(kept);
    }),
    { seed: 2 },
  );
});

test('property: a user has one split, whoever else there is', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer(), (user, seed) => {
      const fractions = { validation: 0.1, test: 0.1 };
      expect(splitOfUser(user, seed, fractions)).toBe(splitOfUser(user, seed, fractions));
      expect(splitOfUser(user, seed, { validation: 0, test: 0 })).toBe('train');
    }),
    { seed: 3 },
  );
});

test('users are split in the proportions asked for, differently for another seed', () => {
  const users = Array.from({ length: 4_000 }, (_, i) => `user-${i}`);
  const count = (seed: number, split: Split): number => users.filter((user) => splitOfUser(user, seed, { validation: 0.2, test: 0.1 }) === split).length;
  expect(count(1, 'validation') / users.length).toBeCloseTo(0.2, 1);
  expect(count(1, 'test') / users.length).toBeCloseTo(0.1, 1);
  const moved = users.filter((user) => splitOfUser(user, 1, { validation: 0.2, test: 0.1 }) !== splitOfUser(user, 2, { validation: 0.2, test: 0.1 }));
  expect(moved.length).toBeGreaterThan(1_000);
});
