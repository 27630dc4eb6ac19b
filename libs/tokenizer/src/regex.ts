import { MinchatError } from '@minchat/errors';

// The patterns of tokenizer.json are Oniguruma's, which Hugging Face's library runs. JavaScript's differ in what white
// space is (theirs is Unicode's: U+0085, not U+FEFF), know no possessive quantifiers, and refuse needless escapes.

/** What is read as one. Every character is in some lexeme. */
const lexemes = /\\[pP]\{\^?\w+\}|\\x\{\p{AHex}+\}|\\u\p{AHex}{4}|\\.|\(\?(?:<?[=!]|[:>]|i:)|\[\^?|[?*+][?+]?|\{\d+(?:,\d*)?\}|./gsu;

/** Escapes that stand for characters of a kind, and those that are JavaScript's too. */
const escapes: Readonly<Record<string, string>> = {
  '\\s': '\\p{White_Space}', '\\S': '\\P{White_Space}', '\\d': '\\p{Nd}', '\\D': '\\P{Nd}',
  '\\n': '\\n', '\\r': '\\r', '\\t': '\\t', '\\f': '\\f', '\\v': '\\v',
};

/**
 * A pattern of Oniguruma as one of JavaScript (flags `gu`) that finds the same.
 * Throws MC_TOKENIZER_INVALID that names what has no counterpart here.
 */
export function toRegExp(source: string): RegExp {
  const refuse = (what: string, cause?: unknown): MinchatError =>
    new MinchatError('MC_TOKENIZER_INVALID', `pattern ${JSON.stringify(source)}: ${what}`, { cause });
  /** What is written so far, and where in it the last atom begins, which a quantifier is of; -1 where none can stand. */
  const out: string[] = [];
  let atom = -1;
  const groups: { start: number; atomic: boolean }[] = [];
  let set: string | undefined;
  let atomics = 0;

  const literal = (lexeme: string): string => {
    const escaped = escapes[lexeme];
    if (escaped !== undefined) return escaped;
    if (/^\\[pP]\{\^/u.test(lexeme)) return `${lexeme.startsWith('\\p') ? '\\P' : '\\p'}{${lexeme.slice(4)}`;
    if (/^\\[pP]\{/u.test(lexeme) || /^\\u./u.test(lexeme)) return lexeme;
    if (lexeme.startsWith('\\x{')) return `\\u${lexeme.slice(2)}`;
    if (/^\\\w/u.test(lexeme)) throw refuse(`expected escapes that are known here, found ${lexeme}`);
    return RegExp.escape(lexeme.startsWith('\\') ? lexeme.slice(1) : lexeme);
  };
  const push = (text: string): void => {
    atom = out.length;
    out.push(text);
  };
  /** What is matched as from `start` on, and never given back: a lookahead takes its first match only. */
  const keep = (start: number): void => {
    const text = out.splice(start).join('');
    push(`(?:(?=(?<atomic${(atomics += 1)}>${text}))\\k<atomic${atomics}>)`);
  };

  for (const [lexeme] of source.matchAll(lexemes)) {
    if (set !== undefined) {
      if (lexeme.startsWith('[') || (lexeme === '&' && set.endsWith('&'))) throw refuse(`expected a plain set of characters, found ${lexeme} in one`);
      if (lexeme === ']') {
        if (/^\[\^?$/u.test(set)) throw refuse('expected a set of characters, found an empty one');
        push(`${set}]`);
        set = undefined;
      } else {
        set += lexeme.startsWith('\\') ? literal(lexeme) : lexeme;
      }
    } else if (lexeme.startsWith('[')) {
      set = lexeme;
    } else if (lexeme.startsWith('(')) {
      groups.push({ start: out.length, atomic: lexeme === '(?>' });
      out.push(lexeme === '(' || lexeme === '(?>' ? '(?:' : lexeme);
      atom = -1;
    } else if (lexeme === ')') {
      const group = groups.pop();
      if (group === undefined) throw refuse('expected a ( for each ), found none');
      out.push(')');
      if (group.atomic) keep(group.start);
      atom = group.start;
    } else if (/^(?:[?*+]|\{\d)/u.test(lexeme)) {
      if (atom < 0) throw refuse(`expected something to repeat, found ${lexeme}`);
      out.push(/^[?*+]\+$/u.test(lexeme) ? lexeme.charAt(0) : lexeme);
      if (/^[?*+]\+$/u.test(lexeme)) keep(atom);
      // A quantifier of a quantifier means another thing in either.
      atom = -1;
    } else if (lexeme === '|') {
      out.push('|');
      atom = -1;
    } else if (lexeme === '^' || lexeme === '$') {
      throw refuse(`expected no ${lexeme}: it finds ends of lines, which are others there`);
    } else {
      push(lexeme === '.' ? '[^\\n]' : literal(lexeme));
    }
  }
  try {
    return new RegExp(out.join(''), 'gu');
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
