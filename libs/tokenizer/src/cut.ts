/** A text that is looked for in others, and what of its surroundings counts (see AddedToken). */
export interface Needle {
  readonly content: string;
  readonly singleWord?: boolean;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
}

/** Needles laid out for `cut`. */
export interface Needles<T extends Needle = Needle> {
  /** Finds any of them, the longest first. */
  readonly pattern: RegExp;
  readonly bySpelling: ReadonlyMap<string, T>;
}

/** undefined when there is none. `spell` says how a needle is written in the texts, if not as its content is. */
export function needlesOf<T extends Needle>(needles: Iterable<T>, spell = ({ content }: T): string => content): Needles<T> | undefined {
  const bySpelling = new Map(Array.from(needles, (needle) => [spell(needle), needle]));
  if (bySpelling.size === 0) return undefined;
  const sorted = [...bySpelling.keys()].toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return { pattern: new RegExp(sorted.map((spelling) => RegExp.escape(spelling)).join('|'), 'gu'), bySpelling };
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

/** A piece of a text: what was found, or what stands around it. */
export interface Piece<T extends Needle> {
  readonly text: string;
  readonly needle?: T | undefined;
}

/**
 * Cuts a text at the needles in it: plain pieces, and needles as they are spelled, in order. White space that a needle
 * takes along is in no piece. As Hugging Face's library does it (tokenizers, added_vocabulary.rs).
 */
export function* cut<T extends Needle>(text: string, needles: Needles<T> | undefined): Generator<Piece<T>> {
  let from = 0;
  if (needles !== undefined) {
    for (const { 0: spelling, index } of text.matchAll(needles.pattern)) {
      const needle = needles.bySpelling.get(spelling);
      const end = index + spelling.length;
      // One that begins in white space that the one before took along is gone with it.
      if (index < from || (needle?.singleWord === true && !standsAlone(text, index, end))) continue;
      const before = needle?.lstrip === true ? withoutSpaceAtEnd(text.slice(from, index)) : text.slice(from, index);
      if (before !== '') yield { text: before };
      yield { text: spelling, needle };
      from = needle?.rstrip === true ? end + (spaceAtStart.exec(text.slice(end))?.[0].length ?? 0) : end;
    }
  }
  if (from < text.length) yield { text: text.slice(from) };
}
