import type { Point } from './run-events.ts';

/** The curves that people look at, and the metrics that belong on each. */
export const charts = [
  { title: 'Loss', metrics: ['loss', 'eval_loss', 'loss/policy_avg', 'loss/value_avg', 'loss/ptx_avg'] },
  { title: 'Reward', metrics: ['objective/scores', 'objective/rlhf_reward', 'rewards/margins', 'accuracy', 'eval_accuracy', 'mean_token_accuracy', 'eval_mean_token_accuracy'] },
  { title: 'KL divergence', metrics: ['objective/kl', 'policy/approxkl_avg', 'kl'] },
  { title: 'Entropy', metrics: ['objective/entropy', 'policy/entropy_avg'] },
  { title: 'Tokens per second', metrics: ['perf/tokens_per_second'] },
] as const;

export interface Line { label: string; values: (number | null)[] }
export interface Chart { title: string; steps: number[]; lines: Line[] }

/** What a stage's points give to draw; of a second run the same, beside it. */
export function chartsOf(points: readonly Point[], other: readonly Point[] = [], otherName = ''): Chart[] {
  const own = new Map(points.map((point) => [point.step, point.metrics]));
  const others = new Map(other.map((point) => [point.step, point.metrics]));
  return charts.flatMap(({ title, metrics }) => {
    const used = metrics.filter((name) => points.some((point) => name in point.metrics) || other.some((point) => name in point.metrics));
    const steps = [...points, ...other].filter((point) => used.some((name) => name in point.metrics)).map((point) => point.step);
    const axis = [...new Set(steps)].toSorted((a, b) => a - b);
    const line = (from: Map<number, Record<string, number>>, name: string, label: string): Line => ({ label, values: axis.map((step) => from.get(step)?.[name] ?? null) });
    const lines = used.flatMap((name) => [line(own, name, name), ...(other.length > 0 ? [line(others, name, `${name} · ${otherName}`)] : [])])
      .filter(({ values }) => values.some((value) => value !== null));
    return lines.length === 0 ? [] : [{ title, steps: axis, lines }];
  });
}
