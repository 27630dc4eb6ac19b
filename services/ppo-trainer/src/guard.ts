import type { Metrics } from '@minchat/stage';
import type { z } from 'zod';
import type { guardSettings } from './settings.ts';

export type GuardSettings = z.output<typeof guardSettings>;

/** Iterations in a row that each bound has been broken; part of every checkpoint. */
export type GuardState = Record<string, number>;

/** The bounds: a metric's name, and whether its value is out of them. */
function broken(settings: GuardSettings, metrics: Metrics): [name: string, message: string][] {
  const bounds: [name: string, metric: string, bad: (value: number) => boolean, expected: string][] = [
    ['kl-high', 'objective/kl', (value) => value > settings.maxKl, `at most ${settings.maxKl}`],
    ['kl-low', 'objective/kl', (value) => value < settings.minKl, `at least ${settings.minKl}`],
    ['entropy', 'policy/entropy_avg', (value) => value < settings.minEntropy, `at least ${settings.minEntropy}`],
    ['value', 'val/explained_variance', (value) => value < settings.minExplainedVariance, `at least ${settings.minExplainedVariance}`],
    ['unfinished', 'response/truncated_rate', (value) => value > 1 - settings.minFinishedRate, `at most ${1 - settings.minFinishedRate}`],
  ];
  return bounds.flatMap(([name, metric, bad, expected]) => {
    const value = metrics[metric];
    return value !== undefined && bad(value) ? [[name, `expected ${metric} ${expected}, found ${value.toFixed(3)}`] as [string, string]] : [];
  });
}

/**
 * Counts the iterations that each bound has been broken for, in place. Returns what there is to
 * say: one line for each bound broken for exactly `patience` iterations, so that it is said once.
 */
export function guard(state: GuardState, settings: GuardSettings, metrics: Metrics): string[] {
  const found = broken(settings, metrics);
  for (const name of Object.keys(state)) if (!found.some(([other]) => other === name)) delete state[name];
  return found.flatMap(([name, message]) => {
    const count = (state[name] = (state[name] ?? 0) + 1);
    return count === settings.patience ? [`${message} for ${count} iterations in a row`] : [];
  });
}
