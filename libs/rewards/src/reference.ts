import { z } from 'zod';
import { defineReward } from './define.ts';

/**
 * A verifiable reward (Lambert et al. 2024, arXiv 2411.15124, section 6): 1 for an answer that agrees with the
 * prompt's reference, else 0; null where that has nothing to compare. Case, white space and marks at the ends are made alike first.
 */
export default defineReward({
  name: 'reference',
  description: 'Whether an answer agrees with the reference of its prompt.',
  options: z.strictObject({
    /**
     * `number`: the last number of the answer is the last one of the reference, as GSM8K is scored; `exact`: the
     * whole answer is the reference; `contains`: the reference stands in it, as whole words.
     */
    match: z.enum(['number', 'exact', 'contains']).default('number'),
  }),
  score: (answers, { options: { match } }) =>
    answers.map(({ text, reference = '' }) => {
      const wanted = readings[match](reference);
      if (wanted === undefined) return null;
      const found = readings[match](text);
      return Number(match === 'contains' ? ` ${found ?? ''} `.includes(` ${wanted} `) : found === wanted);
    }),
});

/** What of a text is compared; undefined where there is nothing of it. */
const readings: Record<'number' | 'exact' | 'contains', (text: string) => string | number | undefined> = { number: lastNumber, exact: plain, contains: words };

/** The last number of a text: 1,234.50 is 1234.5, and -$2 is -2; so is what stands behind GSM8K's ####, which is its last. */
function lastNumber(text: string): number | undefined {
  const found = numbersAlike(text).match(/(?:(?<![\p{L}\p{N}])-\p{Sc}?)?(?:\d+(?:\.\d+)?|(?<![\p{N}.])\.\d+)/gu)?.at(-1);
  return found === undefined ? undefined : Number(found.replace(/\p{Sc}/u, ''));
}

function plain(text: string): string | undefined {
  // A sign, and the point of a fraction, are no marks.
  const found = alike(text).replaceAll(/\s+/g, ' ').replace(/^(?:(?!-?\.?\d)[\p{P}\s])+|[\p{P}\s]+$/gu, '');
  return found === '' ? undefined : found;
}

/** Words alone, one blank between them. Each character of a script that divides no words is one. */
function words(text: string): string | undefined {
  return alike(text).match(word)?.join(' ');
}

const undivided = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar'].map((script) => `\\p{Script=${script}}`).join('');
const letters = `[[\\p{L}\\p{M}\\p{N}]--[${undivided}]]+`;
/** Such a character, or letters and digits; of a number its sign and its fraction, too. */
const word = new RegExp(`[${undivided}]|(?:(?<![\\p{L}\\p{N}])-(?=\\d))?${letters}(?:(?<=\\d)\\.(?=\\d)${letters})*`, 'gv');

function alike(text: string): string {
  return numbersAlike(text.normalize('NFKC').toLowerCase());
}

/** With the sign of a keyboard, and without commas between thousands. */
function numbersAlike(text: string): string {
  return text.replaceAll('−', '-').replaceAll(/(?<=\d),(?=\d{3}(?!\d))/g, '');
}
