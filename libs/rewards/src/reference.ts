import { z } from 'zod';
import { defineReward } from './define.ts';

/**
 * A verifiable reward (Lambert et al. 2024, arXiv 2411.15124, section 6): 1 for an answer that agrees with the
 * prompt's reference, else 0. What is compared is made alike first: case, white space, marks at the ends.
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
  score: (answers, { options: { match } }) => answers.map(({ text, reference }) => (reference === undefined ? null : Number(agrees[match](text, reference)))),
});

const agrees: Record<'number' | 'exact' | 'contains', (answer: string, reference: string) => boolean> = {
  number(answer, reference) {
    const [found, wanted] = [lastNumber(answer), lastNumber(reference)];
    return found !== undefined && found === wanted;
  },
  exact: (answer, reference) => plain(answer) === plain(reference),
  contains: (answer, reference) => ` ${words(answer)} `.includes(` ${words(reference)} `),
};

/** The last number of a text: 1,234.50 is 1234.5; so is what stands behind GSM8K's ####, which is its last. */
function lastNumber(text: string): number | undefined {
  const found = text.match(/(?:(?<![\p{L}\p{N}])-)?\d+(?:,\d{3})*(?:\.\d+)?/gu)?.at(-1);
  return found === undefined ? undefined : Number(found.replaceAll(',', ''));
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/g, ' ').replace(/^\p{P}+|\p{P}+$/gu, '').trim();
}

/** Words alone, one blank between them. */
function words(text: string): string {
  return text.normalize('NFKC').toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu)?.join(' ') ?? '';
}
