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

/** What a stage's points give to draw; of other runs the same, over it. */
export function chartsOf(points: readonly Point[], others: readonly { name: string; points: readonly Point[] }[] = []): Chart[] {
  const runs = [{ name: '', points }, ...others].map((run) => ({ ...run, byStep: new Map(run.points.map((point) => [point.step, point.metrics])) }));
  const all = runs.flatMap((run) => run.points);
  return charts.flatMap(({ title, metrics }) => {
    const used = metrics.filter((name) => all.some((point) => name in point.metrics));
    const steps = all.filter((point) => used.some((name) => name in point.metrics)).map((point) => point.step);
    const axis = [...new Set(steps)].toSorted((a, b) => a - b);
    const line = (from: Map<number, Record<string, number>>, name: string, label: string): Line => ({ label, values: axis.map((step) => from.get(step)?.[name] ?? null) });
    const lines = used.flatMap((name) => runs.map((run) => line(run.byStep, name, run.name === '' ? name : `${name} · ${run.name}`)))
      .filter(({ values }) => values.some((value) => value !== null));
    return lines.length === 0 ? [] : [{ title, steps: axis, lines }];
  });
}
