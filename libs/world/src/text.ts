/** The words of a text: letters and digits, lower case. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9]+/gu) ?? [];
}

/** The sentences of a text, each as its words; what has no word is none. */
export function sentencesOf(text: string): string[][] {
  return text.split(/[.!?]+/u).map(wordsOf).filter((words) => words.length > 0);
}

/** Fills `{name}` slots. */
export function fill(template: string, slots: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/gu, (_, name: string) => {
    const value = slots[name];
    if (value === undefined) throw new RangeError(`no value for {${name}} in ${JSON.stringify(template)}`);
    return value;
  });
}

/** Writes `an` before a vowel; single letters are left alone, they may be spelled. */
export function withArticles(text: string): string {
  return text.replace(/\ba (?=[aeiou]\w)/gu, 'an ');
}

/**
 * How alike two sentences are, 0 to 1: the mean of the F1 of their words and of their pairs of
 * neighbours, so that the right words in a wrong order are only half right.
 */
export function likeness(a: readonly string[], b: readonly string[]): number {
  const pairs = (words: readonly string[]): string[] => ['^', ...words].map((word, i) => `${word} ${words[i] ?? '$'}`);
  return (f1(a, b) + f1(pairs(a), pairs(b))) / 2;
}

function f1(a: readonly string[], b: readonly string[]): number {
  const left = new Map<string, number>();
  for (const item of a) left.set(item, (left.get(item) ?? 0) + 1);
  let common = 0;
  for (const item of b) {
    const count = left.get(item) ?? 0;
    if (count > 0) common += 1;
    left.set(item, count - 1);
  }
  return a.length + b.length === 0 ? 1 : (2 * common) / (a.length + b.length);
}
