import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findPersonalData } from './personal-data.ts';

test.each([
  ['write to jane.doe@example.com, please', ['email']],
  ['Ω: δοκιμή@παράδειγμα.ελ', ['email']],
  ['call +49 30 901820 tomorrow', ['phone number']],
  ['call (415) 555-2671', ['phone number']],
  ['my card is 4111 1111 1111 1111, valid 12/29', ['credit card']],
  ['my card is 5555-5555-5555-4444', ['credit card']],
  ['pay to DE89 3704 0044 0532 0130 00 and tell me', ['IBAN']],
  ['pay to gb29nwbk60161331926819', ['IBAN']],
  ['my number is 123-45-6789', ['social security number']],
  ['it came from 8.8.8.8', ['IP address']],
  ['it came from 2001:4860:4860::8888', ['IP address']],
  ['jane@example.com or +49 30 901820', ['email', 'phone number']],
])('finds it: %s', async (text, kinds) => {
  expect(await findPersonalData(text)).toEqual(kinds);
});

test.each([
  'What is 4155552671 + 3?',
  'What is 123 456 789 + 4?',
  'the card 4111 1111 1111 1112 is none: its check digit is wrong',
  'DE00 3704 0044 0532 0130 00 is none either',
  '000-12-3456 and 123-00-4567 were never given out',
  'ping 127.0.0.1, 192.168.1.10 and 192.0.2.7',
  'version 1.2.3.4.5, and 999.1.1.1',
  'std::vector<int> and abc::def',
  'at 12:30:45:11 we met',
  'from 1999-2004 and 2010 - 2020, 1,000,000,000 people',
  'pi is 3.14159265358979',
  'ISBN 978-3-16-148410-0',
  '1 2 3 4 5 6 7 8 9 10',
  '@handle, a@b, 5 @ 3.50',
  '',
])('finds nothing: %s', async (text) => {
  expect(await findPersonalData(text)).toEqual([]);
});

test('property: text of letters and small numbers holds none', async () => {
  const word = fc.oneof(fc.stringMatching(/^[a-zA-Z]{1,10}$/), fc.integer({ min: 0, max: 999 }).map(String));
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 30 }), async (words) => {
      // Commas part the numbers, as in lists and sums.
      expect(await findPersonalData(words.join(', '))).toEqual([]);
    }),
    { seed: 1 },
  );
});

test('property: an address in the midst of any text is found', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (before, after) => {
      expect(await findPersonalData(`${before} jane.doe@example.com ${after}`)).toContain('email');
    }),
    { seed: 2 },
  );
});

test('a number far into a long text is found, wherever it stands', async () => {
  for (const filler of ['lorem ipsum ', '电话', '1, 2, 3, '] as const) {
    for (let place = 960; place <= 1020; place += 3) {
      const before = filler.repeat(600).slice(0, place);
      expect(await findPersonalData(`${before} call (415) 555-2671 today ${filler.repeat(100)}`), `${filler} ${place}`).toEqual(['phone number']);
    }
  }
  expect(await findPersonalData('lorem 12 ipsum '.repeat(200))).toEqual([]);
});

test('others get their turn while a text full of numbers is looked at', async () => {
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  expect(await findPersonalData('123456 12 '.repeat(1_000))).toEqual([]);
  clearImmediate(next);
  expect(turns).toBeGreaterThan(4);
});
