/** Cutting texts into tokens holds up the answers beside it for so long; a text begun is cut to its end. */
export const cuttingMs = 5;

/** Texts of one forward pass at most. */
const textsTogether = 32;

/** Positions of one pass at most, padding included, unless a single text has more: a pass holds up the answers beside it for no longer than a prompt does that joins them. */
const positionsTogether = 1024;

/** Cuts texts, in their order, into those of one forward pass each. */
export function* passesOf<T>(texts: readonly T[], lengthOf: (text: T) => number, most = Infinity): Generator<T[], void, undefined> {
  let pass: T[] = [];
  let longest = 0;
  for (const text of texts) {
    const length = Math.max(longest, lengthOf(text));
    if (pass.length >= Math.min(most, textsTogether) || (pass.length > 0 && length * (pass.length + 1) > positionsTogether)) {
      yield pass;
      pass = [];
    }
    longest = pass.length === 0 ? lengthOf(text) : length;
    pass.push(text);
  }
  if (pass.length > 0) yield pass;
}

/** What `cut` makes of each text, with a yield whenever others should have their turn. */
export function* cutInTurns<T, R>(texts: readonly T[], cut: (text: T, index: number) => R): Generator<undefined, R[], undefined> {
  const all: R[] = [];
  let began = performance.now();
  for (const [index, text] of texts.entries()) {
    if (performance.now() - began > cuttingMs) {
      yield;
      began = performance.now();
    }
    all.push(cut(text, index));
  }
  return all;
}
