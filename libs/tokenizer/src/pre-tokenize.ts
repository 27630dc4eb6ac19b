/**
 * GPT-2's split of a text into words (openai/gpt-2, encoder.py); merges never cross a border.
 * White_Space is what `\s` means there and to Hugging Face; JavaScript's has U+FEFF too, and lacks U+0085.
 */
const words = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

export function preTokenize(text: string): string[] {
  return text.match(words) ?? [];
}

/** A pattern that finds any of the given strings, the longest first; undefined when there is none. */
export function anyOf(strings: Iterable<string>): RegExp | undefined {
  const sorted = [...strings].toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1));
  if (sorted.length === 0) return undefined;
  return new RegExp(sorted.map((s) => RegExp.escape(s)).join('|'), 'gu');
}

/** Cuts a text at the matches of a pattern: plain pieces and matches in order. */
export function* cut(text: string, pattern: RegExp | undefined): Generator<{ text: string; match: boolean }> {
  let from = 0;
  if (pattern !== undefined) {
    for (const found of text.matchAll(pattern)) {
      if (found.index > from) yield { text: text.slice(from, found.index), match: false };
      yield { text: found[0], match: true };
      from = found.index + found[0].length;
    }
  }
  if (from < text.length) yield { text: text.slice(from), match: false };
}
