/**
 * Kendall's tau-b between scores (higher is better) and ranks (0 is best): 1 when the scores order
 * the answers as the ranks do, -1 when they reverse them; ties on either side are corrected for
 * (Kendall 1945). Undefined when one side is all ties.
 */
export function kendallTau(scores: readonly number[], ranks: readonly number[]): number | undefined {
  let agreement = 0;
  let untiedScores = 0;
  let untiedRanks = 0;
  for (let i = 0; i < scores.length; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const byScore = Math.sign((scores[i] ?? 0) - (scores[j] ?? 0));
      const byRank = Math.sign((ranks[j] ?? 0) - (ranks[i] ?? 0));
      agreement += byScore * byRank;
      untiedScores += Math.abs(byScore);
      untiedRanks += Math.abs(byRank);
    }
  }
  if (untiedScores === 0 || untiedRanks === 0) return undefined;
  return agreement / Math.sqrt(untiedScores * untiedRanks);
}
