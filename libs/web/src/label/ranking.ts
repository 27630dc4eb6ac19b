// A ranking as it is made: the answers in an order, some tied with the one above. Pure, so that
// every step can be undone.

export interface Ranking {
  /** Indices of the answers, best first. */
  order: readonly number[];
  /** Whether the answer in a place is as good as the one above it; the first never is. */
  tied: readonly boolean[];
}

export function newRanking(count: number): Ranking {
  return { order: Array.from({ length: count }, (_, i) => i), tied: Array.from({ length: count }, () => false) };
}

/** The ranking in which each answer has the rank that it was given: the reverse of `ranksByAnswer`. */
export function rankingBy(ranks: readonly number[]): Ranking {
  const order = ranks.map((_, answer) => answer).toSorted((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
  return { order, tied: order.map((answer, place) => place > 0 && ranks[answer] === ranks[order[place - 1] ?? 0]) };
}

/** Moves the answer in one place to another. It leaves its tie; those around it keep theirs. */
export function move({ order, tied }: Ranking, from: number, to: number): Ranking {
  const target = Math.max(0, Math.min(order.length - 1, to));
  if (target === from || order[from] === undefined) return { order, tied };
  const places = order.map((answer, i) => ({ answer, tied: tied[i] === true }));
  const [moved] = places.splice(from, 1);
  // Who was tied with the one that leaves is tied with the one above it only if that one was.
  const next = places[from];
  if (next !== undefined && next.tied && tied[from] !== true) next.tied = false;
  if (moved !== undefined) places.splice(target, 0, { answer: moved.answer, tied: false });
  return { order: places.map((place) => place.answer), tied: places.map((place, i) => i > 0 && place.tied) };
}

/** Ties the answer in a place with the one above, or parts them. */
export function toggleTie({ order, tied }: Ranking, place: number): Ranking {
  return place <= 0 || place >= order.length ? { order, tied } : { order, tied: tied.map((one, i) => (i === place ? !one : one)) };
}

/** The rank of each place: 0 is best, ties share one. */
export function ranksByPlace({ tied }: Ranking): number[] {
  let rank = -1;
  return tied.map((one) => (one ? rank : (rank += 1)));
}

/** The rank of each answer, in the order in which they were offered. */
export function ranksByAnswer(ranking: Ranking): number[] {
  const ranks: number[] = [];
  for (const [place, rank] of ranksByPlace(ranking).entries()) ranks[ranking.order[place] ?? 0] = rank;
  return ranks;
}
