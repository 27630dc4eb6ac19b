import { MinchatError } from '@minchat/errors';
import { z } from 'zod';
import { toRegExp } from './regex.ts';
import { oneOf } from './schema.ts';

// How a text is split into words, which merges never cross the borders of: tokenizer.json's pre_tokenizer.

/**
 * GPT-2's words (openai/gpt-2, encoder.py). White_Space is what `\s` means there and to Hugging Face; JavaScript's has
 * U+FEFF too, and lacks U+0085.
 */
const gpt2Words = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** The step that spells bytes as GPT-2 does; in other places of tokenizer.json, too. */
export const byteLevel = z.object({ type: z.literal('ByteLevel'), add_prefix_space: z.boolean().default(true), trim_offsets: z.boolean().default(true), use_regex: z.boolean().default(true) });
const split = z.object({
  type: z.literal('Split'),
  pattern: z.union([z.object({ Regex: z.string() }), z.object({ String: z.string() })]),
  behavior: z.literal('Isolated'),
  invert: z.literal(false),
});
const digits = z.object({ type: z.literal('Digits'), individual_digits: z.boolean().default(false) });
/** SentencePiece's words: spaces are ▁, and one stands before a text. */
const metaspace = z.object({
  type: z.literal('Metaspace'),
  replacement: z.string().length(1),
  prepend_scheme: z.enum(['first', 'never', 'always']).default('always'),
  split: z.boolean().default(true),
});
const step = oneOf([byteLevel, split, digits, metaspace]);

/** What a text is split by, as in tokenizer.json. */
export const preTokenizerSchema = oneOf([...step.options, z.object({ type: z.literal('Sequence'), pretokenizers: z.array(step) })]);
export type PreTokenizer = z.output<typeof preTokenizerSchema>;
export type Step = z.output<typeof step>;

/** GPT-2's pre-tokenizer. */
export function byteLevelWords(addPrefixSpace: boolean): Extract<Step, { type: 'ByteLevel' }> {
  return { type: 'ByteLevel', add_prefix_space: addPrefixSpace, trim_offsets: true, use_regex: true };
}

/**
 * Where a piece stands: first in its text, behind an added token, or behind text that it goes on from. Some tokenizers
 * put a space before the first only, some before all but those that go on.
 */
export type Start = 'first' | 'anew' | 'goes on';

/** Splits pieces of text further. */
type Splitting = (pieces: string[], start: Start) => string[];

/** Words of a text, and whether their bytes are spelled as GPT-2 does before they are looked up. */
export interface Words {
  readonly of: (text: string, start: Start) => string[];
  readonly spellsBytes: boolean;
}

/** Throws MC_TOKENIZER_INVALID for a pattern that has no counterpart here, and for steps in an order that is none. */
export function wordsOf(preTokenizer: PreTokenizer | null): Words {
  if (preTokenizer === null) return { of: (text) => [text], spellsBytes: false };
  const steps = preTokenizer.type === 'Sequence' ? preTokenizer.pretokenizers : [preTokenizer];
  const bytesAt = steps.findIndex(({ type }) => type === 'ByteLevel');
  if (bytesAt >= 0 && bytesAt !== steps.length - 1) {
    throw new MinchatError('MC_TOKENIZER_INVALID', 'pre_tokenizer: expected ByteLevel to be the last step, found one behind it');
  }
  const splittings = steps.map(splittingOf);
  return {
    of: (text, start) => splittings.reduce((pieces, splitting) => splitting(pieces, start), [text]),
    spellsBytes: bytesAt >= 0,
  };
}

function splittingOf(part: Step): Splitting {
  switch (part.type) {
    case 'ByteLevel': {
      const words = part.use_regex ? isolating(gpt2Words) : (pieces: string[]) => pieces;
      if (!part.add_prefix_space) return words;
      return (pieces, start) => words(pieces.map((piece, i) => (piece.startsWith(' ') || (i === 0 && start === 'goes on') ? piece : ` ${piece}`)));
    }
    case 'Split':
      return isolating('Regex' in part.pattern ? toRegExp(part.pattern.Regex) : new RegExp(RegExp.escape(part.pattern.String), 'gu'));
    case 'Metaspace': {
      const { replacement, prepend_scheme: scheme } = part;
      const space = RegExp.escape(replacement);
      const words = part.split ? isolating(new RegExp(`${space}[^${space}]*|[^${space}]+`, 'gu')) : (pieces: string[]) => pieces;
      return (pieces, start) => words(pieces.map((piece, i) => {
        const written = piece.replaceAll(' ', replacement);
        const at = i === 0 ? start : 'anew';
        const prepended = scheme === 'always' ? at !== 'goes on' : scheme === 'first' && at === 'first';
        return prepended && !written.startsWith(replacement) ? replacement + written : written;
      }));
    }
    case 'Digits':
      return isolating(part.individual_digits ? /\p{N}|\P{N}+/gu : /\p{N}+|\P{N}+/gu);
  }
}

/** Cuts at both ends of what a pattern finds; what stands between is a piece, too. */
function isolating(pattern: RegExp): (pieces: string[]) => string[] {
  return (pieces) => (pieces.length === 1 ? isolated(pieces[0] as string, pattern) : pieces.flatMap((piece) => isolated(piece, pattern)));
}

function isolated(text: string, pattern: RegExp): string[] {
  const found: string[] = text.match(pattern) ?? [];
  // Most patterns find all of a text, and this is the fast way to see that they did.
  if (found.reduce((sum, { length }) => sum + length, 0) === text.length && !found.includes('')) return found;
  const pieces: string[] = [];
  let from = 0;
  for (const { 0: match, index } of text.matchAll(pattern)) {
    pieces.push(text.slice(from, index), match);
    from = index + match.length;
  }
  pieces.push(text.slice(from));
  return pieces.filter((piece) => piece !== '');
}
