import { z } from 'zod';
import type { Start } from './pre-tokenize.ts';
import { oneOf } from './schema.ts';

// What tokenizer.json makes of a text before it is split: its normalizer.

/** One character for another, as SentencePiece writes ▁ for a space. */
export const replaceSchema = z.object({
  type: z.literal('Replace'),
  pattern: z.object({ String: z.string().length(1) }),
  content: z.string().min(1),
});
const step = oneOf([z.object({ type: z.literal('NFC') }), z.object({ type: z.literal('Prepend'), prepend: z.string() }), replaceSchema]);
export const normalizerSchema = oneOf([...step.options, z.object({ type: z.literal('Sequence'), normalizers: z.array(step) })]);
export type Normalizer = z.output<typeof normalizerSchema>;

/** By how much a normalizer shortens a text at most, in UTF-8: the letters of a Korean syllable become one, or a ▁ a space. */
export const mostShortened = 3;

export type Normalizing = (text: string, start: Start) => string;

/** What a normalizer makes of a piece of text; undefined where that is the text. */
export function normalizing(normalizer: Normalizer | null): Normalizing | undefined {
  if (normalizer === null) return undefined;
  if (normalizer.type === 'Sequence') {
    const steps = normalizer.normalizers.map((part) => normalizing(part));
    return (text, start) => steps.reduce((normalized, part) => part?.(normalized, start) ?? normalized, text);
  }
  switch (normalizer.type) {
    case 'NFC':
      return (text) => text.normalize('NFC');
    case 'Prepend':
      return (text, start) => (text === '' || start === 'goes on' ? text : normalizer.prepend + text);
    case 'Replace':
      return (text) => text.replaceAll(normalizer.pattern.String, () => normalizer.content);
  }
}
