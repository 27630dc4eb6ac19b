import { alphabet, charOfByte } from './byte-table.ts';
import { pairKey } from './bpe.ts';
import { chatTokens, defaultChatTemplate } from './chat-template.ts';
import { Heap } from './heap.ts';
import { anyOf, cut, preTokenize } from './pre-tokenize.ts';
import { Tokenizer } from './tokenizer.ts';

export interface TrainTokenizerOptions {
  /** Special tokens, the 256 bytes and merges together; fewer when the texts have no pair left that occurs twice. */
  vocabSize: number;
  /** Get the first ids, in this order. Default: minchat's chat tokens, `<|endoftext|>` being 0. */
  specialTokens?: readonly string[];
}

interface Word {
  ids: number[];
  count: number;
}

interface Candidate {
  key: number;
  left: number;
  right: number;
  count: number;
}

const utf8 = new TextEncoder();

/**
 * Learns byte-level BPE merges (Sennrich et al. 2016, arXiv 1508.07909; bytes as in GPT-2): again and
 * again the pair of neighbours that occurs most often becomes one token; of pairs that occur equally
 * often, the one with the smallest ids. The same texts give the same tokenizer in any order.
 *
 * Pair counts are kept up to date word by word, so that a merge costs only the words it changes.
 */
export function trainTokenizer(texts: Iterable<string>, options: TrainTokenizerOptions): Tokenizer {
  const specialTokens = options.specialTokens ?? chatTokens;
  const tokens = [...specialTokens, ...alphabet];
  if (options.vocabSize < tokens.length) {
    throw new RangeError(`vocabSize: expected at least ${tokens.length} (special tokens and bytes), found ${options.vocabSize}`);
  }
  const words = countWords(texts, anyOf(specialTokens), new Map(tokens.map((token, id) => [token, id])));
  const pairs = new PairCounts(words);
  const merges: [string, string][] = [];
  while (tokens.length < options.vocabSize) {
    const best = pairs.takeBest();
    if (best === undefined) break;
    const [left, right] = [tokens[best.left] as string, tokens[best.right] as string];
    merges.push([left, right]);
    pairs.merge(best, tokens.length);
    tokens.push(left + right);
  }
  return new Tokenizer({
    vocab: new Map(tokens.map((token, id) => [token, id])),
    merges,
    added: specialTokens.map((content, id) => ({ id, content, special: true })),
    eosToken: specialTokens[0] ?? '<|endoftext|>',
    bosToken: specialTokens[0] ?? '<|endoftext|>',
    chatTemplate: chatTokens.every((token) => specialTokens.includes(token)) ? defaultChatTemplate : undefined,
  });
}

/** The words of the texts with how often they occur, sorted, so that the order of the texts is nothing. */
function countWords(texts: Iterable<string>, special: RegExp | undefined, idOf: ReadonlyMap<string, number>): Word[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const piece of cut(text, special)) {
      if (piece.match) continue;
      for (const word of preTokenize(piece.text)) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, count]) => ({ ids: Array.from(utf8.encode(word), (byte) => idOf.get(charOfByte[byte] as string) as number), count }));
}

/** How often each pair of neighbours occurs, and in which words. */
class PairCounts {
  private readonly words: Word[];
  private readonly counts = new Map<number, number>();
  private readonly places = new Map<number, Set<Word>>();
  /** Candidates with the count they had when pushed; one whose count has changed since is out of date. */
  private readonly heap = new Heap<Candidate>((a, b) => a.count > b.count || (a.count === b.count && a.key < b.key));

  constructor(words: Word[]) {
    this.words = words;
    const seen = new Map<number, Candidate>();
    for (const word of this.words) this.add(word, 1, seen);
    this.offer(seen);
  }

  /** The most frequent pair, if it occurs at least twice. */
  takeBest(): Candidate | undefined {
    for (let best = this.heap.pop(); best !== undefined; best = this.heap.pop()) {
      if (best.count === this.counts.get(best.key)) return best.count >= 2 ? best : undefined;
    }
    return undefined;
  }

  /** Replaces a pair by a new id in every word that has it. */
  merge({ key, left, right }: Candidate, id: number): void {
    const changed = new Map<number, Candidate>();
    for (const word of this.places.get(key) ?? []) {
      if (!hasPair(word.ids, left, right)) continue;
      this.add(word, -1, changed);
      word.ids = replacePair(word.ids, left, right, id);
      this.add(word, 1, changed);
    }
    this.places.delete(key);
    this.offer(changed);
  }

  private add(word: Word, sign: 1 | -1, changed: Map<number, Candidate>): void {
    const { ids, count } = word;
    for (let i = 0; i + 1 < ids.length; i += 1) {
      const left = ids[i] as number;
      const right = ids[i + 1] as number;
      const key = pairKey(left, right);
      this.counts.set(key, (this.counts.get(key) ?? 0) + sign * count);
      changed.set(key, { key, left, right, count: 0 });
      if (sign > 0) {
        const places = this.places.get(key);
        if (places === undefined) this.places.set(key, new Set([word]));
        else places.add(word);
      }
    }
  }

  private offer(changed: ReadonlyMap<number, Candidate>): void {
    for (const candidate of changed.values()) {
      const count = this.counts.get(candidate.key) ?? 0;
      if (count > 0) this.heap.push({ ...candidate, count });
      else this.counts.delete(candidate.key);
    }
  }
}

function hasPair(ids: readonly number[], left: number, right: number): boolean {
  return ids.some((id, i) => id === left && ids[i + 1] === right);
}

function replacePair(ids: readonly number[], left: number, right: number, id: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < ids.length; i += 1) {
    if (ids[i] === left && ids[i + 1] === right) {
      out.push(id);
      i += 1;
    } else out.push(ids[i] as number);
  }
  return out;
}
