import { alphabet, charOfByte } from './byte-table.ts';
import { pairKey } from './bpe.ts';
import { chatTokens, defaultChatTemplate } from './chat-template.ts';
import { Heap } from './heap.ts';
import { cut, needlesOf, type Needles } from './cut.ts';
import { gpt2Pipeline } from './pipeline.ts';
import { wordsOf } from './pre-tokenize.ts';
import { Tokenizer } from './tokenizer.ts';

export interface TrainTokenizerOptions {
  /** Special tokens, the 256 bytes and merges together; fewer when the texts have no pair left that occurs twice. */
  vocabSize: number;
  /** Get the first ids, in this order. Default: minchat's chat tokens, `<|endoftext|>` being 0. */
  specialTokens?: readonly string[];
}

interface Word {
  readonly ids: readonly number[];
  readonly count: number;
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
 * Pair counts are kept up to date place by place, so that a merge costs only the places it changes.
 */
export function trainTokenizer(texts: Iterable<string>, options: TrainTokenizerOptions): Tokenizer {
  const specialTokens = options.specialTokens ?? ['<|endoftext|>', ...chatTokens];
  const tokens = [...specialTokens, ...alphabet];
  if (options.vocabSize < tokens.length) {
    throw new RangeError(`vocabSize: expected at least ${tokens.length} (special tokens and bytes), found ${options.vocabSize}`);
  }
  const words = countWords(texts, needlesOf(specialTokens.map((content) => ({ content }))), new Map(tokens.map((token, id) => [token, id])));
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
function countWords(texts: Iterable<string>, special: Needles | undefined, idOf: ReadonlyMap<string, number>): Word[] {
  const counts = new Map<string, number>();
  const words = wordsOf(gpt2Pipeline().pre_tokenizer);
  for (const text of texts) {
    for (const piece of cut(text, special)) {
      if (piece.needle !== undefined) continue;
      for (const word of words.of(piece.text, 'first')) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, count]) => ({ ids: Array.from(utf8.encode(word), (byte) => idOf.get(charOfByte[byte] as string) as number), count }));
}

/**
 * How often each pair of neighbours occurs, and where. All words stand in one row, linked as they are merged, so that a
 * merge costs only the places it changes, however long a word is.
 */
class PairCounts {
  /** By place; -1 where a merge took it into the place before. */
  private readonly id: Int32Array;
  /** Of the same word; -1 at its ends. */
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  /** How often the place's word occurs. */
  private readonly weight: Float64Array;
  private readonly counts = new Map<number, number>();
  /** In ascending order; some are out of date. */
  private readonly places = new Map<number, number[]>();
  /** Candidates with the count they had when pushed; one whose count has changed since is out of date. */
  private readonly heap = new Heap<Candidate>((a, b) => a.count > b.count || (a.count === b.count && a.key < b.key));

  constructor(words: readonly Word[]) {
    const size = words.reduce((sum, { ids }) => sum + ids.length, 0);
    this.id = new Int32Array(size);
    this.next = new Int32Array(size).fill(-1);
    this.previous = new Int32Array(size).fill(-1);
    this.weight = new Float64Array(size);
    let at = 0;
    for (const { ids, count } of words) {
      for (const [i, id] of ids.entries()) {
        this.id[at] = id;
        this.weight[at] = count;
        if (i > 0) {
          this.previous[at] = at - 1;
          this.next[at - 1] = at;
        }
        at += 1;
      }
    }
    const seen = new Map<number, Candidate>();
    for (let place = 0; place < size; place += 1) this.add(place, 1, seen);
    this.offer(seen);
  }

  /** The most frequent pair, if it occurs at least twice. */
  takeBest(): Candidate | undefined {
    for (let best = this.heap.pop(); best !== undefined; best = this.heap.pop()) {
      if (best.count === this.counts.get(best.key)) return best.count >= 2 ? best : undefined;
    }
    return undefined;
  }

  /** Replaces a pair by a new id wherever it is, from left to right. */
  merge({ key, left, right }: Candidate, id: number): void {
    const changed = new Map<number, Candidate>();
    for (const at of this.places.get(key) ?? []) {
      const to = this.next[at] as number;
      if (this.id[at] !== left || to < 0 || this.id[to] !== right) continue;
      const before = this.previous[at] as number;
      const after = this.next[to] as number;
      for (const place of [before, at, to]) this.add(place, -1, changed);
      this.id[at] = id;
      this.id[to] = -1;
      this.next[at] = after;
      if (after >= 0) this.previous[after] = at;
      for (const place of [before, at]) this.add(place, 1, changed);
    }
    this.places.delete(key);
    this.offer(changed);
  }

  /** Counts the pair that begins at a place, if one does, or takes it back. */
  private add(at: number, sign: 1 | -1, changed: Map<number, Candidate>): void {
    const to = at < 0 ? -1 : (this.next[at] as number);
    if (to < 0) return;
    const left = this.id[at] as number;
    const right = this.id[to] as number;
    const key = pairKey(left, right);
    this.counts.set(key, (this.counts.get(key) ?? 0) + sign * (this.weight[at] as number));
    changed.set(key, { key, left, right, count: 0 });
    if (sign < 0) return;
    const places = this.places.get(key);
    if (places === undefined) this.places.set(key, [at]);
    else places.push(at);
  }

  private offer(changed: ReadonlyMap<number, Candidate>): void {
    for (const candidate of changed.values()) {
      const count = this.counts.get(candidate.key) ?? 0;
      if (count > 0) this.heap.push({ ...candidate, count });
      else this.counts.delete(candidate.key);
    }
  }
}
