import type { Normalizer } from './pipeline.ts';

/** What tokenizer.json's normalizer makes of a text; undefined where that is the text. */
export function normalizing(normalizer: Normalizer | null): ((text: string) => string) | undefined {
  return normalizer === null ? undefined : (text) => text.normalize('NFC');
}
