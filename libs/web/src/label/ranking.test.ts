import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { move, newRanking, rankingBy, ranksByAnswer, ranksByPlace, toggleTie } from './ranking.ts';

describe('a ranking', () => {
  it('is moved, tied and parted', () => {
    const moved = move(newRanking(4), 3, 0);
    expect(moved.order).toEqual([3, 0, 1, 2]);
    const tied = toggleTie(moved, 2);
    expect(ranksByPlace(tied)).toEqual([0, 1, 1, 2]);
    expect(ranksByAnswer(tied)).toEqual([1, 1, 2, 0]);
    expect(toggleTie(tied, 2)).toEqual(moved);
    expect(toggleTie(moved, 0)).toEqual(moved);
    // The first of a tie leaves it; so does its partner.
    expect(ranksByPlace(move(tied, 1, 3))).toEqual([0, 1, 2, 3]);
  });

  it('always holds every answer once, its ranks without gaps', () => {
    const action = fc.tuple(fc.boolean(), fc.integer({ min: -2, max: 10 }), fc.integer({ min: -2, max: 10 }));
    fc.assert(fc.property(fc.integer({ min: 2, max: 9 }), fc.array(action, { maxLength: 30 }), (count, actions) => {
      const ranking = actions.reduce((last, [tie, a, b]) => (tie ? toggleTie(last, a) : move(last, a, b)), newRanking(count));
      expect(ranking.order.toSorted((a, b) => a - b)).toEqual(newRanking(count).order);
      expect(ranking.tied[0]).toBe(false);
      const ranks = ranksByAnswer(ranking);
      expect(ranks).toHaveLength(count);
      // As it was handed in it is shown again.
      expect(ranksByAnswer(rankingBy(ranks))).toEqual(ranks);
      expect(ranksByPlace(rankingBy(ranks))).toEqual(ranksByPlace(ranking));
      expect(new Set(ranks)).toEqual(new Set(Array.from({ length: Math.max(...ranks) + 1 }, (_, i) => i)));
    }), { seed: 1 });
  });
});
