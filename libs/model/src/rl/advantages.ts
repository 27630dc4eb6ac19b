import { at, mapMatrix, maskedMean, maskedVariance, type Matrix } from './matrix.ts';

export interface GaeInput {
  /** Reward per token, (B, T). */
  rewards: Matrix;
  /** Value estimate before each token, (B, T). */
  values: Matrix;
  mask: Matrix;
  /** Discount; 1 for RLHF. */
  gamma?: number;
  /** GAE's lambda. */
  lambda?: number;
}

/**
 * Generalised advantage estimation (Schulman et al. 2015, arXiv 1506.02438), each row over its
 * real tokens; the value after the last one is 0. `returns = advantages + values`. Padding gets 0.
 */
export function gae({ rewards, values, mask, gamma = 1, lambda = 0.95 }: GaeInput): { advantages: number[][]; returns: number[][] } {
  const advantages = mapMatrix(mask, () => 0);
  const returns = mapMatrix(mask, () => 0);
  mask.forEach((flags, row) => {
    let next = 0; // advantage of the token after this one
    let nextValue = 0;
    for (let t = flags.lastIndexOf(1); t >= 0; t -= 1) {
      const value = at(values, row, t);
      const delta = at(rewards, row, t) + gamma * nextValue - value;
      next = delta + gamma * lambda * next;
      nextValue = value;
      const advantageRow = advantages[row];
      const returnRow = returns[row];
      if (!advantageRow || !returnRow) continue;
      advantageRow[t] = next;
      returnRow[t] = next + value;
    }
  });
  return { advantages, returns };
}

/**
 * Values shifted to mean 0 and scaled to variance 1 over all real tokens: population variance,
 * `(x - mean) / sqrt(variance + 1e-8)`. Padding gets 0. lm-human-preferences `whiten`.
 */
export function whiten(values: Matrix, mask: Matrix, epsilon = 1e-8): number[][] {
  const mean = maskedMean(values, mask);
  const scale = 1 / Math.sqrt(maskedVariance(values, mask) + epsilon);
  return mapMatrix(mask, (flag, row, column) => (flag === 0 ? 0 : (at(values, row, column) - mean) * scale));
}

/**
 * RLOO (Ahmadian et al. 2024, arXiv 2402.14740): each answer's reward less the mean reward of the
 * other k - 1 answers to the same prompt. `rewards` holds one group of k after the other.
 */
export function rlooAdvantages(rewards: readonly number[], k: number): number[] {
  return eachGroup(rewards, k, (group) => {
    const sum = group.reduce((total, reward) => total + reward, 0);
    return group.map((reward) => reward - (sum - reward) / (k - 1));
  });
}

/**
 * GRPO (Shao et al. 2024, arXiv 2402.03300): each answer's reward less the group's mean, over the
 * group's (population) sd + 1e-6. A group whose rewards are all alike teaches nothing: 0.
 */
export function grpoAdvantages(rewards: readonly number[], k: number): number[] {
  return eachGroup(rewards, k, (group) => {
    const mean = group.reduce((total, reward) => total + reward, 0) / k;
    const sd = Math.sqrt(group.reduce((total, reward) => total + (reward - mean) ** 2, 0) / k);
    return group.map((reward) => (reward - mean) / (sd + 1e-6));
  });
}

function eachGroup(rewards: readonly number[], k: number, f: (group: number[]) => number[]): number[] {
  if (k < 2 || rewards.length % k !== 0) {
    throw new RangeError(`expected groups of k >= 2 answers, found k = ${k} for ${rewards.length} rewards`);
  }
  return Array.from({ length: rewards.length / k }, (_, index) => f(rewards.slice(index * k, (index + 1) * k))).flat();
}
