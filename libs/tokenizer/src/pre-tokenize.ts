/**
 * GPT-2's split of a text into words (openai/gpt-2, encoder.py); merges never cross a border.
 * White_Space is what `\s` means there and to Hugging Face; JavaScript's has U+FEFF too, and lacks U+0085.
 */
const words = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

export function preTokenize(text: string): string[] {
  return text.match(words) ?? [];
}

/** A text that is looked for in others, and what of its surroundings counts (see AddedToken). */
export interface Needle {
  readonly content: string;
  readonly singleWord?: boolean;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
}

/** Needles laid out for `cut`. */
export interface Needles {
  /** Finds any of them, the longest first. */
  readonly pattern: RegExp;
  readonly byContent: ReadonlyMap<string, Needle>;
}

/** undefined when there is none. */
export function needlesOf(needles: Iterable<Needle>): Needles | undefined {
  const byContent = new Map([...needles].map((needle) => [needle.content, needle]));
  if (byContent.size === 0) return undefined;
  const sorted = [...byContent.keys()].toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return { pattern: new RegExp(sorted.map((content) => RegExp.escape(content)).join('|'), 'gu'), byContent };
}

const wordAtEnd = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const wordAtStart = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const spaceAtStart = /^\p{White_Space}*/u;
const space = /\p{White_Space}/u;

/** Looks at the one character, of one or two units, on either side. */
function standsAlone(text: string, from: number, to: number): boolean {
  return !wordAtEnd.test(text.slice(Math.max(0, from - 2), from)) && !wordAtStart.test(text.slice(to, to + 2));
}

/** From the end: a pattern for it would look at every run of white space in the text. */
function withoutSpaceAtEnd(text: string): string {
  let end = text.length;
  while (end > 0 && space.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/**
 * Cuts a text at the needles in it: plain pieces, and needles by their content, in order. White space that a needle
 * takes along is in no piece. As Hugging Face's library does it (tokenizers, added_vocabulary.rs).
 */
export function* cut(text: string, needles: Needles | undefined): Generator<{ text: string; match: boolean }> {
  let from = 0;
  if (needles !== undefined) {
    for (const { 0: content, index } of text.matchAll(needles.pattern)) {
      const { singleWord, lstrip, rstrip } = needles.byContent.get(content) ?? {};
      const end = index + content.length;
      // One that begins in white space that the one before took along is gone with it.
      if (index < from || (singleWord === true && !standsAlone(text, index, end))) continue;
      const before = lstrip === true ? withoutSpaceAtEnd(text.slice(from, index)) : text.slice(from, index);
      if (before !== '') yield { text: before, match: false };
      yield { text: content, match: true };
      from = rstrip === true ? end + (spaceAtStart.exec(text.slice(end))?.[0].length ?? 0) : end;
    }
  }
  if (from < text.length) yield { text: text.slice(from), match: false };
}
