// How well rankings agree. Ranks are numbers of which only the order counts; equal ones are ties.

/**
 * Kendall's tau-b of two rankings of the same things, -1 to 1; undefined where one of them ties
 * everything. tau_b = (C - D) / sqrt((n0 - n1)(n0 - n2)), with C and D the pairs that both order
 * alike and contrariwise, n0 all pairs, n1 and n2 those tied in the one and in the other (Kendall,
 * "The treatment of ties in ranking problems", Biometrika 33, 1945; as scipy.stats.kendalltau).
 */
export function kendallTau(a: readonly number[], b: readonly number[]): number | undefined {
  let [difference, untiedA, untiedB] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const inA = Math.sign((a[i] ?? 0) - (a[j] ?? 0));
      const inB = Math.sign((b[i] ?? 0) - (b[j] ?? 0));
      difference += inA * inB;
      untiedA += Math.abs(inA);
      untiedB += Math.abs(inB);
    }
  }
  return untiedA === 0 || untiedB === 0 ? undefined : difference / Math.sqrt(untiedA * untiedB);
}

/**
 * Krippendorff's alpha for ordinal values: 1 is perfect agreement, 0 what chance gives. Each unit
 * holds the values that its observers gave; units with fewer than two do not count. Undefined where
 * all values are the same, or there are none. alpha = 1 - (n - 1) sum o_ck d_ck^2 / sum n_c n_k d_ck^2
 * over c < k, with coincidences o_ck and d_ck = sum_{g=c..k} n_g - (n_c + n_k) / 2 (Krippendorff,
 * "Computing Krippendorff's Alpha-Reliability", 2011, section E and the ordinal metric of section F).
 */
export function krippendorffAlpha(units: readonly (readonly number[])[]): number | undefined {
  const pairable = units.filter((unit) => unit.length >= 2);
  const values = [...new Set(pairable.flat())].toSorted((a, b) => a - b);
  const place = new Map(values.map((value, i) => [value, i]));
  const size = values.length;
  const coincidences = new Float64Array(size * size);
  for (const unit of pairable) {
    for (const [i, c] of unit.entries()) {
      for (const [j, k] of unit.entries()) {
        if (i !== j) coincidences[(place.get(c) ?? 0) * size + (place.get(k) ?? 0)]! += 1 / (unit.length - 1);
      }
    }
  }
  const totals = values.map((_, c) => coincidences.subarray(c * size, (c + 1) * size).reduce((sum, one) => sum + one, 0));
  const total = totals.reduce((sum, one) => sum + one, 0);
  let [observed, expected] = [0, 0];
  for (let c = 0; c < size; c += 1) {
    // From c on: what lies between c and k, with half of c and half of k.
    let between = -(totals[c] ?? 0) / 2;
    for (let k = c; k < size; k += 1) {
      between += totals[k] ?? 0;
      if (k === c) continue;
      const distance = (between - (totals[k] ?? 0) / 2) ** 2;
      observed += (coincidences[c * size + k] ?? 0) * distance;
      expected += (totals[c] ?? 0) * (totals[k] ?? 0) * distance;
    }
  }
  return expected === 0 ? undefined : 1 - ((total - 1) * observed) / expected;
}

/**
 * How well a ranking agrees with the known one, 0 to 1: of the pairs that are not tied in the known
 * one, the share ordered as there; a tie counts one half. Undefined where all are tied.
 */
export function goldScore(known: readonly number[], given: readonly number[]): number | undefined {
  let [pairs, right] = [0, 0];
  for (let i = 0; i < known.length; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const order = Math.sign((known[i] ?? 0) - (known[j] ?? 0));
      if (order === 0) continue;
      pairs += 1;
      right += (1 + order * Math.sign((given[i] ?? 0) - (given[j] ?? 0))) / 2;
    }
  }
  return pairs === 0 ? undefined : right / pairs;
}

/**
 * Ranks as places from 0 on without gaps, equal ones staying equal: programs may count from 1, or leave places out behind
 * a tie, which says nothing of the answers.
 */
export function placesOf(ranks: readonly number[]): number[] {
  const inOrder = [...new Set(ranks)].toSorted((a, b) => a - b);
  return ranks.map((rank) => inOrder.indexOf(rank));
}

/** One labeler's ranking of answers; `asked` is the same where these are. */
export interface Ranking {
  readonly asked: string;
  readonly labelerId: string;
  readonly ranks: readonly number[];
}

/** A mean, and over how many; undefined when there are none. */
export interface Mean {
  readonly value: number;
  readonly count: number;
}

export function meanOf(values: readonly (number | undefined)[]): Mean | undefined {
  const defined = values.filter((value) => value !== undefined);
  return defined.length === 0 ? undefined : { value: defined.reduce((sum, value) => sum + value, 0) / defined.length, count: defined.length };
}

/** Agreement over the tasks of these rankings that at least two labelers ranked. A unit of alpha is one answer. */
export function agreementOf(rankings: readonly Ranking[]): { tau: Mean | undefined; alpha: Mean | undefined } {
  const shared = [...Map.groupBy(rankings, (ranking) => ranking.asked).values()].filter((group) => group.length >= 2);
  const units = shared.flatMap((group) => (group[0]?.ranks ?? []).map((_, answer) => group.map(({ ranks }) => ranks[answer] ?? 0)));
  const alpha = krippendorffAlpha(units);
  return {
    tau: meanOf(shared.flatMap((group) => pairsOf(group).map(([one, other]) => kendallTau(one.ranks, other.ranks)))),
    alpha: alpha === undefined ? undefined : { value: alpha, count: units.length },
  };
}

/** A labeler's agreement with the others who ranked the same tasks. */
export function agreementWithOthers(rankings: readonly Ranking[], labelerId: string): { tau: Mean | undefined; alpha: Mean | undefined } {
  const theirs = new Set(rankings.filter((ranking) => ranking.labelerId === labelerId).map((ranking) => ranking.asked));
  const around = rankings.filter((ranking) => theirs.has(ranking.asked));
  const pairs = [...Map.groupBy(around, (ranking) => ranking.asked).values()].flatMap((group) => {
    const own = group.find((ranking) => ranking.labelerId === labelerId);
    return own === undefined ? [] : group.filter((ranking) => ranking !== own).map((other) => kendallTau(own.ranks, other.ranks));
  });
  return { tau: meanOf(pairs), alpha: agreementOf(around).alpha };
}

function pairsOf<T>(things: readonly T[]): [T, T][] {
  return things.flatMap((one, i) => things.slice(i + 1).map((other): [T, T] => [one, other]));
}
