import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toRegExp } from './regex.ts';

const llama3 = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const anyText = fc.array(fc.constantFrom("'S", "'ll", "'", 'a', 'É', '日', '1', '２', '½', ' ', '  ', '\t', '\n', '\r', '\u0085', '\uFEFF', '\u3000', '!', '…', '😀', '\u0301'), { maxLength: 16 }).map((parts) => parts.join(''));

/** Llama 3's words, read off its pattern by hand, alternative by alternative. */
function slowWords(text: string): string[] {
  const chars = Array.from(text);
  const is = (kind: RegExp, at: number): boolean => at < chars.length && kind.test(chars[at] as string);
  const [letter, number, space, newline] = [/\p{L}/u, /\p{N}/u, /\p{White_Space}/u, /[\r\n]/u];
  const other = (at: number): boolean => at < chars.length && !is(letter, at) && !is(number, at) && !is(space, at);
  const run = (at: number, holds: (at: number) => boolean): number => {
    let end = at;
    while (holds(end)) end += 1;
    return end;
  };
  const endOfWord = (at: number): number => {
    const short = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].find((word) => chars.slice(at, at + word.length).join('').toLowerCase() === word);
    if (short !== undefined) return at + short.length;
    const first = !is(newline, at) && !is(letter, at) && !is(number, at) ? at + 1 : at;
    if (is(letter, first)) return run(first, (i) => is(letter, i));
    if (is(number, at)) return Math.min(at + 3, run(at, (i) => is(number, i)));
    const mark = chars[at] === ' ' && other(at + 1) ? at + 1 : at;
    if (other(mark)) return run(run(mark, other), (i) => is(newline, i));
    const end = run(at, (i) => is(space, i));
    const lastLine = chars.slice(at, end).findLastIndex((char) => newline.test(char));
    if (lastLine >= 0) return at + lastLine + 1;
    return end === chars.length || end - at === 1 ? end : end - 1;
  };
  const words: string[] = [];
  for (let at = 0, end = 0; at < chars.length; at = end) {
    end = endOfWord(at);
    words.push(chars.slice(at, end).join(''));
  }
  return words;
}

test('Llama 3\'s pattern finds what it says', () => {
  const pattern = toRegExp(llama3);
  fc.assert(fc.property(anyText, (text) => {
    expect(text.match(pattern) ?? []).toEqual(slowWords(text));
  }), { numRuns: 5000, seed: 3 });
});

test.each([
  // What was taken possessively is not given back.
  [String.raw`a++b|.`, 'aab', ['aab']],
  [String.raw`\p{L}*+a|\p{N}?+1|\p{N}{2}`, 'bca 1 22', ['22']],
  [String.raw`(?>a|ab)c|d`, 'abc ac d', ['ac', 'd']],
  [String.raw`(?>ab){2}`, 'ababab', ['abab']],
  // White space and digits are Unicode's.
  [String.raw`[^\s\d]+`, '\uFEFFa\u0085b٣c', ['\uFEFFa', 'b', 'c']],
  [String.raw`\S+|\D`, 'a\u0085\uFEFF', ['a', '\u0085', '\uFEFF']],
  // A full stop ends at a line feed only.
  ['.+', 'a\rb\u2028c\nd', ['a\rb\u2028c', 'd']],
  // Needless escapes, and characters that mean something here only.
  [String.raw`[!"#\-\/\\\]^_{}&|]+|\'|\x{1F600}|\u65e5|{`, `a/\\]^-\\'😀日{`, ['/\\]^-\\', "'", '😀', '日', '{']],
  [String.raw`\p{^L}+|(a)(?i:b)`, 'aB12ab', ['aB', '12', 'ab']],
  [String.raw`(?<=x)y|z(?=y)|w(?<!a)(?!b)`, 'xyzywbw', ['y', 'z', 'w']],
])('%s in %j', (source, text, found) => {
  expect(text.match(toRegExp(source)) ?? []).toEqual(found);
});

test.each([
  [String.raw`\bword`, String.raw`found \b`],
  ['^a', 'expected no ^'],
  ['a$', 'expected no $'],
  ['(?i)a', 'expected something to repeat, found ?'],
  ['(?<name>a)', 'expected something to repeat, found ?'],
  ['a{2}+', 'expected something to repeat, found +'],
  ['[[:alpha:]]', 'found [ in one'],
  ['[a&&b]', 'found & in one'],
  ['[]a]', 'an empty one'],
  ['a)', 'expected a ( for each )'],
  ['(a', 'Unterminated group'],
  [String.raw`\p{Nonsense}`, 'Invalid property name'],
  [String.raw`(a)\1`, String.raw`found \1`],
])('refuses %s by name', (source, message) => {
  expect(() => toRegExp(source)).toThrow(expect.objectContaining({ code: 'MC_TOKENIZER_INVALID', message: expect.stringContaining(message) as string }));
});
