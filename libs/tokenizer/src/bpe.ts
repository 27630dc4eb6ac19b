import { Heap } from './heap.ts';

/** Two neighbouring ids as one number: exact, since ids are below 2^24. */
export function pairKey(left: number, right: number): number {
  return left * 0x1000000 + right;
}

/** Merges by pair: which come first, and what they make. */
export interface MergeTable {
  readonly ranks: ReadonlyMap<number, number>;
  /** By rank. */
  readonly merged: Int32Array;
}

interface Candidate {
  rank: number;
  at: number;
  left: number;
  right: number;
}

/**
 * Applies merges to the ids of one word: always the merge of lowest rank, the leftmost of equals.
 * A linked list under a heap of candidates: O(n log n), so that a megabyte without a space is no attack.
 */
export function applyMerges(ids: readonly number[], table: MergeTable): number[] {
  const { ranks, merged } = table;
  const id = Int32Array.from(ids);
  const next = Int32Array.from(ids, (_, i) => (i + 1 < ids.length ? i + 1 : -1));
  const previous = Int32Array.from(ids, (_, i) => i - 1);
  const heap = new Heap<Candidate>((a, b) => a.rank < b.rank || (a.rank === b.rank && a.at < b.at));
  const offer = (at: number): void => {
    const to = next[at] as number;
    if (to < 0) return;
    const left = id[at] as number;
    const right = id[to] as number;
    const rank = ranks.get(pairKey(left, right));
    if (rank !== undefined) heap.push({ rank, at, left, right });
  };
  for (let i = 0; i + 1 < ids.length; i += 1) offer(i);

  for (let best = heap.pop(); best !== undefined; best = heap.pop()) {
    const { at } = best;
    const to = next[at] as number;
    // A candidate is out of date when either side has been merged since; a removed node has id -1.
    if (id[at] !== best.left || to < 0 || id[to] !== best.right) continue;
    id[at] = merged[best.rank] as number;
    id[to] = -1;
    const after = next[to] as number;
    next[at] = after;
    if (after >= 0) previous[after] = at;
    const before = previous[at] as number;
    if (before >= 0) offer(before);
    offer(at);
  }
  return Array.from(id).filter((value) => value >= 0);
}
